/**
 * P1, a withdrawal is a fence: guarded once with the system as it is, and once for each gate with that gate broken on
 * purpose, where the guard must cry out. Stop 6 of the line: ask release; before: deliver; after: open.
 */
import { itemKey, openMessage } from '@eenmaal/envelope';
import { EenmaalError } from '@eenmaal/model';
import { startLedger } from '@eenmaal/service-ledger';
import { startChain, startFamily, tale, terms } from '@eenmaal/testkit';
import { describe, expect, it } from 'vitest';

const refusedWith = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
    return 'opened';
  } catch (error) {
    return error instanceof EenmaalError ? error.code : 'crashed';
  }
};

/** Plays a withdrawal with one message queued, one delivered but unopened, one sent afterwards. Throws when P1 is broken. */
async function guardP1(broken: { releaseCheck?: boolean; rotation?: boolean } = {}): Promise<void> {
  const unsafe = { releaseCheck: broken.releaseCheck ?? false, epochCheck: broken.rotation ?? false };
  const chain = await startChain({ startLedger, unsafe, seed: 'p1' });
  try {
    const attestor = await chain.participant('partner/org-a');
    const family = await startFamily(chain, attestor);
    const mother = await family.join('mother', { unsafeSkipRotation: broken.rotation ?? false });
    const { dossier, ids } = family;
    const place = await mother.openCompartment(dossier, [ids.mother], 'Gezondheid');
    const send = (title: string) => mother.send(tale(dossier, place, title));
    await send('gelezen');
    await mother.grant(dossier, [place], terms('org-b', chain.clock()));
    const partner = await chain.participant('partner/org-b');
    await partner.sync();
    const [read] = await partner.receive(dossier);
    if (!read) throw new Error('nothing was delivered');
    await partner.open(read, 'support');
    await send('bezorgd, niet gelezen');
    const [delivered] = await partner.receive(dossier);
    const queued = await send('nog niet bezorgd');
    if (!delivered) throw new Error('nothing was delivered');
    partner.keys.keysOf(delivered.header);
    const saved = partner.keys.snapshot();

    await mother.withdraw(dossier, [place], 'org-b');
    const after = await send('daarna');

    expect(await refusedWith(partner.open(delivered, 'support')), 'delivered before, not opened').toBe('no-basis');
    const waiting = await partner.receive(dossier, [queued.envelope, after.envelope]);
    expect(waiting, 'queued and later messages').toHaveLength(0);
    await keysOpenNothing(chain, saved, [after.envelope]);
    await keysAloneOpenNothing(chain, saved, [delivered.header.id, queued.envelope]);
    expect(chain.ledger.journal.state.messages.get(read.header.id)?.opened.has('partner/org-b')).toBe(true);
  } finally {
    await chain.stop();
  }
}

/** Even somebody who has every ciphertext and every release secret of the ledger opens none of these with saved keys. */
async function keysOpenNothing(
  chain: {
    ledger: {
      journal: Awaited<ReturnType<typeof startLedger>>['journal'];
      store: { getBody(seq: number): Promise<Uint8Array | undefined> };
    };
  },
  saved: ReadonlyMap<string, ReadonlyMap<number, { epoch: Uint8Array }>>,
  envelopes: readonly string[],
): Promise<void> {
  const keys = [...saved.values()].flatMap((epochs) => [...epochs.values()].map(({ epoch }) => epoch));
  expect(keys.length, 'saved keys').toBeGreaterThan(0);
  for (const id of envelopes) {
    const message = chain.ledger.journal.state.messages.get(id);
    if (!message) throw new Error('message is not in the log');
    const { event, secret } = await chain.ledger.journal.entry(message.index);
    const body = await chain.ledger.store.getBody(message.stored);
    if (event.kind !== 'message' || !secret || !body) throw new Error('the ledger lost a message');
    for (const key of keys) {
      expect(
        () => openMessage({ header: event.header, body }, itemKey(key, event.header), secret),
        'saved key material',
      ).toThrow('not-readable');
    }
  }
}

/** What was sealed under a key it still has stays shut for want of the release secret, which only the ledger holds. */
async function keysAloneOpenNothing(
  chain: Parameters<typeof keysOpenNothing>[0] & { random(length: number): Uint8Array },
  saved: Parameters<typeof keysOpenNothing>[1],
  envelopes: readonly string[],
): Promise<void> {
  const keys = [...saved.values()].flatMap((epochs) => [...epochs.values()].map(({ epoch }) => epoch));
  for (const id of envelopes) {
    const message = chain.ledger.journal.state.messages.get(id);
    const body = message && (await chain.ledger.store.getBody(message.stored));
    const { event, secret } = await chain.ledger.journal.entry(message?.index ?? 0);
    if (event.kind !== 'message' || !secret || !body) throw new Error('the ledger lost a message');
    const open = (key: Uint8Array, half: Uint8Array) =>
      openMessage({ header: event.header, body }, itemKey(key, event.header), half);
    for (const key of keys) expect(() => open(key, chain.random(32)), 'saved keys alone').toThrow('secret-mismatch');
    // and it is the secret alone that is missing: with it one of the keys would do
    expect(keys.some((key) => opens(() => open(key, secret)))).toBe(true);
  }
}

function opens(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

describe('P1: a withdrawal is a fence', () => {
  it('closes queued, delivered-but-unopened and later messages, and saved keys open nothing', () => guardP1());

  it('is really guarded: with the release check switched off the guard fails', async () => {
    await expect(guardP1({ releaseCheck: true })).rejects.toThrow('delivered before, not opened');
  });

  it('is really guarded: with key rotation switched off the guard fails', async () => {
    await expect(guardP1({ rotation: true })).rejects.toThrow('saved key material');
  });
});
