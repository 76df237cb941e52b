/**
 * What a party can learn from what it is shown and told: a partner never who refused or withdrew, nor whether something
 * it may not read exists; a parent nothing of the other's; an officer the log, but no content and no release secret.
 */
import { newId, type Transport, whoRead } from '@eenmaal/client';
import { toBase64url } from '@eenmaal/crypto';
import { readObject, signObject } from '@eenmaal/envelope';
import {
  EenmaalError,
  EMPTY_LOG,
  Event,
  type Id,
  type PartyId,
  type Purpose,
  parseJson,
  type Statement,
} from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, craft, failure, startWithFamily, submitRaw } from './support.ts';

type World = Awaited<ReturnType<typeof startWithFamily>>;
type Member = Awaited<ReturnType<World['chain']['participant']>>;
let world: World;
let mother: Member;
let father: Member;
let orgB: Member;
let orgC: Member;
let officer: Member;
let hers: Id;
let school: Id;
let closed: Id;
let herMessage: string;
let schoolMessage: string;
let closedMessage: string;

beforeAll(async () => {
  world = await startWithFamily({ seed: 'visible' });
  const { chain, family } = world;
  ({ mother, father } = family);
  const { dossier, ids } = family;
  const by = async (who: Member, place: Id, partner: string) => {
    await who.sync();
    await who.grant(dossier, [place], terms(partner, chain.clock()));
  };
  hers = await mother.openCompartment(dossier, [ids.mother], 'Gezondheid');
  school = await mother.openCompartment(dossier, [ids.child8], 'School');
  closed = await mother.openCompartment(dossier, [ids.child8], 'Veiligheid');
  for (const place of [school, closed]) for (const who of [mother, father]) await by(who, place, 'org-b');
  await by(mother, hers, 'org-b');
  await by(mother, school, 'org-c');
  const send = async (place: Id) => (await mother.send(tale(dossier, place, 'Geheim verhaal'))).envelope;
  herMessage = await send(hers);
  schoolMessage = await send(school);
  closedMessage = await send(closed);
  [orgB, orgC] = [await chain.participant('partner/org-b'), await chain.participant('partner/org-c')];
  await orgB.sync();
  for (const message of await orgB.receive(dossier)) await orgB.open(message, 'support');
  // father says no to one partner and takes back his yes to the other; mother takes back hers to her own
  await father.sync();
  await father.refuse(dossier, [school], 'org-c');
  await father.withdraw(dossier, [closed], 'org-b');
  await mother.sync();
  await mother.withdraw(dossier, [hers], 'org-b');
  // refusals in the log: of opening, of writing
  await orgB.sync();
  expect(await codeOf(open(orgB, closedMessage))).toBe('no-basis');
  expect(await codeOf(open(orgB, herMessage))).toBe('no-basis');
  expect(await codeOf(open(orgC, schoolMessage))).toBe('no-basis');
  // also one about what it may still read, for another purpose than was agreed
  expect(await codeOf(open(orgB, schoolMessage, 'inquiry'))).toBe('no-basis');
  officer = await chain.participant('officer/fg');
  await officer.sync();
}, 30_000);
afterAll(() => world?.chain.stop());

/** The bare request, without the client's own checks before it. */
function open(who: Member, envelope: string, purpose: Purpose = 'support') {
  const { chain, family } = world;
  const identity = who === father ? family.keys.father : chain.identityOf(who.party);
  const common = { v: 1, id: newId(chain.random), by: who.party, envelope, purpose } as const;
  const request = {
    ...common,
    at: chain.clock(),
    seen: EMPTY_LOG,
  };
  return who.transport.call({ op: 'open', jws: signObject('eenmaal-open+jws', request, identity.signing) });
}

type Seen = { index: number; event: Event; statement: Statement | null; text: string };
const read = (index: number, json: string): Seen => {
  const event = parseJson<Event>(Event, json);
  const statement = event.kind === 'statement' ? readObject('eenmaal-statement+jws', event.jws).payload : null;
  return { index, event, statement, text: JSON.stringify([event, statement]) };
};

/** Every entry of the family's dossier this party is shown. */
async function shown(transport: Transport): Promise<Seen[]> {
  const found: Seen[] = [];
  for (let after = -1, more = true; more; ) {
    const { answer } = await transport.call({ op: 'view', dossier: world.family.dossier, after });
    found.push(...answer.entries.map(({ index, event }) => read(index, event)));
    after = answer.entries.at(-1)?.index ?? after;
    more = answer.more;
  }
  return found;
}

async function wholeLog(): Promise<Seen[]> {
  const { journal } = world.chain.ledger;
  return Promise.all(Array.from({ length: journal.size }, async (_, i) => read(i, (await journal.entry(i)).json)));
}

/** What the caller hears, to the letter. */
const heard = async (act: Promise<unknown>) => {
  const error = await failure(act);
  return error instanceof EenmaalError ? { code: error.code, detail: error.detail } : error;
};

describe('a partner', () => {
  it('is never shown a refusal, a withdrawal, or anything that says who made it', async () => {
    const log = await wholeLog();
    const secretStatements = log.filter(
      ({ statement }) => statement?.kind === 'refuse' || statement?.kind === 'withdraw',
    );
    expect(secretStatements).toHaveLength(3);
    expect(log.filter(({ event }) => event.kind === 'refusal').length).toBeGreaterThanOrEqual(4);
    for (const partner of [orgB, orgC, world.attestor]) {
      const seen = (await codeOf(shown(partner.transport))) === 'done' ? await shown(partner.transport) : [];
      expect(seen.filter(({ event }) => event.kind === 'refusal')).toEqual([]);
      expect(seen.filter(({ statement }) => statement?.kind === 'refuse' || statement?.kind === 'withdraw')).toEqual(
        [],
      );
      for (const { statement } of secretStatements)
        expect(seen.some(({ text }) => text.includes(statement?.id ?? ''))).toBe(false);
    }
  });
  it('is shown nothing of compartments it may not read any more, nor that they were ever there', async () => {
    const seen = await shown(orgB.transport);
    expect(
      seen.some(({ text }) => text.includes(school)),
      'what it may read',
    ).toBe(true);
    for (const hidden of [hers, closed, herMessage, closedMessage])
      expect(
        seen.some(({ text }) => text.includes(hidden)),
        hidden,
      ).toBe(false);
  });
  it('sees only its own deliveries and openings', async () => {
    for (const { event } of await shown(orgB.transport))
      if (event.kind === 'delivery' || event.kind === 'opening') expect(event.reader).toBe('partner/org-b');
  });
  it('hears the same about what is forbidden and what does not exist', async () => {
    const { chain, family } = world;
    const unknown = newId(chain.random);
    const attachment = newId(chain.random);
    const chunk = (envelope: string) => orgB.transport.call({ op: 'chunk', envelope, attachment, chunk: 0 });
    expect(await heard(open(orgB, closedMessage))).toEqual(await heard(open(orgB, unknown)));
    expect(await heard(chunk(closedMessage))).toEqual(await heard(chunk(unknown)));
    const fetch = async (envelope: string) =>
      (await orgB.transport.call({ op: 'fetch', dossier: family.dossier, envelopes: [envelope] })).answer;
    expect(await fetch(closedMessage)).toEqual(await fetch(unknown));
    const view = (dossier: string) => heard(orgC.transport.call({ op: 'view', dossier, after: -1 }));
    expect(await view(family.dossier)).toEqual(await view(unknown));
    const write = (compartment: string) => {
      const place = { dossier: family.dossier, compartment: school };
      const { envelope, secret } = craft(chain, orgB, chain.identityOf(orgB.party), place, { compartment });
      return heard(submitRaw(orgB.transport, envelope, secret));
    };
    expect(await write(closed)).toEqual(await write(unknown));
    expect(await write(hers)).toEqual({ code: 'no-basis', detail: undefined });
  });
  it('may not take the log, whoever asks', async () => {
    for (const { transport } of [orgB, orgC, mother, father, world.attestor, world.chain.steward])
      expect(await codeOf(transport.call({ op: 'log', from: 0 }))).toBe('no-authority');
  });
});

describe('a parent', () => {
  it('is shown nothing of what is only the other’s, in any way there is', async () => {
    const { dossier } = world.family;
    await father.sync();
    for (const { text } of await shown(father.transport)) {
      expect(text).not.toContain(hers);
      expect(text).not.toContain(herMessage);
    }
    expect(await father.receive(dossier, [herMessage])).toEqual([]);
    expect((await father.receive(dossier)).map(({ header }) => header.id)).not.toContain(herMessage);
    expect(await codeOf(open(father, herMessage))).toBe('no-basis');
    const trails = whoRead(father.mirror, dossier);
    expect(trails.map(({ envelope }) => envelope)).toContain(schoolMessage);
    expect(trails.map(({ envelope }) => envelope)).not.toContain(herMessage);
    expect(father.keys.labelOf(hers)).toBeNull();
    expect(father.keys.labelOf(school)).toBe('School');
  });
  it('sees who refused and who read about the child both decide for', async () => {
    const seen = await shown(father.transport);
    expect(seen.some(({ statement }) => statement?.kind === 'refuse')).toBe(true);
    const trail = whoRead(father.mirror, world.family.dossier).find(({ envelope }) => envelope === schoolMessage);
    expect(trail?.readers.find(({ reader }) => reader === 'partner/org-b')?.opened).not.toBeNull();
  });
  it('sees as mother all of it, also what is hers', async () => {
    await mother.sync();
    const readers = whoRead(mother.mirror, world.family.dossier).find(
      ({ envelope }) => envelope === herMessage,
    )?.readers;
    expect(readers?.map(({ reader }) => reader)).toEqual(['partner/org-b'] satisfies PartyId[]);
  });
});

describe('the privacy officer', () => {
  it('gets every entry, no release secret and no content', async () => {
    const { journal } = world.chain.ledger;
    const answers: string[] = [];
    let index = 0;
    for (let size = 1; index < size; ) {
      const { answer, attached } = await officer.transport.call({ op: 'log', from: index });
      answers.push(JSON.stringify(answer) + toBase64url(attached));
      index += answer.entries.length;
      size = answer.size;
    }
    expect(index).toBe(journal.size);
    const all = answers.join('');
    let secrets = 0;
    for (let at = 0; at < journal.size; at++) {
      const { secret } = await journal.entry(at);
      if (!secret) continue;
      secrets++;
      expect(all).not.toContain(toBase64url(secret));
    }
    expect(secrets).toBe(3);
    for (const text of ['Geheim verhaal', 'Gezondheid', 'Veiligheid']) expect(all).not.toContain(text);
  });
  it('can neither fetch, nor open, nor look into a dossier as one of its parties', async () => {
    const { dossier } = world.family;
    expect(await codeOf(officer.transport.call({ op: 'view', dossier, after: -1 }))).toBe('unknown-dossier');
    expect(await codeOf(open(officer, schoolMessage))).toBe('no-basis');
    expect(
      (await officer.transport.call({ op: 'fetch', dossier, envelopes: [schoolMessage] })).answer.messages,
    ).toEqual([]);
    expect((await officer.transport.call({ op: 'changes', after: -1 })).answer.dossiers).toEqual([]);
  });
});
