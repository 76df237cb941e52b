/**
 * THE one place of subject, stream and account names. A participant uses the short names inside its own account; the
 * server's imports add the account, so the name the ledger sees was written by the server and not by the sender:
 *
 *   participant       ledger (account HUB)             what
 *   rpc               rpc.<account>                    sealed request and answer (CHANNEL.md)
 *   chunk.<id>.<n>    chunk.<account>.<id>.<n>         one attachment chunk, into stream CHUNK
 *   evt               evt.<account>                    empty wake-up: something changed, ask
 *                     led.0  vault.<slot>  body.0      the ledger's own streams
 *                     alive                            which ledger service serves this store, if any
 */
import { EenmaalError, Id, isOfficer, isPerson, nameOf, organisationOf, type PartyId, STEWARD } from '@eenmaal/model';

export const STREAM = { ledger: 'LEDGER', vault: 'VAULT', body: 'BODY', chunk: 'CHUNK' } as const;
export type StreamName = (typeof STREAM)[keyof typeof STREAM];

/** The account all families share: their portal's server speaks for them, and each person's channel is sealed and signed. */
const FAMILIES = 'families';
/** The account of the ledger service; participants' names have no capitals, so none can be it. */
export const HUB = 'HUB';
/** The name under which the ledger service connects. */
export const LEDGER_USER = 'ledger';

const ACCOUNT = /^[a-z][a-z0-9-]{1,38}$/;
const RESERVED = new RegExp(`^(${FAMILIES}|${STEWARD}|${LEDGER_USER}|officer-.*)$`);

export function checkAccount(account: string): string {
  if (!ACCOUNT.test(account)) throw new EenmaalError('malformed', 'account name');
  return account;
}

/**
 * The account a party's frames must come from; the ledger compares it with the one in the subject. A seat shares its
 * organisation's: which of them speaks is in the signed hello of its channel.
 * @throws `malformed` for an organisation whose id would be taken for another kind of account
 */
export function accountOf(party: PartyId): string {
  if (isPerson(party)) return FAMILIES;
  if (party === STEWARD) return STEWARD;
  if (isOfficer(party)) return checkAccount(`officer-${nameOf(party)}`);
  const organisation = organisationOf(party);
  if (organisation === null || RESERVED.test(organisation))
    throw new EenmaalError('malformed', 'account name is reserved');
  return checkAccount(organisation);
}

/** What a participant writes in its own account. */
export const own = {
  rpc: 'rpc',
  event: 'evt',
  chunk: (attachment: string, chunk: number): string => `chunk.${token(attachment)}.${index(chunk)}`,
  anyChunk: 'chunk.*.*',
} as const;

/** What the ledger service sees in HUB. */
export const hub = {
  rpc: (account: string): string => `rpc.${checkAccount(account)}`,
  anyRpc: 'rpc.*',
  event: (account: string): string => `evt.${checkAccount(account)}`,
  anyEvent: 'evt.*',
  chunk: (account: string, attachment: string, chunk: number): string =>
    `chunk.${checkAccount(account)}.${token(attachment)}.${index(chunk)}`,
  chunksOf: (account: string, attachment: string): string => `chunk.${checkAccount(account)}.${token(attachment)}.*`,
  chunksFrom: (account: string): string => `chunk.${checkAccount(account)}.*.*`,
  anyChunk: 'chunk.*.*.*',
  /** Literal, because a compare-and-set on a wildcard is not safe in a cluster. The 0 is the shard. */
  ledger: 'led.0',
  body: 'body.0',
  vault: (slot: string): string => `vault.${slotName(slot)}`,
  anyVault: 'vault.*',
  alive: 'alive',
  /** In the vault's stream, but no slot: see height.ts. */
  height: 'vault.$height',
} as const;

/** The account in `rpc.<account>`, which the server wrote there. */
export const accountOfRpc = (subject: string): string => checkAccount(subject.slice('rpc.'.length));
export const slotOfVault = (subject: string): string => slotName(subject.slice('vault.'.length));

/** Where a connection gets its answers; each user may listen to its own only. */
export const inboxPrefix = (name: string): string => `_INBOX.${checkAccount(name)}`;

function token(id: string): string {
  if (!Id.safeParse(id).success) throw new EenmaalError('malformed', 'id in a subject');
  return id;
}
function index(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new EenmaalError('malformed', 'number in a subject');
  return value;
}
function slotName(slot: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(slot)) throw new EenmaalError('malformed', 'vault slot');
  return slot;
}
