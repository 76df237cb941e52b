/** Attachments, in and out, chunk by chunk with a few in flight: neither side holds more than those in memory. */

import { fromBase64url, toBase64url } from '@eenmaal/crypto';
import { openAttachment, sealAttachment } from '@eenmaal/envelope';
import { type AttachmentRef, type Content, EenmaalError, type Header, type Id } from '@eenmaal/model';
import type { ClientOptions, Transport } from './transport.ts';

/** A file to send; `open` is called once. */
export type AttachmentSource = { name: string; type: string; open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array> };
export type Uploaded = { ref: AttachmentRef; inside: Content['attachments'][number] };

const IN_FLIGHT = 16;

/** Seals and uploads each source. The keys stay here, inside the content that is sealed next. */
export async function uploadAttachments(
  { upload, random }: ClientOptions,
  sources: readonly AttachmentSource[],
): Promise<Uploaded[]> {
  const uploaded: Uploaded[] = [];
  for (const { name, type, open } of sources) {
    if (!upload) throw new EenmaalError('attachment-missing', 'no way to upload');
    const id: Id = toBase64url(random(16));
    const key = random(32);
    const sealed = sealAttachment(id, open(), key);
    const flying = new Set<Promise<void>>();
    // kept here, because a flight may fail while the source is being read and nobody looks at it
    const failed: unknown[] = [];
    let chunk = 0;
    let next = await sealed.next();
    while (!next.done) {
      const flight: Promise<void> = upload(id, chunk++, next.value)
        .catch((error: unknown) => void failed.push(error))
        .finally(() => flying.delete(flight));
      flying.add(flight);
      if (flying.size >= IN_FLIGHT) await Promise.race(flying);
      if (failed.length > 0) throw failed[0];
      next = await sealed.next();
    }
    await Promise.all(flying);
    if (failed.length > 0) throw failed[0];
    const { ref, bytes } = next.value;
    uploaded.push({ ref, inside: { id, name, type, bytes, key: toBase64url(key) } });
  }
  return uploaded;
}

/** @throws `attachment-damaged`, `no-basis`; what was yielded before must then be thrown away */
export async function* downloadAttachment(
  transport: Transport,
  header: Header,
  inside: Content['attachments'][number],
): AsyncGenerator<Uint8Array> {
  const ref = header.attachments.find(({ id }) => id === inside.id);
  if (!ref) throw new EenmaalError('attachment-damaged');
  yield* openAttachment(ref, chunksOf(transport, header.id, ref), fromBase64url(inside.key), inside.bytes);
}

async function* chunksOf(
  transport: Transport,
  envelope: Id,
  { id: attachment, chunks }: AttachmentRef,
): AsyncGenerator<Uint8Array> {
  const ask = async (chunk: number) => (await transport.call({ op: 'chunk', envelope, attachment, chunk })).attached;
  const flying: Promise<Uint8Array>[] = [];
  for (let chunk = 0; chunk < chunks || flying.length > 0; ) {
    while (chunk < chunks && flying.length < IN_FLIGHT) {
      const flight = ask(chunk++);
      flight.catch(() => {}); // awaited below in its turn
      flying.push(flight);
    }
    const first = flying.shift();
    if (first) yield await first;
  }
}
