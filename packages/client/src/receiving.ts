/** Taking delivery: messages a page at a time, each checked to be its sender's and of the history seen here. Not opened. */
import { fromBase64url, hash256, toBase64url } from '@eenmaal/crypto';
import { readEnvelope } from '@eenmaal/envelope';
import { EenmaalError, type Envelope, type Header, type Id, type PartyId } from '@eenmaal/model';
import type { Checkpoints } from './checkpoints.ts';
import type { Mirror } from './mirror.ts';
import type { Transport } from './transport.ts';

/** `refused`: where in the log a message stands that cannot be verified, and why. */
export type ReceivedPage = { received: Received[]; refused: { index: number; error: EenmaalError }[] };
export type Received = { header: Header; envelope: Envelope; index: number; at: number };

/** What is waiting in a dossier, or named messages again. A message that cannot be verified is named and left out. */
export async function* receivePages(
  transport: Transport,
  mirror: Mirror,
  checkpoints: Checkpoints,
  dossier: Id,
  envelopes?: readonly Id[],
): AsyncGenerator<ReceivedPage> {
  for (let more = true; more; ) {
    const request = { op: 'fetch', dossier, ...(envelopes && { envelopes: [...envelopes] }) } as const;
    const { answer, attached } = await transport.call(request);
    const page: ReceivedPage = { received: [], refused: [] };
    let offset = 0;
    for (const { header, jws, bytes, index, at } of answer.messages) {
      const envelope = { header, jws, body: attached.slice(offset, offset + bytes) };
      offset += bytes;
      try {
        page.received.push({ header: await verifyFresh(mirror, dossier, envelope), envelope, index, at });
      } catch (error) {
        if (!(error instanceof EenmaalError)) throw error;
        page.refused.push({ index, error });
      }
    }
    await confirmSenders(checkpoints, mirror, page.received);
    yield page;
    more = answer.more && answer.messages.length > 0 && !envelopes;
  }
}

/** The newest position each sender saw must be part of the history seen here. @throws `split-view` */
async function confirmSenders(checkpoints: Checkpoints, mirror: Mirror, received: readonly Received[]): Promise<void> {
  const newest = new Map<PartyId, Received>();
  // by size, not by place in the page: the ledger chose that order
  for (const one of received)
    if (one.header.ledger.size > (newest.get(one.header.sender)?.header.ledger.size ?? -1))
      newest.set(one.header.sender, one);
  for (const { header, envelope } of newest.values())
    await checkpoints.confirm(header.ledger, () => {
      const bodyHash = toBase64url(hash256(envelope.body));
      const claim = { typ: 'envelope', header: envelope.header, jws: envelope.jws, bodyHash } as const;
      return { claim, registration: mirror.registrationOf(header.kid) };
    });
}

/** A sender or a key may have come after our last look: look again before judging. */
async function verifyFresh(mirror: Mirror, dossier: Id, envelope: Envelope): Promise<Header> {
  try {
    return verify(mirror, envelope);
  } catch (error) {
    if (!(error instanceof EenmaalError) || error.code !== 'key-unregistered') throw error;
    await mirror.refresh(dossier);
    return verify(mirror, envelope);
  }
}

/** Sizes, form, signature, and that the key is the sender's. @throws `signature-invalid`, `key-unregistered`, ... */
function verify({ state }: Mirror, envelope: Envelope): Header {
  const { header, signature } = readEnvelope(envelope);
  const key = state.keys.get(header.kid);
  if (!key) throw new EenmaalError('key-unregistered');
  if (key.party !== header.sender) throw new EenmaalError('party-mismatch');
  signature.verify(fromBase64url(key.x));
  return header;
}
