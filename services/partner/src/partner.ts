/**
 * The running organisation: keeps its index up to date, opens a message when a professional asks, writes, and tells who
 * can read what. Opens nothing by itself, because every opening is logged and the family sees it. Before: the ledger
 * decided (services/ledger). After: http/ hands it to the organisation's own software.
 */
import { join } from 'node:path';
import { openChannel } from '@eenmaal/broker';
import { type ClientOptions, Participant, type Received, turns, uploadAttachments } from '@eenmaal/client';
import { emptyState, type Law, ruleAt } from '@eenmaal/consent';
import { type Random, sealingBytes } from '@eenmaal/crypto';
import { verifyStatement } from '@eenmaal/envelope';
import type { Keystore, Log, SplitViewGuard } from '@eenmaal/host';
import {
  type Content,
  EenmaalError,
  type ErrorCode,
  type Id,
  type Position,
  type Purpose,
  partner,
} from '@eenmaal/model';
import { type Readable, takeDelivery, takeErasures, updateAccess } from './inbox.ts';
import { IndexStore, type Item } from './index-store.ts';
import { keepLink, type Link } from './link.ts';
import { Memory } from './memory.ts';
import type { PartnerFile } from './partner-file.ts';
import type { Settings } from './settings.ts';
import { type Kept, type Message, type Sending, sendMessage, type UploadedFile } from './writing.ts';

export type PartnerOptions = {
  organisation: PartnerFile;
  keystore: Keystore;
  law: Law;
  settings: Pick<Settings, 'stateDir' | 'natsUrl' | 'natsCaFile' | 'region' | 'trust' | 'pollSeconds'>;
  guard: SplitViewGuard;
  clock(): number;
  random: Random;
  log: Log;
};

export type Status = {
  ledger: 'reachable' | 'unreachable';
  /** Why, when it is unreachable or when the index could not be brought up to date. */
  problem: ErrorCode | null;
  /** How far the ledger was seen, proven to continue everything seen before. */
  position: Position;
  /** When the index was last up to date; null: not since the start. */
  upToDateAt: number | null;
};

/** What was opened or sent, at this moment. */
export type Opened = { item: Item; content: Content };

const RETRY_MS = [500, 15_000] as const;
/** After these, something is not as we thought. */
const TEACHES: readonly ErrorCode[] = ['no-basis', 'ledger-unreachable'];
/** Uploads nobody used are forgotten after a day. */
const UPLOAD_MS = 24 * 3_600_000;
/** Characters of what we sent, and of the keys of files that wait, that are held in memory. */
const READABLE = 16_000_000;
const UPLOADS = 4_000_000;

export class Partner {
  readonly organisation: PartnerFile;
  readonly participant: Participant;
  readonly store: IndexStore;
  readonly #options: PartnerOptions;
  readonly #client: ClientOptions;
  readonly #link: Link;
  readonly #inTurn = turns();
  readonly #running: Promise<void>;
  /** Dossiers of which waiting messages were not all fetched yet. */
  readonly #behind = new Set<Id>();
  readonly #readable: Readable = new Map();
  readonly #kept: Kept;
  #erasures = 0;
  #queued: Promise<void> | undefined;
  #problem: ErrorCode | null = 'ledger-unreachable';
  #upToDateAt: number | null = null;
  #stopping = false;
  #wake: () => void = () => {};

  /** Starts at once and keeps trying; `status` says how it goes. @throws `storage-full`, `keystore-locked`, `malformed` */
  constructor(options: PartnerOptions) {
    const { organisation, keystore, law, settings, clock, random, log } = options;
    const { identity, nkey } = keystore;
    const party = partner(organisation.id);
    const region = verifyStatement(emptyState(law), settings.region);
    if (region.kind !== 'region') throw new EenmaalError('malformed', 'region statement');
    this.#options = options;
    this.organisation = organisation;
    this.store = new IndexStore(join(settings.stateDir, 'index.sqlite'), party);
    this.#kept = { store: this.store, readable: new Memory(READABLE), uploads: new Memory(UPLOADS) };
    this.#link = keepLink({
      ...{ url: settings.natsUrl, caFile: settings.natsCaFile, nkeySeed: nkey.seed, account: organisation.id, log },
      onWake: () => this.#wake(),
    });
    const ledgerSealingKey = sealingBytes(region.ledger);
    const transport = openChannel({ request: this.#link.request, identity, party, ledgerSealingKey, clock, random });
    const { position } = this.store;
    this.#client = {
      ...{ party, identity, transport, region: settings.region, law, clock, random, upload: this.#link.putChunk },
      ...(position && { position }),
      ...(this.store.signed && { signed: this.store.signed }),
      ...(settings.trust && { trust: settings.trust }),
      ...options.guard,
    };
    if (options.guard.stopped) this.#problem = 'split-view';
    this.participant = new Participant(this.#client);
    this.#running = this.#run();
  }

  get status(): Status {
    const away = this.#problem === 'ledger-unreachable' || this.#problem === 'split-view';
    return {
      ledger: away ? 'unreachable' : 'reachable',
      problem: this.#problem,
      position: this.participant.checkpoints.position,
      upToDateAt: this.#upToDateAt,
    };
  }

  /** Brings the index up to date. Asked for while one is under way, another follows, for all who asked. */
  sync(): Promise<void> {
    this.#queued ??= this.#inTurn(() => {
      this.#queued = undefined;
      return this.#sync();
    });
    return this.#queued;
  }

  /**
   * Opens a message: the ledger decides, logs, and only then releases; also when it was opened before, because what was a basis
   * then may be none now. Each purpose is logged once.
   * @throws `unknown-envelope`, `erased`, `no-basis`, `ledger-unreachable`, `not-readable`
   */
  async open(id: Id, purpose: Purpose): Promise<Opened> {
    const { status } = this.#item(id);
    if (status === 'sent') return this.content(id);
    const received = this.store.envelope(id);
    if (!received) throw new EenmaalError('no-basis');
    const content = await this.ask(() => this.#release(received, purpose));
    this.store.saveOpened(id, purpose, this.#options.clock());
    this.#options.log.info({ item: id, purpose }, 'opened');
    return { item: this.#item(id), content };
  }

  async #release(received: Parameters<Participant['open']>[0], purpose: Purpose): Promise<Content> {
    try {
      return await this.participant.open(received, purpose);
    } catch (error) {
      if (!(error instanceof EenmaalError) || error.code !== 'not-readable') throw error;
      // The key may have been handed over after we last looked.
      await this.sync();
      return this.participant.open(received, purpose);
    }
  }

  /**
   * What was opened or sent, again: nothing of it is on our disk. The ledger decides again, for the same purpose; what we sent
   * ourselves is remembered while this program runs.
   * @throws as `open`
   */
  async content(id: Id): Promise<Opened> {
    const item = this.#item(id);
    const { status, purpose } = item;
    if (status === 'opened' && purpose) return this.open(id, purpose);
    const known = this.#kept.readable.get(id);
    if (known) return { item, content: known };
    if (status !== 'sent' || !purpose) throw new EenmaalError('no-basis', 'not opened yet');
    const content = await this.ask(async () => this.#release(await this.#handedBack(item), purpose));
    this.#kept.readable.set(id, content, this.#options.clock());
    return { item, content };
  }

  /** A message we sent, as the ledger has it. */
  async #handedBack({ id, dossier }: Item): Promise<Received> {
    const [received] = await this.participant.receive(dossier, [id]);
    if (!received) throw new EenmaalError('no-basis');
    return received;
  }

  /** An attachment of an opened message, as a stream; what came before an error must be thrown away. */
  async attachment(
    id: Id,
    attachment: Id,
  ): Promise<{ file: Content['attachments'][number]; bytes: AsyncGenerator<Uint8Array> }> {
    const { content, item } = await this.content(id);
    const file = content.attachments.find((candidate) => candidate.id === attachment);
    const received = this.store.envelope(id) ?? (item.status === 'sent' ? await this.#handedBack(item) : undefined);
    if (!file || !received) throw new EenmaalError('unknown-envelope', 'attachment');
    this.#mustTrust();
    return { file, bytes: this.participant.attachment(received.header, file) };
  }

  /** Seals and stores a file for a message that follows; never whole in memory, nothing of it on our disk. */
  async upload(bytes: AsyncIterable<Uint8Array>): Promise<UploadedFile> {
    const source = { name: 'file', type: '', open: () => bytes };
    const [uploaded] = await uploadAttachments(this.#client, [source]);
    if (!uploaded) throw new EenmaalError('internal');
    this.#kept.uploads.set(uploaded.ref.id, uploaded, this.#options.clock());
    return { upload: uploaded.ref.id, bytes: uploaded.inside.bytes };
  }

  /** Writes in a compartment: expertise, a reply, a report, a correction. Durable in the ledger when this resolves. */
  async send(message: Message): Promise<Sending> {
    const { log } = this.#options;
    const sending = await this.ask(() => sendMessage(this.participant, this.#kept, this.organisation, message, log));
    log.info({ item: sending.item, dossier: message.dossier, kind: message.kind }, 'sent');
    return sending;
  }

  /** Runs an act that needs the ledger; what its refusal teaches is looked after at once. @throws `split-view` */
  async ask<T>(act: () => Promise<T>): Promise<T> {
    this.#mustTrust();
    try {
      return await act();
    } catch (error) {
      if (error instanceof EenmaalError) {
        if (error.code === 'split-view') this.#note(error);
        if (TEACHES.includes(error.code)) this.#wake();
      }
      throw error;
    }
  }

  /** Stops for good; what is under way is finished or given up, nothing half-done stays. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#link.stop();
    await this.#running;
    await this.#queued?.catch(() => {});
    this.store.close();
  }

  #item(id: Id): Item {
    const item = this.store.item(id);
    if (item) return item;
    const erased = this.store.erased(id);
    if (!erased) throw new EenmaalError('unknown-envelope');
    const rule = ruleAt(this.#client.law, erased.ground, erased.at);
    throw new EenmaalError('erased', rule ? `${rule.id}: ${rule.article}` : erased.ground);
  }

  /** After a split view nothing is asked or told any more: the ledger is not to be trusted, whatever it answers next. */
  #mustTrust(): void {
    if (this.#problem === 'split-view') throw new EenmaalError('split-view');
  }

  /** Woken or not, the index is brought up to date; after a failure sooner than otherwise. */
  async #run(): Promise<void> {
    let wait: number = RETRY_MS[0];
    while (!this.#stopping) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const fine = await this.sync().then(
        () => true,
        () => false,
      );
      wait = fine ? RETRY_MS[0] : Math.min(wait * 2, RETRY_MS[1]);
      if (this.#stopping) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, fine ? this.#options.settings.pollSeconds * 1000 : wait);
      });
      await Promise.race([woken, late]);
      clearTimeout(timer);
    }
  }

  async #sync(): Promise<void> {
    const { log, clock } = this.#options;
    try {
      this.#mustTrust();
      await this.#bringUpToDate();
      if (this.#problem) log.info('up to date');
      this.#problem = null;
      this.#upToDateAt = clock();
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  #note(error: unknown): void {
    const code = error instanceof EenmaalError ? error.code : 'internal';
    // Said once, not at every attempt.
    if (code !== this.#problem && !this.#stopping)
      this.#options.log[code === 'split-view' ? 'fatal' : 'warn']({ error }, 'not up to date');
    if (this.#problem !== 'split-view') this.#problem = code;
  }

  async #bringUpToDate(): Promise<void> {
    const { participant, store } = this;
    const { log, clock } = this.#options;
    for (const dossier of await participant.sync()) this.#behind.add(dossier);
    store.savePosition(participant.checkpoints.position, participant.checkpoints.signed);
    const { seen, erased } = takeErasures(participant, store, this.#erasures, log);
    for (const id of erased) this.#kept.readable.delete(id);
    this.#erasures = seen;
    const again = updateAccess(participant, store, this.#readable, clock());
    for (const dossier of again.keys()) this.#behind.add(dossier);
    for (const dossier of this.#behind) {
      await takeDelivery(participant, store, dossier, again.get(dossier) ?? [], log);
      this.#behind.delete(dossier);
    }
    this.#kept.uploads.deleteBefore(clock() - UPLOAD_MS);
  }
}
