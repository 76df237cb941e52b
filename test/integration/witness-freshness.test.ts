/**
 * Witnesses on a running ledger: it asks them on its beat and at once after a withdrawal; participants judge what they
 * confirmed by their own policy; and while they are away nothing is opened, but everything is still taken in.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logKeyOf } from '@eenmaal/client';
import { fromBase64url, utf8, verifyBytes } from '@eenmaal/crypto';
import { REGION_SETTINGS, readSettings, readTrustFile } from '@eenmaal/host';
import { hashLeaf, judgeProofFile, makeLeaf, signCheckpoint, Tree } from '@eenmaal/ledger';
import type { Id } from '@eenmaal/model';
import { fetchReceipt, trustText } from '@eenmaal/service-family';
import { Publisher, type WitnessFailure } from '@eenmaal/service-ledger';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, eventually, startWithFamily } from './support.ts';
import { askingWitnesses } from './witness-support.ts';

type World = Awaited<ReturnType<typeof startWithFamily>>;
type Asking = ReturnType<typeof askingWitnesses>;

async function openWorld(seed: string, unsafe = {}, options = {}, clock = Date.now) {
  const asking = askingWitnesses(await mkdtemp(join(tmpdir(), 'eenmaal-asking-')), options, unsafe);
  const world = await startWithFamily({ seed, startLedger: (given) => asking.startLedger({ ...given, clock }) });
  const { mother, ids, dossier } = world.family;
  const compartment = await mother.openCompartment(dossier, [ids.mother], 'Wonen');
  await mother.grant(dossier, [compartment], terms('org-b', world.chain.clock()));
  const place = { dossier, compartment };
  const send = (title: string) => mother.send(tale(dossier, compartment, title));
  const reader = await world.chain.participant('partner/org-b');
  await reader.sync();
  const received = async (id: Id) => (await reader.receive(dossier, [id]))[0] as never;
  const tryToOpen = async (id: Id) => codeOf(async () => reader.open(await received(id), 'support'));
  return { asking, ...world, place, send, reader, received, tryToOpen };
}
const closeWorld = async ({ asking, chain }: { asking: Asking; chain: World['chain'] }) => {
  await asking.stop();
  await chain.stop();
};

let world: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  world = await openWorld('freshness');
}, 60_000);
afterAll(() => closeWorld(world));

/** What the ledger shows of witnesses, and whether the newest checkpoint is confirmed. */
async function shown(one: World['attestor']) {
  const { answer } = await one.transport.call({ op: 'checkpoint', from: 0 });
  return { ...answer, whole: answer.cosigned?.checkpoint.split('\n')[1] === answer.checkpoint.split('\n')[1] };
}

describe('the beat', () => {
  it('has the newest checkpoint confirmed by both witnesses, and participants see it by their own policy', async () => {
    const { chain, asking, attestor } = world;
    await eventually(async () => expect(await shown(attestor)).toMatchObject({ whole: true }));
    const own = await chain.participant('officer/fg', { trust: asking.witnesses.trust(60) });
    await own.checkpoints.advance();
    expect(own.checkpoints.confirmed?.size).toBe(own.checkpoints.position.size);
    expect(own.checkpoints.confirmed?.signed.match(/^— witness\.test/gm)).toHaveLength(2);
    expect(own.checkpoints.confirmed?.until).toBeGreaterThan(Date.now());
  });

  it.each([
    ['as long as the region says', { EENMAAL_RELEASE_MAX_STALENESS: '60' }, 60_000],
    ['900 seconds, where it does not say', {}, 900_000],
  ])('is new to a participant for %s', async (_, setting, age) => {
    const { chain, asking } = world;
    const dir = await mkdtemp(join(tmpdir(), 'eenmaal-policy-'));
    const file = join(dir, 'policy.txt');
    await writeFile(file, asking.witnesses.trust().text);
    const { EENMAAL_WITNESS_POLICY_FILE, EENMAAL_RELEASE_MAX_STALENESS } = REGION_SETTINGS;
    const names = { EENMAAL_WITNESS_POLICY_FILE, EENMAAL_RELEASE_MAX_STALENESS };
    const settings = readSettings(names, { EENMAAL_WITNESS_POLICY_FILE: file, ...setting });
    const trust = await readTrustFile(settings, chain.region);
    await rm(dir, { recursive: true });
    const own = await chain.participant('officer/fg', trust && { trust });
    await eventually(async () => {
      await own.checkpoints.advance();
      const { at = 0, until = 0 } = own.checkpoints.confirmed ?? {};
      expect(until - at).toBe(age);
    });
  });

  it('does not make a participant believe witnesses of another policy, or none', async () => {
    const { chain, asking } = world;
    const trust = asking.witnesses.trust(60);
    const { policy } = trust;
    const stranger = { ...policy, quorum: 'w0', witnesses: [], groups: [{ name: 'w0', threshold: 1, members: ['x'] }] };
    const deceived = await chain.participant('officer/fg', { trust: { ...trust, policy: stranger } });
    await deceived.checkpoints.advance();
    expect(deceived.checkpoints.confirmed).toBeNull();
  });

  it('says in its answers that nobody is asked, when nobody is', async () => {
    const alone = await startWithFamily({ seed: 'alone' });
    const { answer } = await alone.attestor.transport.call({ op: 'checkpoint', from: 0 });
    expect(answer).not.toHaveProperty('cosigned');
    await alone.chain.stop();
  });
});

describe('a receipt', () => {
  it('rests on what witnesses confirmed, for who has a policy, and waits for them', async () => {
    const slow = await openWorld('receipt', {}, { beatMs: 3_600_000, maxStaleness: 3600 });
    try {
      const { family, chain, asking, place, send } = slow;
      const trust = asking.witnesses.trust(60);
      await eventually(async () => expect(await shown(slow.attestor)).toHaveProperty('cosigned.checkpoint'));
      const { index } = await send('Bewijs hiervan');
      const { party } = family.mother;
      const mother = await chain.participant(party, { identity: family.keys.mother, trust });
      await mother.sync();
      const source = { participant: mother, transport: mother.transport, dossier: place.dossier };
      expect(await codeOf(fetchReceipt(source, index)), 'not confirmed yet').toBe('quorum-stale');
      await family.mother.withdraw(place.dossier, [place.compartment], 'org-b');
      const receipt = await eventually(() => fetchReceipt(source, index));
      const { proof, type, salt, event } = JSON.parse(receipt) as Record<'proof' | 'salt' | 'event', string> & {
        type: number;
      };
      const leaf = makeLeaf(type, fromBase64url(salt), utf8(event));
      expect(judgeProofFile(utf8(proof), leaf, trust.policy, verifyBytes)).toMatchObject({
        index,
        judgement: { trusted: true },
      });
      expect(trustText(mother)).toBe(trust.text);
      const later = await fetchReceipt(source, index, receipt);
      expect(JSON.parse(later)).toHaveProperty('compare.proof');
    } finally {
      await closeWorld(slow);
    }
  });
});

describe('a withdrawal', () => {
  it('is confirmed at once, long before the beat', async () => {
    const slow = await openWorld('withdrawal', {}, { beatMs: 3_600_000, maxStaleness: 3600 });
    try {
      await eventually(async () => expect(await shown(slow.attestor)).toHaveProperty('cosigned.checkpoint'));
      await slow.send('Nog niet bevestigd');
      expect((await shown(slow.attestor)).whole).toBe(false);
      const { mother } = slow.family;
      await mother.withdraw(slow.place.dossier, [slow.place.compartment], 'org-b');
      const withdrawn = slow.chain.ledger.journal.size;
      await eventually(async () => {
        const size = Number((await shown(slow.attestor)).cosigned?.checkpoint.split('\n')[1]);
        // its keys are changed after it: that waits for the beat
        expect(size).toBeGreaterThanOrEqual(withdrawn - 1);
      }, 3000);
    } finally {
      await closeWorld(slow);
    }
  });
});

describe('a withdrawal, while witnesses take a connection and never answer', () => {
  it('is acknowledged all the same, long before they have had their time', async () => {
    const timeoutMs = 60_000;
    const hanging = await openWorld('hanging', {}, { beatMs: 3_600_000, timeoutMs, maxStaleness: 3600 });
    const silent: Server[] = [];
    try {
      const { asking, family, place, attestor } = hanging;
      await eventually(async () => expect(await shown(attestor)).toHaveProperty('cosigned.checkpoint'));
      await asking.witnesses.stop();
      let asked = 0;
      for (const { url } of asking.witnesses.trust().policy.witnesses) {
        const server = createServer(() => asked++);
        silent.push(server.listen(Number(new URL(url ?? '').port), '127.0.0.1'));
      }
      const began = performance.now();
      await family.mother.withdraw(place.dossier, [place.compartment], 'org-b');
      expect(performance.now() - began).toBeLessThan(timeoutMs / 3);
      await eventually(async () => expect(asked, 'asked at once, both').toBe(2));
    } finally {
      for (const server of silent) server.close();
      await closeWorld(hanging);
    }
  }, 60_000);
});

describe('a witness that saw another history', () => {
  it('is an alarm at the ledger, which then opens nothing at once and asks nobody any more', async () => {
    const alarms: string[] = [];
    const onSplitView = ({ witness, reason }: WitnessFailure): void => void alarms.push(`${witness} ${reason}`);
    const turned = await openWorld('turned', {}, { onSplitView, maxStaleness: 3600 });
    const silent: Server[] = [];
    try {
      const { chain, asking, send, received, reader, family, place } = turned;
      await eventually(async () => expect(await shown(turned.attestor)).toMatchObject({ whole: true }));
      const { envelope } = await send('Nog te openen');
      const one = await received(envelope);
      // somebody with the log's key goes on from here in another way, and has it confirmed first
      const { tree } = chain.ledger.journal;
      const other = Tree.restore(tree.size, tree.edge());
      for (let i = 0; i < 1000; i++) other.append(hashLeaf(utf8(`another ${i}`)));
      const log = logKeyOf(chain.region);
      const sign = (bytes: Uint8Array) => chain.ledgerIdentity.signing.sign(bytes);
      const signed = signCheckpoint({ origin: log.name, size: other.size, root: other.root() }, log, sign);
      const { policy } = asking.witnesses.trust();
      const publisher = new Publisher({ policy, clock: Date.now, timeoutMs: 10_000, maxAge: 60 });
      expect(await publisher.publish(signed, other)).toMatchObject({ quorum: true });
      await send('Daarna');
      await eventually(async () =>
        expect([...alarms].sort()).toEqual(['witness.test/fg ahead', 'witness.test/getuige ahead']),
      );
      expect(await codeOf(reader.open(one, 'support')), 'though the quorum is new').toBe('quorum-stale');
      await asking.witnesses.stop();
      let asked = 0;
      for (const { url } of policy.witnesses) {
        const server = createServer(() => asked++);
        silent.push(server.listen(Number(new URL(url ?? '').port), '127.0.0.1'));
      }
      await family.mother.withdraw(place.dossier, [place.compartment], 'org-b');
      await sleep(600);
      expect(asked).toBe(0);
    } finally {
      for (const server of silent) server.close();
      await closeWorld(turned);
    }
  });
});

describe('a restart while the witnesses are away', () => {
  it.each([
    ['opens on what they confirmed before, as long as that is new', true, 'done'],
    ['opens nothing where that was not kept', false, 'quorum-stale'],
  ])(
    '%s',
    async (_, keep, then) => {
      const unusable: string[] = [];
      const path = join(await mkdtemp(join(tmpdir(), 'eenmaal-kept-')), 'cosigned');
      const kept = { path, onUnusable: (why: string) => void unusable.push(why) };
      const again = await openWorld('again', {}, { maxStaleness: 10, timeoutMs: 200, ...(keep && { kept }) });
      try {
        const { envelope } = await again.send('Voor de herstart');
        await eventually(async () => expect(await shown(again.attestor)).toMatchObject({ whole: true }));
        await again.asking.witnesses.stop();
        const root = (checkpoint = '') => checkpoint.split('\n')[2];
        const before = root((await shown(again.attestor)).cosigned?.checkpoint);
        if (keep) await eventually(async () => expect(root(await readFile(path, 'utf8'))).toBe(before));
        await again.chain.restartLedger();
        expect(await again.tryToOpen(envelope)).toBe(then);
        if (keep) expect(root((await shown(again.attestor)).cosigned?.checkpoint)).toBe(before);
        await eventually(async () => expect(await again.tryToOpen(envelope)).toBe('quorum-stale'), 20_000);
        expect(unusable).toEqual([]);
      } finally {
        await closeWorld(again);
        await rm(dirname(path), { recursive: true, maxRetries: 5 });
      }
    },
    60_000,
  );
});

describe('while the witnesses are away', () => {
  it('nothing is opened or handed over, withdrawals are taken, and all is open again when they are back', async () => {
    const { asking, place, send, reader, received, tryToOpen, family, chain } = world;
    const [first, second] = [(await send('Eerste')).envelope, (await send('Tweede')).envelope];
    await eventually(async () => expect(await shown(world.attestor)).toMatchObject({ whole: true }));
    const [one, other] = [await received(first), await received(second)];
    expect(await codeOf(reader.open(one, 'support'))).toBe('done');
    await asking.witnesses.stop();
    await eventually(async () => expect(await codeOf(reader.open(other, 'support'))).toBe('quorum-stale'));
    expect(await codeOf(reader.open(one, 'support')), 'opened before, asked again').toBe('quorum-stale');
    expect(await codeOf(reader.receive(place.dossier, [first])), 'a delivery').toBe('quorum-stale');
    const before = chain.ledger.journal.size;
    expect(await codeOf(send('Verteld terwijl zij weg zijn'))).toBe('done');
    const { mother, ids } = family;
    const elsewhere = await mother.openCompartment(place.dossier, [ids.mother], 'Werk');
    await mother.grant(place.dossier, [elsewhere], terms('org-c', chain.clock()));
    expect(await codeOf(mother.withdraw(place.dossier, [elsewhere], 'org-c')), 'a withdrawal').toBe('done');
    expect(chain.ledger.journal.size).toBeGreaterThan(before + 2);
    await asking.witnesses.startAgain();
    await eventually(async () => expect(await tryToOpen(second)).toBe('done'));
  });

  it('nothing is opened on what they said before, also when the ledger’s clock is set back', async () => {
    let back = 0;
    const turned = await openWorld('set back', {}, {}, () => Date.now() - back);
    try {
      const { envelope } = await turned.send('Nog dicht');
      await eventually(async () => expect(await shown(turned.attestor)).toMatchObject({ whole: true }));
      const one = await turned.received(envelope);
      back = 100_000;
      await turned.asking.witnesses.stop();
      await sleep(3000);
      expect(await codeOf(turned.reader.open(one, 'support'))).toBe('quorum-stale');
    } finally {
      await closeWorld(turned);
    }
  });

  it('is really guarded: with the freshness check switched off the guard fails', async () => {
    const broken = await openWorld('broken', { freshnessCheck: true });
    try {
      const { envelope } = await broken.send('Open');
      await broken.asking.witnesses.stop();
      await sleep(3000);
      expect(await broken.tryToOpen(envelope)).not.toBe('quorum-stale');
      expect(await broken.tryToOpen(envelope)).toBe('done');
    } finally {
      await closeWorld(broken);
    }
  });
});
