/**
 * The organisation's local index, in SQLite: messages as received, which of them were opened or sent, how far the ledger was
 * seen. On disk nothing is readable but ids, times and what the ledger knows anyway; with all our keys neither, because the
 * ledger's half of each message's key is never kept.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Received } from '@eenmaal/client';
import {
  EenmaalError,
  type Envelope,
  type ErrorCode,
  Header,
  type Id,
  type MessageKind,
  type PartyId,
  Position,
  type Purpose,
  parseJson,
  type RuleId,
} from '@eenmaal/model';

export type ItemStatus = 'waiting' | 'opened' | 'closed' | 'sent';
export type Item = {
  /** Counts in the order in which items came here. */
  n: number;
  id: Id;
  dossier: Id;
  compartment: Id;
  sender: PartyId;
  kind: MessageKind;
  /** When it was delivered, or sent; the ledger's clock. */
  at: number;
  /** Its place in the log. */
  index: number;
  /** `closed`: access ended before it was opened; its ciphertext was thrown away. */
  status: ItemStatus;
  /** Whether there was a basis to read it when the ledger was last asked. */
  access: boolean;
  openedAt: number | null;
  purpose: Purpose | null;
};
/** What is left of an erased item: when, and on what ground. */
export type ErasedItem = { id: Id; dossier: Id; at: number; ground: RuleId };
export type ItemFilter = { dossier?: Id | undefined; status?: ItemStatus | undefined; after?: number; limit: number };
export type SentItem = Pick<Item, 'id' | 'dossier' | 'compartment' | 'sender' | 'kind' | 'at' | 'index' | 'purpose'>;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS item (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    dossier TEXT NOT NULL,
    compartment TEXT NOT NULL,
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    place INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'opened', 'closed', 'sent')),
    access INTEGER NOT NULL,
    header TEXT,
    jws TEXT,
    body BLOB,
    opened_at INTEGER,
    purpose TEXT,
    CHECK ((status IN ('waiting', 'opened')) <= (body IS NOT NULL))
  ) STRICT;
  CREATE INDEX IF NOT EXISTS item_dossier ON item (dossier, n);
  CREATE INDEX IF NOT EXISTS item_compartment ON item (compartment, place);
  CREATE TABLE IF NOT EXISTS erased (
    id TEXT PRIMARY KEY,
    dossier TEXT NOT NULL,
    at INTEGER NOT NULL,
    ground TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;
const COLUMNS =
  'n, id, dossier, compartment, sender, kind, at, place AS "index", status, access, opened_at AS openedAt, purpose';
/** The format of the file. */
const VERSION = 2;

export class IndexStore {
  readonly #db: DatabaseSync;

  /**
   * @param party whose index it is: a folder given to another organisation by mistake is refused
   * @param maxPages of 4 KiB the file may have; without it as many as the disk holds
   * @throws `storage-full`, `state-damaged`, `keystore-locked`
   */
  constructor(path: string, party: PartyId, maxPages?: number) {
    this.#db = coded(() => new DatabaseSync(path));
    // FULL: what was acknowledged is on disk. secure_delete: what is thrown away is overwritten.
    const pragmas = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON';
    coded(() => this.#db.exec(pragmas));
    if (maxPages) this.#db.exec(`PRAGMA max_page_count = ${maxPages}`);
    this.#act(() => {
      this.#db.exec(SCHEMA);
      this.#db.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?), (?, ?)').run('version', `${VERSION}`, 'party', party);
    });
    if (this.#meta('version') !== `${VERSION}` || this.#meta('party') !== party) {
      this.close();
      throw new EenmaalError('keystore-locked', 'the state folder is of another organisation or version');
    }
  }

  close(): void {
    this.#db.close();
  }

  /** The newest checkpoint position that was seen; a ledger that shows less was rolled back. */
  get position(): Position | undefined {
    const known = this.#meta('position');
    return known === undefined ? undefined : parseJson(Position, known);
  }

  /** The same as the ledger signed it. */
  get signed(): string | undefined {
    return this.#meta('checkpoint');
  }

  /** @param signed the checkpoint as the ledger signed it: evidence, should it ever show another history */
  savePosition(position: Position, signed: string): void {
    const value = JSON.stringify(position);
    if (this.#meta('position') === value) return;
    const replace = this.#db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?), (?, ?)');
    this.#act(() => replace.run('position', value, 'checkpoint', signed));
  }

  /** Keeps a page of delivered messages, all or none. Those known already stay as they are, unless they were closed. */
  addReceived(page: readonly Received[]): void {
    const insert = this.#db.prepare(`
      INSERT INTO item (id, dossier, compartment, sender, kind, at, place, status, access, header, jws, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 1, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET status = 'waiting', access = 1, header = excluded.header, jws = excluded.jws, body = excluded.body
      WHERE status = 'closed'`);
    this.#act(() => {
      for (const { header, envelope, index, at } of page) {
        const { id, dossier, compartment, sender, kind } = header;
        insert.run(id, dossier, compartment, sender, kind, at, index, envelope.header, envelope.jws, envelope.body);
      }
    });
  }

  /** Which of these never came here. */
  missing(ids: readonly Id[]): Id[] {
    const known = this.#db.prepare('SELECT 1 FROM item WHERE id = ?1 UNION SELECT 1 FROM erased WHERE id = ?1');
    return ids.filter((id) => known.get(id) === undefined);
  }

  item(id: Id): Item | undefined {
    return toItem(this.#db.prepare(`SELECT ${COLUMNS} FROM item WHERE id = ?`).get(id));
  }

  /** Items in the order in which they came, from after number `after`. */
  items({ dossier, status, after = 0, limit }: ItemFilter): Item[] {
    const wheres = ['n > ?', ...(dossier ? ['dossier = ?'] : []), ...(status ? ['status = ?'] : [])];
    const values: SQLInputValue[] = [after, ...(dossier ? [dossier] : []), ...(status ? [status] : []), limit];
    const rows = this.#db.prepare(`SELECT ${COLUMNS} FROM item WHERE ${wheres.join(' AND ')} ORDER BY n LIMIT ?`);
    return rows.all(...values).flatMap((row) => toItem(row) ?? []);
  }

  /** How many items of each status, by dossier. */
  counts(): Map<Id, Partial<Record<ItemStatus, number>>> {
    const counts = new Map<Id, Partial<Record<ItemStatus, number>>>();
    const rows = this.#db.prepare('SELECT dossier, status, count(*) AS n FROM item GROUP BY dossier, status').all();
    for (const { dossier, status, n } of rows as { dossier: Id; status: ItemStatus; n: number }[])
      counts.set(dossier, { ...counts.get(dossier), [status]: n });
    return counts;
  }

  /** As received; undefined when it was thrown away, or is our own. */
  envelope(id: Id): { header: Header; envelope: Envelope } | undefined {
    const row = this.#db.prepare('SELECT header, jws, body FROM item WHERE id = ?').get(id);
    if (!row?.header || !row.jws || !row.body) return undefined;
    const envelope = { header: String(row.header), jws: String(row.jws), body: row.body as Uint8Array };
    return { header: parseJson(Header, envelope.header), envelope };
  }

  /** Notes that it was opened, also when access ended a moment ago. The first time counts. */
  saveOpened(id: Id, purpose: Purpose, at: number): void {
    const update = this.#db.prepare(
      "UPDATE item SET status = 'opened', opened_at = ?, purpose = ? WHERE id = ? AND status = 'waiting'",
    );
    this.#act(() => update.run(at, purpose, id));
  }

  /** Notes that we sent it. */
  saveSent({ id, dossier, compartment, sender, kind, at, index, purpose }: SentItem): void {
    const insert = this.#db.prepare(`
      INSERT INTO item (id, dossier, compartment, sender, kind, at, place, status, access, purpose)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'sent', 1, ?)`);
    this.#act(() => insert.run(id, dossier, compartment, sender, kind, at, index, purpose));
  }

  /** Throws away everything of erased items but that they are erased, and overwrites it on disk. Answers how many. */
  erase(items: readonly ErasedItem[]): number {
    const remove = this.#db.prepare('DELETE FROM item WHERE id = ?');
    const note = this.#db.prepare('INSERT OR IGNORE INTO erased VALUES (?, ?, ?, ?)');
    const erased = this.#act(() =>
      items.filter(({ id, dossier, at, ground }) => {
        const { changes } = remove.run(id);
        if (changes > 0) note.run(id, dossier, at, ground);
        return changes > 0;
      }),
    );
    // Or the write-ahead log would still hold what was thrown away.
    if (erased.length > 0) this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return erased.length;
  }

  /** What is left of an item that was erased. */
  erased(id: Id): ErasedItem | undefined {
    return this.#db.prepare('SELECT id, dossier, at, ground FROM erased WHERE id = ?').get(id) as
      | ErasedItem
      | undefined;
  }

  /** Every item of a dossier, by id. */
  idsIn(dossier: Id): Id[] {
    return this.#db
      .prepare('SELECT id FROM item WHERE dossier = ?')
      .all(dossier)
      .map(({ id }) => String(id));
  }

  /** Compartments of which there are received items. */
  compartments(): Id[] {
    const rows = this.#db.prepare("SELECT DISTINCT compartment AS id FROM item WHERE status <> 'sent'").all();
    return rows.map((row) => String(row.id));
  }

  /**
   * Notes for a compartment's items whether there is a basis to read them now. Unopened ones without are closed and
   * their ciphertext thrown away; closed ones that may be read again are named, to be fetched again.
   * @param from the first place in the log from which reading is allowed; Infinity: nothing
   * @param single items that may be read wherever they stand
   */
  setAccess(compartment: Id, from: number, single: readonly Id[] = []): Id[] {
    // SQLite has no Infinity, and no place in the log is this far.
    const place = Math.min(from, Number.MAX_SAFE_INTEGER);
    const { again, closed } = this.#act(() => {
      const where = "compartment = ? AND status <> 'sent'";
      const readable = '(place >= ? OR id IN (SELECT value FROM json_each(?)))';
      const values = [compartment, place, JSON.stringify(single)] as const;
      this.#db.prepare(`UPDATE item SET access = 0 WHERE ${where} AND access = 1 AND NOT ${readable}`).run(...values);
      this.#db.prepare(`UPDATE item SET access = 1 WHERE ${where} AND access = 0 AND ${readable}`).run(...values);
      const close = this.#db.prepare(`
        UPDATE item SET status = 'closed', header = NULL, jws = NULL, body = NULL
        WHERE compartment = ? AND status = 'waiting' AND access = 0`);
      const { changes } = close.run(compartment);
      const rows = this.#db.prepare("SELECT id FROM item WHERE compartment = ? AND status = 'closed' AND access = 1");
      return { again: rows.all(compartment).map((row) => String(row.id)), closed: Number(changes) };
    });
    // Or the write-ahead log would still hold what was thrown away.
    if (closed > 0) this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return again;
  }

  #meta(name: string): string | undefined {
    const value = this.#db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value;
    return value === undefined ? undefined : String(value);
  }

  /** One transaction: everything or nothing, on disk when it returns. @throws `storage-full`, `state-damaged` */
  #act<T>(act: () => T): T {
    return coded(() => {
      try {
        this.#db.exec('BEGIN IMMEDIATE');
        const result = act();
        this.#db.exec('COMMIT');
        return result;
      } finally {
        // A full disk may have ended the transaction already.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      }
    });
  }
}

/** SQLite's codes: a full disk; a damaged file, one that cannot be opened, one that is no database. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  13: 'storage-full',
  11: 'state-damaged',
  14: 'state-damaged',
  26: 'state-damaged',
};

/** @throws our code for what SQLite says, where there is one */
function coded<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    // the higher bytes only say more of it
    const code = CODES[((cause as { errcode?: number }).errcode ?? 0) & 0xff];
    throw code ? new EenmaalError(code, undefined, { cause }) : cause;
  }
}

const toItem = (row: Record<string, unknown> | undefined): Item | undefined =>
  row && ({ ...row, access: row.access === 1 } as Item);
