/**
 * Stopping an HTTP server soon. Node's `close` waits for every connection that is not idle at that moment, up to minutes:
 * for those on which nothing was ever asked, and for those kept open after an answer that was under way. Clients that keep
 * connections open make such ones all the time.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds an answer gets once the server stops; who sends a question that slowly is not waited for. */
const GRACE_MS = 5000;

/**
 * Call what this gives when the server begins to close: every connection ends, those with an answer under way as soon as it
 * was given.
 */
export function endingConnections(server: Server): () => void {
  const open = new Set<Socket>();
  const answering = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (closing) socket.destroy();
  });
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => {
      answering.delete(socket);
      if (closing) socket.destroySoon();
    });
  });
  return () => {
    closing = true;
    for (const socket of open) if (!answering.has(socket)) socket.destroy();
    setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, GRACE_MS).unref();
  };
}
