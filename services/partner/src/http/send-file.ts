/**
 * A file as an answer: a stream whose last piece is held back until the whole was found sound. Of a damaged one the
 * answer ends before the promised length, and no client takes it for complete.
 */
import { Readable } from 'node:stream';
import type { Content } from '@eenmaal/model';
import type { FastifyReply } from 'fastify';

export const OCTETS = 'application/octet-stream';

/** Always as plain bytes: the type is only what a sender claims. @throws what the source throws before its first piece */
export async function sendFile(
  reply: FastifyReply,
  { name, bytes }: Pick<Content['attachments'][number], 'name' | 'bytes'>,
  source: AsyncGenerator<Uint8Array>,
): Promise<FastifyReply> {
  const pieces = holdBack(source);
  const first = await pieces.next();
  const body = Readable.from(join(first, pieces), { objectMode: false });
  return reply
    .header('content-type', OCTETS)
    .header('content-length', bytes)
    .header('content-disposition', `attachment; filename*=UTF-8''${fileName(name)}`)
    .send(body);
}

/** RFC 8187; what encodeURIComponent leaves and that does not allow is encoded as well, half a surrogate pair is dropped. */
const fileName = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);

async function* holdBack(source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const piece of source) {
    if (held) yield held;
    held = piece;
  }
  if (held) yield held;
}

async function* join(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
