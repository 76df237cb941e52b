/**
 * A ledger that lies to one client: it adds a member to a key, invents custody, or goes on showing a yes that was taken
 * back. The client is told so by nobody; it sees it in what was signed, or computes the readers itself.
 */
import { newId, type Participant, replay, type Transport } from '@eenmaal/client';
import { newIdentity, type SigningKeys, toBase64url } from '@eenmaal/crypto';
import { readObject, signObject } from '@eenmaal/envelope';
import {
  type Answer,
  type EntryView,
  Event,
  type PartyId,
  parseJson,
  type Statement,
  type StatementInput,
} from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { over, write } from './guards-support.ts';
import { changed, codeOf, type Place, startWithFamily } from './support.ts';

let world: Awaited<ReturnType<typeof startWithFamily>>;
let place: Place;
let mother: Participant & { transport: Transport };

beforeAll(async () => {
  world = await startWithFamily({ seed: 'lying', partners: ['org-a', 'org-b', 'org-c', 'org-d'] });
  const { family, chain } = world;
  mother = family.mother;
  const { dossier, ids } = family;
  place = { dossier, compartment: await mother.openCompartment(dossier, [ids.mother], 'Wonen') };
  await mother.grant(dossier, [place.compartment], terms('org-b', chain.clock()));
}, 60_000);
afterAll(() => world?.chain.stop());

const statementOf = (entry: EntryView): Statement | null => {
  const event = parseJson<Event>(Event, entry.event);
  return event.kind === 'statement' ? readObject('eenmaal-statement+jws', event.jws).payload : null;
};
const entryOf = (index: number, jws: string): EntryView => ({
  ...{ index, at: world.chain.clock(), type: 1, salt: toBase64url(new Uint8Array(32)) },
  event: JSON.stringify({ kind: 'statement', at: world.chain.clock(), jws }),
});
const signed = (by: PartyId, keys: SigningKeys, input: object): string => {
  const common = {
    v: 1,
    id: newId(world.chain.random),
    by,
    at: world.chain.clock(),
    seen: mother.checkpoints.position,
  };
  return signObject('eenmaal-statement+jws', { ...common, ...input } as Statement, keys);
};

/** The mother over a ledger that changes what it shows of her dossier; `stated` is what she then signs. */
function deceived(change: (answer: Answer<'view'>) => Answer<'view'>) {
  const { family, chain } = world;
  const lying = changed(mother.transport, 'view', ({ answer, attached }, { dossier }) => ({
    answer: dossier === null ? answer : change(answer),
    attached,
  }));
  const { noting, stated } = notes(lying);
  return { who: over(chain, mother.party, family.keys.mother, noting), stated };
}

/** Keeps every statement that is sent. */
function notes(transport: Transport) {
  const stated: string[] = [];
  const noting: Transport = {
    call(request, attached) {
      if (request.op === 'state') stated.push(...request.statements);
      return transport.call(request, attached);
    },
  };
  return { noting, stated };
}

/** One page of lies: after it the honest answers go on. */
const adding = (index: number, jws: string) => {
  let told = false;
  return (answer: Answer<'view'>): Answer<'view'> => {
    if (told) return answer;
    told = true;
    return { ...answer, entries: [...answer.entries, entryOf(index, jws)] };
  };
};
const readers = (who: Participant) => who.preview(place.compartment).map(({ party }) => party);
const honest = () => ['partner/org-b', mother.party];

describe('a ghost among the members of a key', () => {
  const ghostly = (statement: Statement): object => {
    if (statement.kind !== 'epoch' && statement.kind !== 'admit') throw new Error('no key statement');
    const [wrap] = statement.wraps;
    return { ...statement, wraps: [...statement.wraps, { ...wrap, party: 'partner/org-d' }] };
  };

  it('under the old signature: the statement is refused, and so is everything shown with it', async () => {
    const { who } = deceived((answer) => ({
      ...answer,
      entries: answer.entries.map((entry) => {
        const event = parseJson<Event>(Event, entry.event);
        const statement = statementOf(entry);
        if (event.kind !== 'statement' || statement?.kind !== 'epoch') return entry;
        const [head, , signature] = event.jws.split('.');
        const body = toBase64url(new TextEncoder().encode(JSON.stringify(ghostly(statement))));
        return { ...entry, event: JSON.stringify({ ...event, jws: `${head}.${body}.${signature}` }) };
      }),
    }));
    expect(await codeOf(who.sync())).toBe('signature-invalid');
    expect(readers(who)).toEqual([]);
  });

  it('signed by a reader that helps the ledger: no reader for it, and the next message has a new key', async () => {
    const { chain } = world;
    await mother.sync();
    const [first] = (await mother.transport.call({ op: 'view', dossier: place.dossier, after: -1 })).answer.entries
      .map(statementOf)
      .filter((statement) => statement?.kind === 'epoch');
    if (first?.kind !== 'epoch') throw new Error('no key');
    const kid = chain.ledger.journal.state.parties.get('partner/org-d')?.sealingKid;
    const wraps = [{ ...first.wraps[0], party: 'partner/org-d', kid }];
    const helped = { kind: 'admit', ...place, epoch: first.epoch, wraps, links: [] };
    const keys = chain.identityOf('partner/org-b').signing;
    const { who, stated } = deceived(adding(chain.ledger.journal.size, signed('partner/org-b', keys, helped)));
    await who.sync();
    const members = who.mirror.state.compartments.get(place.compartment)?.epochs.at(-1)?.members;
    expect([...(members?.keys() ?? [])], 'it was shown as a member').toContain('partner/org-d');
    expect(readers(who)).toEqual(honest());
    // the honest ledger under the lie refuses or takes her key; either way the ghost is in none she made
    await codeOf(who.send(tale(place.dossier, place.compartment, 'Na het spook')));
    const made = stated
      .map((jws) => readObject('eenmaal-statement+jws', jws).payload)
      .filter((one) => one.kind === 'epoch');
    expect(made.length).toBeGreaterThan(0);
    for (const one of made) expect(one.wraps.map(({ party }) => party).sort()).toEqual(honest().sort());
  });

  it('with a yes behind it is no ghost: the same way of looking finds a true reader', async () => {
    await mother.sync();
    await mother.grant(place.dossier, [place.compartment], terms('org-d', world.chain.clock()));
    expect(readers(mother)).toContain('partner/org-d');
    await mother.withdraw(place.dossier, [place.compartment], 'org-d');
  });
});

describe('a yes that was taken back and is still shown', () => {
  const withoutWithdrawal = (answer: Answer<'view'>): Answer<'view'> => {
    const entries = answer.entries.filter((entry) => {
      const statement = statementOf(entry);
      return statement?.kind !== 'withdraw' || statement.partner !== 'org-c';
    });
    return { ...answer, entries };
  };

  it('to the one who took it back: her withdrawal does not count as done', async () => {
    await mother.sync();
    await mother.grant(place.dossier, [place.compartment], terms('org-c', world.chain.clock()));
    const { who } = deceived(withoutWithdrawal);
    await who.sync();
    expect(await codeOf(who.withdraw(place.dossier, [place.compartment], 'org-c'))).toBe('split-view');
  });

  it('to a partner that writes: what it wraps for the one who left is in no log but a false one', async () => {
    const { chain } = world;
    await mother.sync();
    await mother.ensureKey(place.compartment);
    // her client goes away right after her yes: the next to write hands over the key
    await mother.state({ kind: 'grant', ...place, ...terms('org-c', chain.clock()) });
    const { transport } = await chain.participant('partner/org-b');
    const old = (await transport.call({ op: 'view', dossier: place.dossier, after: -1 })).answer;
    const { compartment } = place;
    await mother.withdraw(place.dossier, [compartment], 'org-c');
    const lying = changed(transport, 'view', ({ answer, attached }, { dossier, after }) =>
      dossier === null ? { answer, attached } : { answer: after < 0 ? old : { ...old, entries: [] }, attached },
    );
    const { noting, stated } = notes(lying);
    const partner = over(chain, 'partner/org-b', chain.identityOf('partner/org-b'), noting);
    await partner.sync();
    expect(readers(partner), 'nothing it can see tells it').toContain('partner/org-c');
    const { size } = chain.ledger.journal;
    expect(await codeOf(partner.send(tale(place.dossier, compartment, 'Voor wie er nog is')))).toBe('stale-epoch');
    expect(chain.ledger.journal.size).toBe(size);
    // a ledger that takes it in all the same is named by the officer
    const [jws = ''] = stated;
    const index = await write(chain, place.dossier, { kind: 'statement', at: 0, jws });
    const officer = await chain.participant('officer/fg');
    const { differences } = await replay(
      officer.transport,
      await officer.checkpoints.advance(),
      officer.region,
      world.chain.law,
    );
    expect(differences).toEqual([{ index, what: 'statement should have been refused: wrap-set-wrong' }]);
  });
});

describe('custody that nobody attested', () => {
  const custody = (): StatementInput => {
    const { dossier, ids } = world.family;
    return { kind: 'custody', dossier, child: ids.child8, holders: [ids.father], guardian: null, partial: null };
  };
  /** The mother is shown this statement at the end of her dossier. */
  async function shown(jws: string) {
    const { who } = deceived(adding(world.chain.ledger.journal.size, jws));
    const code = await codeOf(who.sync());
    return { code, custody: who.mirror.state.persons.get(world.family.ids.child8)?.custody ?? [] };
  }

  it('is refused: by an organisation that may not attest, by the father, by the ledger itself, by no known key', async () => {
    const { chain, family } = world;
    const orgB = chain.identityOf('partner/org-b').signing;
    expect(await shown(signed('partner/org-b', orgB, custody()))).toEqual({ code: 'no-authority', custody: [] });
    const father = signed(family.father.party, family.keys.father.signing, custody());
    expect(await shown(father)).toEqual({ code: 'no-authority', custody: [] });
    const { signing } = chain.ledgerIdentity;
    expect(await shown(signed('partner/org-a', signing, custody()))).toEqual({ code: 'key-unregistered', custody: [] });
    const stranger = newIdentity(chain.random).signing;
    expect(await shown(signed('partner/org-a', stranger, custody()))).toEqual({
      code: 'key-unregistered',
      custody: [],
    });
    expect(await shown(signed('partner/org-a', orgB, custody()))).toEqual({ code: 'party-mismatch', custody: [] });
  });

  it('counts when the one who opened the dossier says so: the same way of looking', async () => {
    const attested = signed('partner/org-a', world.chain.identityOf('partner/org-a').signing, custody());
    expect(await shown(attested)).toEqual({ code: 'done', custody: [world.family.ids.father] });
  });

  it('leaves what was known before as it was', async () => {
    const { chain } = world;
    const forged = signed('partner/org-b', chain.identityOf('partner/org-b').signing, custody());
    let lie = false;
    const add = adding(chain.ledger.journal.size, forged);
    const { who } = deceived((answer) => (lie ? add(answer) : answer));
    await who.sync();
    const before = readers(who);
    expect(before).toEqual(honest());
    lie = true;
    expect(await codeOf(who.mirror.refresh(place.dossier))).toBe('no-authority');
    expect(readers(who)).toEqual(before);
  });
});
