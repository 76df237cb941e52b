/**
 * The receipt (bewijs) of one entry: the event with its salt, and the proof that its leaf is in the signed log. Anyone checks
 * it without us, on the page `receipt/receipt.html`; what the file holds is in `receipt/FORMAT.md`.
 */
import { formatLogKey, logKeyOf, type Participant, type Transport } from '@eenmaal/client';
import { fromBase64url, text, toBase64, toBase64url, utf8, verifyBytes } from '@eenmaal/crypto';
import { readObject } from '@eenmaal/envelope';
import {
  formatProofFile,
  LedgerError,
  makeLeaf,
  openCheckpoint,
  parseProofFile,
  type VerifierKey,
  verifyConsistency,
  verifyProofFile,
} from '@eenmaal/ledger';
import { EenmaalError, type EntryView, Event, type Id, KeyId, parseJson } from '@eenmaal/model';
import { z } from 'zod';

/** All that is needed of an earlier receipt: its proof file. */
const EarlierReceipt = z.object({ proof: z.string() });

/** The member of a JWS's head that names its key. */
const JwsHead = z.object({ kid: KeyId });

/** Another signed checkpoint of the same log, and why both are one history. */
type Comparison = { checkpoint: string; proof: readonly Uint8Array[] };
export type ReceiptParts = {
  entry: EntryView;
  /** From the leaf upwards, for the size of the checkpoint. */
  inclusion: readonly Uint8Array[];
  /** The signed note; cosignatures in it stay. */
  checkpoint: string;
  log: VerifierKey;
  /** Public key of whoever signed the event, 32 bytes. */
  signer?: Uint8Array;
  compare?: Comparison;
};

/**
 * The receipt file, checked here before it is given away.
 * @throws LedgerError when the parts do not prove what they should
 */
export function makeReceipt({ entry, inclusion, checkpoint, log, signer, compare }: ReceiptParts): string {
  const { index, type, salt, event } = entry;
  const file = formatProofFile({ index, proof: inclusion, checkpoint: utf8(checkpoint) });
  const keys = { log, witnesses: [] };
  const found = verifyProofFile(file, makeLeaf(type, fromBase64url(salt), utf8(event)), keys, verifyBytes);
  if (compare) {
    const other = openCheckpoint(utf8(compare.checkpoint), keys, verifyBytes);
    const [first, second] = other.size < found.checkpoint.size ? [other, found.checkpoint] : [found.checkpoint, other];
    const ends = { from: first.size, fromRoot: first.root, to: second.size, toRoot: second.root };
    verifyConsistency({ ...ends, proof: compare.proof });
  }
  const receipt = {
    ...{ format: 'eenmaal-receipt/v1', type, salt, event, proof: text(file) },
    ...(signer && { signer: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(signer) } }),
    ...(compare && { compare: { checkpoint: compare.checkpoint, proof: compare.proof.map(toBase64) } }),
  };
  return `${JSON.stringify(receipt, null, 1)}\n`;
}

/**
 * Whom to trust, as a policy (C2SP tlog-policy) to give to whoever checks: this participant's own, or the log's key alone, where
 * witnesses are theirs to add.
 */
export const trustText = ({ region, checkpoints }: Participant): string =>
  checkpoints.trust?.text ?? `log ${formatLogKey(region)}\nquorum none\n`;

/** A participant with its way to the ledger, as `takeSeat` gives them. */
export type Source = { participant: Participant; transport: Transport; dossier: Id };

/** Every entry of the dossier this participant may see, oldest first. */
export async function entriesOf({ transport, dossier }: Source): Promise<EntryView[]> {
  const entries: EntryView[] = [];
  for (let more = true; more; ) {
    const { answer } = await transport.call({ op: 'view', dossier, after: entries.at(-1)?.index ?? -1 });
    entries.push(...answer.entries);
    more = answer.more && answer.entries.length > 0;
  }
  return entries;
}

/**
 * The receipt of one entry, at the newest checkpoint; with a witness policy, at the newest that enough witnesses confirmed.
 * @param beside an earlier receipt: the new one then also proves that the log only grew since
 * @throws `malformed` when this participant sees no such entry; `quorum-stale` when no witnesses confirmed it yet;
 *   `split-view` when what the ledger proves is wrong
 */
export async function fetchReceipt(source: Source, index: number, beside?: string): Promise<string> {
  const { participant, transport } = source;
  const log = logKeyOf(participant.region);
  const entry = (await entriesOf(source)).find((one) => one.index === index);
  if (!entry) throw new EenmaalError('malformed', 'no such entry');
  try {
    const { signed: checkpoint, size } = await newestFor(participant, index);
    const compare = beside === undefined ? undefined : await growthSince(source, beside, log, size);
    const { answer } = await transport.call({ op: 'inclusion', index, size });
    const inclusion = answer.proof.map(fromBase64url);
    const signer = signerOf(participant, entry);
    return makeReceipt({ entry, inclusion, checkpoint, log, ...(signer && { signer }), ...(compare && { compare }) });
  } catch (cause) {
    if (cause instanceof LedgerError) throw new EenmaalError('split-view', cause.code, { cause });
    throw cause;
  }
}

/** The checkpoint a receipt of this entry rests on. */
async function newestFor({ checkpoints }: Participant, index: number): Promise<{ signed: string; size: number }> {
  const { size } = await checkpoints.advance();
  if (!checkpoints.trust) return { signed: checkpoints.signed, size };
  const { confirmed } = checkpoints;
  if (!confirmed || confirmed.size <= index) throw new EenmaalError('quorum-stale', 'not confirmed yet');
  return confirmed;
}

/** Why the checkpoint of this size continues the one in an earlier receipt; or the other way round, when that was newer. */
async function growthSince({ transport }: Source, beside: string, log: VerifierKey, size: number): Promise<Comparison> {
  const { proof: file } = parseJson(EarlierReceipt, beside);
  const { checkpoint } = parseProofFile(utf8(file));
  const { size: earlier } = openCheckpoint(checkpoint, { log, witnesses: [] }, verifyBytes);
  const ends = { from: Math.min(earlier, size), size: Math.max(earlier, size) };
  const { answer } = await transport.call({ op: 'checkpoint', ...ends });
  return { checkpoint: text(checkpoint), proof: answer.proof.map(fromBase64url) };
}

/** The key that the event's signature names, as the registry knows it; the ledger's own records have none. */
function signerOf({ mirror }: Participant, { event }: EntryView): Uint8Array | undefined {
  const parsed = parseJson(Event, event);
  if (!('jws' in parsed)) return undefined;
  const { kid } = parseJson(JwsHead, text(fromBase64url(parsed.jws.split('.')[0] ?? '')));
  const known = mirror.state.keys.get(kid);
  return known && fromBase64url(known.x);
}

/** What an entry is about: the kind of statement, or of the ledger's own record. */
export function kindOf({ event }: EntryView): string {
  const parsed = parseJson(Event, event);
  return parsed.kind === 'statement' ? readObject('eenmaal-statement+jws', parsed.jws).payload.kind : parsed.kind;
}
