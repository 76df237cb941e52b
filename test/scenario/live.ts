/**
 * The world of the real thing: a nats-server, a ledger service, and a participant for everybody in the scenario. The rule is
 * asked by the ledger; what is compared is what the participant got (opened, or nothing) and what the ledger logged of it.
 */
import { newId, type Participant, type Received } from '@eenmaal/client';
import { decide, keyNeed, readersOf } from '@eenmaal/consent';
import { fromBase64url, hash256, toBase64url, utf8 } from '@eenmaal/crypto';
import { sealMessage, signObject } from '@eenmaal/envelope';
import {
  EenmaalError,
  type ErrorCode,
  type Event,
  type EventOf,
  type Id,
  type Instant,
  isPerson,
  type PartyId,
  type Purpose,
  type Request,
  type StatementInput,
} from '@eenmaal/model';
import {
  type Answered,
  type Audience,
  type Disclosure,
  type Outgoing,
  prologue,
  type Said,
  type Scenario,
  type SendResult,
  type World,
} from '@eenmaal/scenario';
import { type LedgerService, startLedger } from '@eenmaal/service-ledger';
import { type Chain, startChain } from '@eenmaal/testkit';

const HOUR = 3_600_000;
/** What a client says that lacks the key of what it is asked to disclose. */
const KEYLESS: readonly ErrorCode[] = ['not-readable', 'unknown-envelope'];
type Taker = Participant & { transport: Chain['steward']['transport'] };

/** A region of its own for one scenario. Call `stop`. */
export async function startLiveWorld(scenario: Scenario): Promise<LiveWorld> {
  const { partners, start } = prologue(scenario);
  const time = { now: start };
  const chain = await startChain<LedgerService>({
    ...{ startLedger, partners, clock: () => time.now, seed: scenario.title },
    profile: scenario.profile ?? 'strict',
  });
  return new LiveWorld(chain, time);
}

export class LiveWorld implements World {
  readonly dossier: Id;
  readonly #chain: Chain<LedgerService>;
  readonly #time: { now: Instant };
  readonly #takers = new Map<PartyId, Taker>();
  readonly #texts = new Map<Id, string>();
  readonly #submitted = new Map<Id, [request: Extract<Request, { op: 'submit' }>, body: Uint8Array | undefined]>();
  readonly #held = new Map<string, Received>();

  constructor(chain: Chain<LedgerService>, time: { now: Instant }) {
    this.#chain = chain;
    this.#time = time;
    this.dossier = newId(chain.random);
  }

  get state() {
    return this.#chain.ledger.journal.state;
  }

  now(): Instant {
    return this.#time.now;
  }

  moveTo(at: Instant): void {
    this.#time.now = at;
  }

  newId(): Id {
    return newId(this.#chain.random);
  }

  hash(name: string): string {
    return toBase64url(hash256(utf8(name)));
  }

  keysOf(party: PartyId) {
    return this.#chain.identityOf(party).public;
  }

  stop(): Promise<void> {
    return this.#chain.stop();
  }

  async say(by: PartyId, input: StatementInput): Promise<Said> {
    const said = await refusable(async () => {
      const taker = await this.#awake(by);
      const [receipt] = await taker.state(input);
      return { id: await this.#statementAt(receipt?.index ?? -1) };
    });
    if ('id' in said && 'compartment' in input) await this.#keepKeys(input.compartment);
    return said;
  }

  openCompartment(by: PartyId, subjects: Id[], audience: Audience, label: string): Promise<Said> {
    return refusable(async () => {
      const taker = await this.#awake(by);
      return { id: await taker.openCompartment(this.dossier, subjects, label, audience) };
    });
  }

  async disclose(by: PartyId, { items, ...rest }: Disclosure): Promise<Said> {
    const said = await refusable(async () => {
      const taker = await this.#awake(by);
      return taker.disclose({ ...rest, envelopes: items });
    });
    if (!('refused' in said) || !KEYLESS.includes(said.refused)) return said;
    // its client has no key to seal and does not ask; what would the ledger have said to somebody who asks all the same?
    const kid = this.state.parties.get(rest.to)?.sealingKid ?? this.hash('nobody');
    const forged = items.map((envelope) => ({ envelope, kid, sealed: toBase64url(this.#chain.random(1168)) }));
    return this.say(by, { kind: 'disclose', ...rest, items: forged });
  }

  consult(by: PartyId, to: string, text: string, answers: Id | null): Promise<Said> {
    return refusable(async () => {
      const taker = await this.#awake(by);
      return taker.consult(to, text, answers);
    });
  }

  async send(by: PartyId, outgoing: Outgoing): Promise<SendResult> {
    const { compartment, purpose, kind, marks, basis, text } = outgoing;
    await this.#keepKeys(compartment, by);
    const taker = await this.#awake(by);
    const content = { title: 'Bericht', text, author: { name: 'Scenario', role: 'test' } };
    const place = { dossier: this.dossier, compartment };
    const expected = decide(this.state, { party: by, compartment, purpose }, this.now());
    try {
      const act = { ...place, kind, purpose, marks, content };
      // whoever has no basis has no key either: its client would not even ask, so the ledger is asked by hand
      const forged = expected.outcome !== 'permit' || basis !== null;
      const { index, envelope } = forged
        ? await this.#submit(taker, by, { ...outgoing, basis })
        : await taker.send(act);
      this.#texts.set(envelope, text);
      const { event } = await this.#chain.ledger.journal.entry(index);
      if (event.kind !== 'message') throw new Error('what was sent is not in the log as a message');
      return { id: envelope, decision: event.decision };
    } catch (error) {
      if (!(error instanceof EenmaalError)) throw error;
      if (error.code !== 'no-basis' || expected.outcome === 'permit') return { refused: error.code };
      const logged = await this.#lately(
        'refusal',
        ({ act, party, decision }) => act === 'write' && party === by && decision.code === expected.code,
      );
      if (!logged) throw new Error('a refusal to write is not in the log');
      return { decision: logged.decision };
    }
  }

  async replay(by: PartyId, message: Id): Promise<Said> {
    const taker = await this.#awake(by);
    const sent = this.#submitted.get(message);
    if (!sent) return { refused: 'unknown-envelope' };
    return refusable(async () => {
      await taker.transport.call(...sent);
      return { id: message };
    });
  }

  async deliver(reader: PartyId, message: Id): Promise<Answered> {
    const compartment = this.state.messages.get(message)?.compartment ?? '';
    const expected = decide(this.state, { party: reader, compartment, message }, this.now());
    const first = !this.state.messages.get(message)?.delivered.has(reader);
    const received = await this.#fetch(reader, message);
    if (!received)
      return { decision: expected, faults: expected.outcome === 'permit' ? ['it was not handed over'] : [] };
    if (!first) return { decision: expected, faults: [] };
    const logged = await this.#lately('delivery', (one) => one.envelope === message && one.reader === reader);
    if (!logged) return { decision: expected, faults: ['it was handed over without being logged'] };
    return { decision: logged.decision, faults: [] };
  }

  async open(reader: PartyId, message: Id, purpose: Purpose): Promise<Answered> {
    await this.#keepKeys(this.state.messages.get(message)?.compartment ?? '');
    const asked = ({ act, party, envelope }: EventOf<'refusal'>) =>
      act === 'open' && party === reader && envelope === message;
    // within the hour another reason is mostly no news
    const known = await this.#lately('refusal', asked);
    const refused = await this.#askOpen(reader, message, purpose);
    if (refused) {
      const faults = refused === 'no-basis' ? [] : [`a reader heard ${refused}, not no-basis`];
      const compartment = this.state.messages.get(message)?.compartment ?? '';
      const expected = decide(this.state, { party: reader, compartment, message, purpose }, this.now());
      // with its dossier erased there is nothing left to log it by
      if (compartment === '') return { decision: expected, faults };
      const logged = await this.#lately('refusal', (one) => asked(one) && one.decision.code === expected.code);
      if (!logged && !known) faults.push('the refusal is not in the log');
      return { decision: logged?.decision ?? expected, faults };
    }
    const event = await this.#lately(
      'opening',
      (one) => one.envelope === message && one.reader === reader && one.purpose === purpose,
    );
    if (!event) throw new Error('an opening is not in the log');
    return { decision: event.decision, faults: await this.#reallyRead(reader, message, purpose) };
  }

  async waiting(reader: PartyId): Promise<Id[]> {
    // the ledger is asked about each by name, which leaves what waits waiting for those it is not handed to
    return [...this.state.messages.values()]
      .filter(({ sender, delivered }) => sender !== reader && !delivered.has(reader))
      .filter(({ id, compartment }) => {
        const decision = decide(this.state, { party: reader, compartment, message: id }, this.now());
        return decision.outcome === 'permit';
      })
      .map(({ id }) => id);
  }

  async seenBy(party: PartyId) {
    const { mirror } = await this.#awake(party);
    const keys = (map: ReadonlyMap<Id, unknown>) => new Set(map.keys());
    const { compartments, messages, statements } = mirror.state;
    return { compartments: keys(compartments), messages: keys(messages), statements: keys(statements) };
  }

  async toldTo(party: PartyId) {
    const taker = await this.#awake(party);
    const consults = await taker.notices(null);
    try {
      const { notices, clocks } = await taker.notices(this.dossier);
      return { notices: [...notices, ...consults.notices], clocks: [...clocks, ...consults.clocks] };
    } catch (error) {
      if (error instanceof EenmaalError && error.code === 'unknown-dossier') return consults;
      throw error;
    }
  }

  async counts() {
    const counts = new Map<string, number>();
    for (let index = 0; index < this.#chain.ledger.journal.size; index++) {
      const { event } = await this.#chain.ledger.journal.entry(index);
      const kind = event.kind === 'statement' ? payloadOf(event.jws).kind : event.kind;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
  }

  /** A participant that has just looked: what it holds is what it may hold now. */
  async #awake(party: PartyId): Promise<Taker> {
    const taker = this.#takers.get(party) ?? this.#watched(await this.#chain.participant(party));
    this.#takers.set(party, taker);
    await taker.sync();
    await taker.mirror.refresh(this.dossier).catch(unlessUnknown);
    return taker;
  }

  /** Keeps what is submitted, so that it can be sent again. */
  #watched(taker: Taker): Taker {
    const { transport } = taker;
    const call = transport.call.bind(transport);
    transport.call = (request, attached) => {
      if (request.op === 'submit') this.#submitted.set(JSON.parse(request.header).id, [request, attached]);
      return call(request, attached);
    };
    return taker;
  }

  async #statementAt(index: number): Promise<Id> {
    const { event } = await this.#chain.ledger.journal.entry(index);
    if (event.kind !== 'statement') throw new Error('what was said is not in the log as a statement');
    return payloadOf(event.jws).id;
  }

  /** What everybody's client does when it wakes up: it makes the key fit who may read now. */
  async #keepKeys(compartment: Id, first?: PartyId): Promise<void> {
    for (let tries = 0; tries < 4; tries++) {
      if (!this.state.compartments.has(compartment)) return;
      const { rotate, admit } = keyNeed(this.state, compartment, this.now());
      if (!rotate && admit.length === 0) return;
      const readers = readersOf(this.state, compartment, this.now()).map(({ party }) => party);
      const makers = readers.toSorted((a, b) => rank(a, first) - rank(b, first));
      let made = false;
      for (const maker of makers) {
        const taker = await this.#awake(maker);
        made = await taker.ensureKey(compartment).catch(unlessRefused);
        if (made) break;
      }
      if (!made) return;
    }
  }

  /** An envelope by hand: under the key it has, or one it made up. */
  async #submit(taker: Taker, by: PartyId, { compartment, purpose, kind, marks, basis, text }: Outgoing) {
    const { random } = this.#chain;
    const epoch = Math.max(0, (this.state.compartments.get(compartment)?.epochs.length ?? 0) - 1);
    const draft = {
      ...{ id: newId(random), dossier: this.dossier, compartment, epoch, sender: by, kind, purpose, marks },
      ...{ seq: (this.state.sequences.get(by)?.highest ?? -1) + 1, basis: basis ?? [], attachments: [] },
      ledger: taker.checkpoints.position,
    };
    const content = { title: 'Bericht', text, author: { name: 'Scenario', role: 'test' }, attachments: [] };
    const held = keyOf(() => taker.keys.keysOf({ dossier: this.dossier, compartment, epoch }).epoch);
    const { signing } = this.#chain.identityOf(by);
    const { envelope, secret } = sealMessage(draft, content, held ?? random(32), signing, random);
    const { header, jws, body } = envelope;
    const { answer } = await taker.transport.call({ op: 'submit', header, jws, secret: toBase64url(secret) }, body);
    return { index: answer.index, envelope: draft.id };
  }

  /** The bare question, also of whoever holds nothing: null when the secret was released. */
  async #askOpen(by: PartyId, envelope: Id, purpose: Purpose): Promise<ErrorCode | null> {
    const taker = await this.#awake(by);
    const seen = taker.checkpoints.position;
    const request = { v: 1, id: newId(this.#chain.random), by, envelope, purpose, at: this.now(), seen } as const;
    const jws = signObject('eenmaal-open+jws', request, this.#chain.identityOf(by).signing);
    try {
      const { answer } = await taker.transport.call({ op: 'open', jws });
      return fromBase64url(answer.secret).length === 32 ? null : 'malformed';
    } catch (error) {
      if (error instanceof EenmaalError) return error.code;
      throw error;
    }
  }

  /** Fetches the message unless it is held, opens it, and compares what it says with what was written. */
  async #reallyRead(reader: PartyId, message: Id, purpose: Purpose): Promise<string[]> {
    const taker = await this.#awake(reader);
    const received = this.#held.get(`${reader} ${message}`) ?? (await this.#fetch(reader, message));
    if (!received) return ['the secret was released but the message is not handed over'];
    const { text } = await taker.open(received, purpose);
    return text === this.#texts.get(message) ? [] : ['what was opened is not what was written'];
  }

  async #fetch(reader: PartyId, message: Id): Promise<Received | undefined> {
    const taker = await this.#awake(reader);
    const [received] = await taker.receive(this.dossier, [message]).catch((error) => {
      unlessUnknown(error);
      return [];
    });
    if (received) this.#held.set(`${reader} ${message}`, received);
    return received;
  }

  /** The newest logged event of a kind; of refusals the ledger logs the same one once an hour. */
  async #lately<K extends Event['kind']>(kind: K, isIt: (event: EventOf<K>) => boolean): Promise<EventOf<K> | null> {
    for (let index = this.#chain.ledger.journal.size - 1; index >= 0; index--) {
      const entry = await this.#chain.ledger.journal.entryIfThere(index);
      if (!entry) continue;
      const { event, at } = entry;
      if (kind === 'refusal' && at < this.now() - HOUR) return null;
      if (event.kind === kind && isIt(event as EventOf<K>)) return event as EventOf<K>;
    }
    return null;
  }
}

/** The family first: a partner's client is not the one to change a family's keys when it can be helped. */
const rank = (party: PartyId, first: PartyId | undefined): number => (party === first ? 0 : isPerson(party) ? 1 : 2);

async function refusable(act: () => Promise<{ id: Id }>): Promise<Said> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof EenmaalError) return { refused: error.code };
    throw error;
  }
}

function unlessUnknown(error: unknown): void {
  if (!(error instanceof EenmaalError) || error.code !== 'unknown-dossier') throw error;
}

function unlessRefused(error: unknown): false {
  if (error instanceof EenmaalError) return false;
  throw error;
}

function keyOf(find: () => Uint8Array): Uint8Array | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

const payloadOf = (jws: string): { id: Id; kind: string } =>
  JSON.parse(new TextDecoder().decode(fromBase64url(jws.split('.')[1] ?? '')));
