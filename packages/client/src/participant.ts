/**
 * What a participant does: tell, preview, grant, withdraw, send, receive, open, see who read. One class for the family's
 * browser, a partner's server and the command line; it holds the only keys that open anything.
 */
import { decide, type Reader, readersOf } from '@eenmaal/consent';
import { fromBase64url, type Random, toBase64url } from '@eenmaal/crypto';
import { type ItemKey, sealLabel, sealMessage, signObject } from '@eenmaal/envelope';
import {
  type Answer,
  type Content,
  EenmaalError,
  type ErrorCode,
  type Header,
  type Id,
  type Mark,
  type MessageKind,
  type OrganisationId,
  organisationOf,
  type PartyId,
  type Purpose,
  parse,
  type Receipt,
  refusalOf,
  Statement,
  type StatementInput,
  type StatementOf,
} from '@eenmaal/model';
import { type AttachmentSource, downloadAttachment, type Uploaded, uploadAttachments } from './attachments.ts';
import { Checkpoints } from './checkpoints.ts';
import { type Consultation, consultsOf, sealedConsult } from './consulting.ts';
import { type Disclosing, type Holder, itemKeysOf, itemsFor, openWithAny } from './disclosing.ts';
import { type ErasedPart, type Erasing, type ErasureProof, eraseStatements, partOf, proveErased } from './erasing.ts';
import { keyStatement } from './key-maker.ts';
import { KeyRing } from './key-ring.ts';
import { Mirror } from './mirror.ts';
import { type Received, type ReceivedPage, receivePages } from './receiving.ts';
import type { ClientOptions } from './transport.ts';

/** What to send; the rest of the header follows from the ledger. */
export type Outgoing = {
  dossier: Id;
  compartment: Id;
  kind: MessageKind;
  purpose: Purpose;
  /** What the law protects above every basis, in the order of `Mark`. */
  marks?: readonly Mark[];
  content: Omit<Content, 'attachments'>;
  attachments?: readonly AttachmentSource[];
  /** Attachments uploaded earlier, by `uploadAttachments`. */
  uploaded?: readonly Uploaded[];
};
/** A statement that was taken in. */
export type Said = Receipt & { id: Id };
export type Sent = Receipt & { envelope: Id; epoch: number };
/** What the ledger says when our copy is behind; after a sync the same act is tried again. */
const BEHIND: readonly ErrorCode[] = [
  'stale-epoch',
  'unknown-epoch',
  'position-unknown',
  'statement-out-of-order',
  'wrap-set-wrong',
  'sequence-replayed',
  'sequence-out-of-window',
];
const TRIES = 5;

export class Participant {
  readonly party: PartyId;
  /** The region statement: the root of all trust. */
  readonly region: string;
  readonly mirror: Mirror;
  readonly keys: KeyRing;
  readonly checkpoints: Checkpoints;
  readonly #options: ClientOptions;
  #sequence = -1; // a moment, not a count: whoever reads along would see by a gap how much was written elsewhere

  constructor(options: ClientOptions) {
    this.#options = options;
    this.party = options.party;
    this.region = options.region;
    this.mirror = new Mirror(options.transport, options.region, options.law);
    this.keys = new KeyRing(this.mirror, options.party, options.identity);
    this.checkpoints = new Checkpoints(options);
  }

  /** Brings the verified copy up to date. Resolves with the dossiers that changed. */
  async sync(): Promise<Id[]> {
    const changed = await this.mirror.sync();
    await this.checkpoints.advance();
    return changed;
  }

  /** Signs statements and has them appended, in order, durable on return. @throws the first refusal; those before it stand */
  async state(...inputs: readonly StatementInput[]): Promise<Said[]> {
    const statements = inputs.map((input) => this.#statement(input));
    const receipts = await this.#append(statements);
    return receipts.map((receipt, i) => ({ ...receipt, id: statements[i]?.id ?? '' }));
  }

  async #append(statements: readonly Statement[]): Promise<Receipt[]> {
    const { identity, transport } = this.#options;
    const signed = statements.map((statement) => signObject('eenmaal-statement+jws', statement, identity.signing));
    const { answer } = await transport.call({ op: 'state', statements: signed });
    if (answer.refused) throw refusalOf(answer.refused);
    return answer.receipts;
  }

  async #appendOne(statement: Statement): Promise<Said> {
    this.checkpoints.mustBeOne();
    const [receipt] = await this.#append([statement]);
    if (!receipt) throw new EenmaalError('malformed', 'no receipt');
    return { ...receipt, id: statement.id };
  }

  #statement(input: StatementInput, id: Id = newId(this.#options.random)): Statement {
    const common = { v: 1, id, by: this.party, at: this.#options.clock(), seen: this.checkpoints.position };
    return parse<Statement>(Statement, { ...common, ...input });
  }

  /** Who will be able to read what is told there from now on. */
  preview(compartment: Id): Reader[] {
    return readersOf(this.mirror.state, compartment, this.#options.clock());
  }

  /** Opens a compartment about these persons and makes its first key. The name is sealed for its readers. */
  async openCompartment(
    dossier: Id,
    subjects: readonly Id[],
    label: string,
    audience: StatementOf<'compartment'>['audience'] = 'family',
  ): Promise<Id> {
    const compartment = newId(this.#options.random);
    // sealed once for nothing: a name that does not fit must be refused before the compartment exists without a key
    sealLabel(new Uint8Array(32), label, { dossier, compartment, epoch: 0 });
    await this.state({ kind: 'compartment', dossier, compartment, subjects: [...subjects], audience });
    await this.mirror.refresh(dossier);
    await this.ensureKey(compartment, label);
    return compartment;
  }

  /** Makes the compartment's key fit who may read now. Safe to call at any time; returns whether something was done. */
  async ensureKey(compartment: Id, label?: string): Promise<boolean> {
    const { clock, identity, random, party, unsafeSkipRotation } = this.#options;
    let done = false;
    for (let tries = 0; tries < TRIES; tries++) {
      const maker = { party, identity, random, ring: this.keys };
      const statement = keyStatement(this.mirror.state, maker, compartment, clock(), label);
      if (!statement || (unsafeSkipRotation && statement.kind === 'epoch' && statement.epoch > 0)) return done;
      await this.#unlessBehind(() => this.state(statement));
      const dossier = this.mirror.state.compartments.get(compartment)?.dossier;
      if (dossier) await this.mirror.refresh(dossier);
      done = true;
    }
    throw new EenmaalError('stale-epoch', 'the readers keep changing');
  }

  /** Records a yes for each compartment, and hands the key to whoever thereby becomes a reader. */
  async grant(dossier: Id, compartments: readonly Id[], grant: GrantTerms): Promise<Receipt[]> {
    this.checkpoints.mustBeOne();
    const terms = { ...grant, purposes: [...grant.purposes] };
    return this.#say(dossier, compartments, (compartment) => ({ kind: 'grant', dossier, compartment, ...terms }));
  }

  /**
   * Takes back every yes to this partner. When this resolves the withdrawal is a fence: nothing is opened under it any
   * more. The keys are changed after that; until then nothing can be sent there.
   */
  async withdraw(dossier: Id, compartments: readonly Id[], partner: string): Promise<Receipt[]> {
    return this.#say(dossier, compartments, (compartment) => ({ kind: 'withdraw', dossier, compartment, partner }));
  }

  /** A standing no to this partner. */
  async refuse(dossier: Id, compartments: readonly Id[], partner: string): Promise<Receipt[]> {
    return this.#say(dossier, compartments, (compartment) => ({ kind: 'refuse', dossier, compartment, partner }));
  }

  /**
   * Says it about each compartment, then makes the keys fit it.
   * @throws `split-view` when the ledger acknowledges it but does not show it: the keys would be made as if nothing was said
   */
  async #say(dossier: Id, compartments: readonly Id[], about: (compartment: Id) => StatementInput): Promise<Receipt[]> {
    const statements = compartments.map((compartment) => this.#statement(about(compartment)));
    const receipts = await this.#append(statements);
    await this.mirror.refresh(dossier);
    for (const [i, { id }] of statements.entries())
      if (this.mirror.state.statements.get(id) !== receipts[i]?.index)
        throw new EenmaalError('split-view', 'what was acknowledged is not shown');
    await this.checkpoints.advance();
    for (const compartment of compartments)
      if (this.keys.labelOf(compartment) !== null) await this.ensureKey(compartment);
    return receipts;
  }

  /** Seals, submits, and when the key turned out to be stale makes a new one and sends again; nobody notices. */
  async send(outgoing: Outgoing): Promise<Sent> {
    this.checkpoints.mustBeOne();
    const fresh = await uploadAttachments(this.#options, outgoing.attachments ?? []);
    const uploaded = [...(outgoing.uploaded ?? []), ...fresh];
    for (let tries = 0; ; tries++) {
      try {
        await this.ensureKey(outgoing.compartment);
        return await this.#submit(outgoing, uploaded);
      } catch (error) {
        if (!isBehind(error) || tries >= TRIES) throw error;
        await this.sync();
        await this.mirror.refresh(outgoing.dossier);
      }
    }
  }

  async #submit(
    { dossier, compartment, kind, purpose, marks = [], content }: Outgoing,
    uploaded: readonly Uploaded[],
  ): Promise<Sent> {
    const { party, identity, transport, random } = this.#options;
    const epoch = (this.mirror.state.compartments.get(compartment)?.epochs.length ?? 0) - 1;
    const { epoch: key } = this.keys.keysOf({ dossier, compartment, epoch });
    this.#sequence = Math.max(this.#sequence + 1, this.mirror.sequence + 1, this.#options.clock());
    const id = newId(random);
    const draft = {
      ...{ id, dossier, compartment, epoch, sender: party, seq: this.#sequence, kind, purpose },
      ...{ marks: [...marks], basis: this.#basis(compartment, purpose) },
      ledger: this.checkpoints.position,
      attachments: uploaded.map(({ ref }) => ref),
    };
    const full: Content = { ...content, attachments: uploaded.map(({ inside }) => inside) };
    const { envelope, secret } = sealMessage(draft, full, key, identity.signing, random);
    const { header, jws, body } = envelope;
    const submit = () => transport.call({ op: 'submit', header, jws, secret: toBase64url(secret) }, body);
    // a lost answer: the very same envelope once more, which the ledger takes in once
    const { answer } = await submit().catch((error: unknown) => {
      if (error instanceof EenmaalError && error.code === 'ledger-unreachable') return submit();
      throw error;
    });
    return { ...answer, envelope: id, epoch };
  }

  /** The grants to this party that it writes under; what lets a family or a seat write is not for a header. */
  #basis(compartment: Id, purpose: Purpose): Id[] {
    const { state } = this.mirror;
    const { basis } = decide(state, { party: this.party, compartment, purpose }, this.#options.clock());
    return basis.filter((id) => state.grants.get(id)?.partner === organisationOf(this.party)).slice(0, 32);
  }

  /** Takes delivery of what is waiting in a dossier (or of named messages again). Verified; not opened. */
  async receive(dossier: Id, envelopes?: readonly Id[]): Promise<Received[]> {
    const received: Received[] = [];
    for await (const page of this.receivePages(dossier, envelopes)) {
      if (page.refused[0]) throw page.refused[0].error;
      received.push(...page.received);
    }
    return received;
  }

  /**
   * The same a page at a time, so that each can be kept before the next is asked for. A message that cannot be verified
   * is named and left out, so that it does not stand in the way of the others.
   */
  receivePages(dossier: Id, envelopes?: readonly Id[]): AsyncGenerator<ReceivedPage> {
    return receivePages(this.#options.transport, this.mirror, this.checkpoints, dossier, envelopes);
  }

  /** Keys found for a message; a disclosure may have come after our last look. @throws `not-readable` when there is none */
  async #itemKeys({ dossier }: Header, header: string): Promise<ItemKey[]> {
    let keys = itemKeysOf(this.#holder(), header);
    if (keys.length === 0) {
      await this.mirror.refresh(dossier);
      keys = itemKeysOf(this.#holder(), header);
    }
    if (keys.length === 0) throw new EenmaalError('not-readable', 'no key for this message');
    return keys;
  }

  #holder(): Holder {
    return { party: this.party, identity: this.#options.identity, mirror: this.mirror, ring: this.keys };
  }

  /** Asks the ledger to release one message's secret (decided and logged there first), and opens it. */
  async open(received: Pick<Received, 'header' | 'envelope'>, purpose: Purpose): Promise<Content> {
    this.checkpoints.mustBeOne();
    const { identity, transport, random, clock } = this.#options;
    const keys = await this.#itemKeys(received.header, received.envelope.header);
    const request = {
      ...{ v: 1 as const, id: newId(random), by: this.party, envelope: received.header.id, purpose },
      ...{ at: clock(), seen: this.checkpoints.position },
    };
    const jws = signObject('eenmaal-open+jws', request, identity.signing);
    const { answer } = await transport.call({ op: 'open', jws });
    return openWithAny(received.envelope, keys, fromBase64url(answer.secret));
  }

  /** An attachment of an opened message, as a stream; what came before an error must be thrown away. */
  attachment(header: Header, inside: Content['attachments'][number]): AsyncGenerator<Uint8Array> {
    return downloadAttachment(this.#options.transport, header, inside);
  }

  /**
   * Shows single messages to one party, on a basis in law. Their keys are sealed here; whether they open anything is
   * decided by the ledger each time.
   * @throws `not-readable` without the compartment's key, `mark-too-wide` for what its marks keep from this party,
   * `unknown-envelope`, `key-unregistered`, what the ledger refuses
   */
  async disclose({ envelopes, ...act }: Disclosing): Promise<Said> {
    await this.sync(); // the recipient's newest key
    const headers = await this.#headersOf(act.dossier, envelopes);
    const items = itemsFor(this.#holder(), act.to, headers, this.#options.random);
    const said = await this.#appendOne(this.#statement({ kind: 'disclose', ...act, items }));
    await this.mirror.refresh(act.dossier);
    return said;
  }

  /** Signed headers of messages: as the log shows them, or from the messages themselves, handed over once more. */
  async #headersOf(dossier: Id, envelopes: readonly Id[]): Promise<string[]> {
    const headers: string[] = [];
    for (const id of envelopes) {
      const again = async () => (await this.receive(dossier, [id])).find(({ header }) => header.id === id);
      const header = this.mirror.headerOf(id) ?? (await again())?.envelope.header;
      if (header === undefined) throw new EenmaalError('unknown-envelope');
      headers.push(header);
    }
    return headers;
  }

  /** Erases messages for good, everywhere. When this resolves their keys are destroyed. @throws `retention`, `no-authority`, ... */
  async erase(dossier: Id, items: readonly Id[], erasing: Erasing): Promise<void> {
    for (const input of eraseStatements(this.mirror.state, dossier, items, erasing)) await this.state(input);
    await this.mirror.refresh(dossier);
  }

  /** Erases all that is about one person alone, as far as this party may; says what it left, and why. */
  async erasePart(dossier: Id, person: Id, erasing: Erasing): Promise<ErasedPart> {
    await this.mirror.refresh(dossier);
    const draft = (input: StatementInput) => this.#statement(input);
    const { may, kept } = partOf(this.mirror.state, dossier, person, erasing, draft, this.#options.clock());
    await this.erase(dossier, may, erasing);
    return { erased: may, kept };
  }

  /** Erases a whole dossier, by the partner that opened it: nothing in it opens for anybody any more. */
  async eraseDossier(dossier: Id, { ground, request = null }: Erasing): Promise<void> {
    await this.state({ kind: 'erase', dossier, items: [], whole: true, request, ground });
    await this.sync();
  }

  /** The receipt of an erasure, for who held a copy: the entry that says so, proven to be in the log. @throws `unknown-envelope` */
  proveErased(about: Id): Promise<ErasureProof> {
    return proveErased(this.mirror, this.checkpoints, about);
  }

  /**
   * Asks (or answers) another organisation something without naming anybody.
   * @throws `identifier-in-consult` when the text points to a person, with the kinds of things that do
   */
  async consult(to: OrganisationId, text: string, answers: Id | null = null): Promise<Said> {
    await this.sync(); // its newest key
    const id = newId(this.#options.random);
    const sealed = sealedConsult(this.mirror.state, this.#options, id, to, text);
    const said = await this.#appendOne(this.#statement({ kind: 'consult', to, ...sealed, answers }, id));
    await this.sync();
    return said;
  }

  /** Consults to and from this party, as of the last sync; what others asked it is opened. */
  consults(): Consultation[] {
    return consultsOf(this.mirror, this.party, this.#options.identity);
  }

  /** What this party is told of a dossier (null: of consults without a name), and which terms of the law run. */
  async notices(dossier: Id | null): Promise<Answer<'notices'>> {
    return (await this.#options.transport.call({ op: 'notices', dossier })).answer;
  }

  async #unlessBehind(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!isBehind(error)) throw error;
      await this.sync();
    }
  }
}

/** Terms of a yes; milliseconds since 1970. */
export type GrantTerms = {
  partner: string;
  purposes: readonly Purpose[];
  from: number;
  until: number;
  history: boolean;
  text: { version: string; language: 'nl' | 'en' };
};

const isBehind = (error: unknown): boolean => error instanceof EenmaalError && BEHIND.includes(error.code);

/** 16 random bytes. */
export const newId = (random: Random): Id => toBase64url(random(16));
