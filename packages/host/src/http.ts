/**
 * Stopping an HTTP server soon. Node's `close` waits for connections on which nothing was ever asked, up to minutes: clients
 * that keep connections open make such ones all the time.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Call what this gives when the server begins to close: it ends every connection on which nothing was asked. */
export function silentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    if (closing) socket.destroy();
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    closing = true;
    for (const socket of silent) socket.destroy();
  };
}
