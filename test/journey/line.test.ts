/**
 * The straight line a message walks, stop by stop, with the numbers of the architecture: tell, preview, seal, accept,
 * decide and log, deliver, ask release, decide and log, open, the family sees who read, the officer verifies.
 */
import { type Participant, type Received, replay, type Sent, type Transport, whoRead } from '@eenmaal/client';
import { fromBase64url, utf8 } from '@eenmaal/crypto';
import { itemKey, openMessage, readEnvelope } from '@eenmaal/envelope';
import { makeLeaf } from '@eenmaal/ledger';
import { type Answer, type Content, Event, type Header, type Id, parseJson, type Request } from '@eenmaal/model';
import { startLedger } from '@eenmaal/service-ledger';
import { startChain, startFamily, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const STORY = {
  title: 'De verhuizing',
  text: 'Sinds de verhuizing slaapt ze slecht. Op school gaat het beter dan thuis.',
  author: { name: 'Een moeder', role: 'moeder' },
};

type Submitted = { request: Extract<Request, { op: 'submit' }>; body: Uint8Array };
let chain: Awaited<ReturnType<typeof startChain<Awaited<ReturnType<typeof startLedger>>>>>;
let family: Awaited<ReturnType<typeof startFamily>>;
let mother: Participant;
let partner: Participant & { transport: Transport };
let place: Id;
let sent: Sent;
let submitted: Submitted;
let received: Received;
let opened: Content;
let openedAt: number;

beforeAll(async () => {
  chain = await startChain({ startLedger, seed: 'line' });
  family = await startFamily(chain, await chain.participant('partner/org-a'));
  partner = await chain.participant('partner/org-b');
}, 30_000);
afterAll(() => chain?.stop());

/** Passes everything on and keeps what is submitted. */
const noting = (transport: Transport): Transport => ({
  call(request, attached) {
    if (request.op === 'submit') submitted = { request, body: attached ?? new Uint8Array() };
    return transport.call(request, attached);
  },
});
const logged = (index: number) => chain.ledger.journal.entry(index);

describe('one message along the line', () => {
  it('01 tell: the mother opens a place for it and gives one partner her yes', async () => {
    mother = await family.join('mother', { transport: noting(family.mother.transport) });
    place = await mother.openCompartment(family.dossier, [family.ids.mother], 'Wonen');
    await mother.grant(family.dossier, [place], terms('org-b', chain.clock()));
    expect(mother.keys.labelOf(place)).toBe('Wonen');
  });

  it('02 preview: she sees before she sends who will be able to read', () => {
    expect(mother.preview(place)).toEqual([
      { party: 'partner/org-b', scope: 'history' },
      { party: mother.party, scope: 'history' },
    ]);
  });

  it('03 seal: what leaves her hands says from whom and where, and not a word of what', async () => {
    sent = await mother.send({
      dossier: family.dossier,
      compartment: place,
      kind: 'fragment',
      purpose: 'support',
      content: STORY,
    });
    const { header, jws } = submitted.request;
    const envelope = { header, jws, body: submitted.body };
    const read: { header: Header } = readEnvelope(envelope);
    expect(read.header).toMatchObject({ sender: mother.party, compartment: place, epoch: sent.epoch });
    const outside = header + Buffer.from(submitted.body).toString('latin1');
    for (const word of [STORY.title, STORY.text, STORY.author.name, 'Wonen']) expect(outside).not.toContain(word);
  });

  it('04 accept: she gets a receipt, and can check that the log holds it', async () => {
    expect(sent.size).toBeGreaterThan(sent.index);
    await mother.sync();
    await mother.checkpoints.verifyIncluded(sent.index, (await logged(sent.index)).leaf);
    const other = (await logged(sent.index - 1)).leaf;
    await expect(mother.checkpoints.verifyIncluded(sent.index, other)).rejects.toThrow('split-view');
  });

  it('05 decide and log: the entry says that she may write there and on what ground', async () => {
    const { event, secret } = await logged(sent.index);
    expect(event).toMatchObject({ kind: 'message', decision: { outcome: 'permit', code: 'P-OWN' } });
    expect(secret).toHaveLength(32);
  });

  it('06 deliver: the partner gets the sealed message, and the log says so', async () => {
    await partner.sync();
    const before = chain.ledger.journal.size;
    [received] = (await partner.receive(family.dossier)) as [Received];
    expect(received.header.id).toBe(sent.envelope);
    expect((await logged(before)).event).toMatchObject({
      kind: 'delivery',
      reader: partner.party,
      decision: { outcome: 'permit' },
    });
    expect(await partner.receive(family.dossier), 'once').toHaveLength(0);
  });

  it('07 ask release: its keys alone open nothing', () => {
    const { epoch } = partner.keys.keysOf(received.header);
    expect(() => openMessage(received.envelope, itemKey(epoch, received.envelope.header), chain.random(32))).toThrow(
      'secret-mismatch',
    );
  });

  it('08 decide and log: the opening stands in the log before the secret is given', async () => {
    const before = chain.ledger.journal.size;
    opened = await partner.open(received, 'support');
    openedAt = before;
    expect((await logged(before)).event).toMatchObject({ kind: 'opening', reader: partner.party, purpose: 'support' });
    await partner.open(received, 'support');
    expect(chain.ledger.journal.size, 'asked twice, logged once').toBe(before + 1);
  });

  it('09 open: the partner reads what she told', () => {
    expect(opened).toMatchObject(STORY);
  });

  it('10 who read: she sees who received and who opened it, and when', async () => {
    await mother.sync();
    const [trail] = whoRead(mother.mirror, family.dossier);
    const at = (await logged(openedAt)).at;
    expect(trail).toMatchObject({ envelope: sent.envelope, readers: [{ reader: partner.party, opened: at }] });
  });

  it('11 officer verifies: the whole log again gives the same answers, to the last entry', async () => {
    const officer = await chain.participant('officer/fg');
    await officer.sync();
    const signed = officer.checkpoints.position;
    const result = await replay(officer.transport, signed, officer.region, chain.law);
    expect(result).toMatchObject({ size: signed.size, root: signed.root, differences: [] });
    expect(result.counts).toMatchObject({ message: 1, delivery: 1, opening: 1, refusal: 0 });
  });
});

describe('11 officer verifies: what was tampered with is named', () => {
  type Logged = Extract<Answer<'log'>['entries'][number], { event: string }>;
  /** Replays a log in which one entry is another. */
  async function replayed(index: number, change: (entry: Logged, event: Event) => Logged) {
    const officer = await chain.participant('officer/fg');
    await officer.sync();
    const lying: Transport = {
      async call(request, attached) {
        const answered = await officer.transport.call(request, attached);
        if (request.op !== 'log') return answered;
        const answer = answered.answer as Answer<'log'>;
        const entries = answer.entries.map((entry) =>
          'event' in entry && entry.index === index ? change(entry, parseJson<Event>(Event, entry.event)) : entry,
        );
        return { ...answered, answer: { ...answer, entries } } as typeof answered;
      },
    };
    return replay(lying, officer.checkpoints.position, officer.region, chain.law);
  }
  const withDecision = (entry: Logged, event: Event): Logged => {
    if (!('decision' in event)) throw new Error('not a decision');
    const decision = { ...event.decision, basis: [] };
    return { ...entry, event: JSON.stringify({ ...event, decision }) };
  };

  it('another decision under the old leaf', async () => {
    const { differences } = await replayed(openedAt, withDecision);
    expect(new Set(differences.map(({ index }) => index))).toEqual(new Set([openedAt]));
    expect(differences.map(({ what }) => what)).toEqual([
      'the leaf does not fit its event',
      'the logged decision differs',
    ]);
  });

  it('another decision with a leaf made to fit: no longer the signed log', async () => {
    const forged = replayed(openedAt, (entry, event) => {
      const changed = withDecision(entry, event);
      const leaf = makeLeaf(entry.type, fromBase64url(entry.salt), utf8(changed.event));
      return { ...changed, leaf: Buffer.from(leaf).toString('hex') };
    });
    await expect(forged).rejects.toThrow('split-view');
  });

  it('an opening in another reader’s name', async () => {
    const { differences } = await replayed(openedAt, (entry, event) => ({
      ...entry,
      event: JSON.stringify({ ...event, reader: 'partner/org-c' }),
    }));
    expect(differences.map(({ what }) => what)).toContain('party-mismatch');
  });

  it('an entry left out', async () => {
    const shorter = replayed(openedAt, (entry) => ({ ...entry, index: entry.index + 1 }));
    await expect(shorter).rejects.toThrow(`entry ${openedAt} is missing`);
  });
});

it('11 officer verifies: a ledger that really released without a ground is caught by its own log', async () => {
  const broken = await startChain({ startLedger, seed: 'caught', unsafe: { releaseCheck: true } });
  try {
    const theirs = await startFamily(broken, await broken.participant('partner/org-a'));
    const { dossier, ids } = theirs;
    const where = await theirs.mother.openCompartment(dossier, [ids.mother], 'Wonen');
    await theirs.mother.grant(dossier, [where], terms('org-b', broken.clock()));
    await theirs.mother.send({ dossier, compartment: where, kind: 'fragment', purpose: 'support', content: STORY });
    const reader = await broken.participant('partner/org-b');
    await reader.sync();
    const [message] = await reader.receive(dossier);
    if (!message) throw new Error('nothing was delivered');
    reader.keys.keysOf(message.header);
    await theirs.mother.withdraw(dossier, [where], 'org-b');
    const index = broken.ledger.journal.size;
    await reader.open(message, 'support');
    const officer = await broken.participant('officer/fg');
    await officer.sync();
    const { differences } = await replay(officer.transport, officer.checkpoints.position, officer.region, chain.law);
    expect(differences).toEqual([{ index, what: 'no standing basis: D-WITHDRAWN' }]);
  } finally {
    await broken.stop();
  }
});
