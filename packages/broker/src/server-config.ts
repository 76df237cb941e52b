/**
 * Writes the configuration of the message server: one account for every participant, and between accounts only the
 * three subjects of subjects.ts. Which account speaks is fixed here, by the server's imports, and nowhere else.
 */
import { EenmaalError } from '@eenmaal/model';
import { isPublicNkey } from './nkey.ts';
import { checkAccount, HUB, hub, inboxPrefix, LEDGER_USER, own, STREAM } from './subjects.ts';

export type ServerSettings = {
  accounts: readonly { name: string; publicNkey: string }[];
  hubPublicNkey: string;
  /** Not an option: a server that acknowledges before it has synced would break the promise that nothing is lost. */
  syncAlways: true;
  /** Bytes of file storage; without it the server takes what it thinks the disk has. */
  maxFileStore?: number;
  /** Bytes of the largest message: 1 MiB unless told, and not less than MAX_FRAME plus headers. */
  maxPayload?: number;
  /** Left out where the program that starts the server gives them on its command line. */
  storeDir?: string;
  listen?: string;
  /** Address of the monitoring endpoint: it has no login, so loopback or a private network only. */
  monitor?: string;
  serverName?: string;
  cluster?: { name: string; listen: string; routes: readonly string[] };
  tls?: { cert_file: string; key_file: string; ca_file?: string; verify?: boolean };
};

/**
 * The configuration as text. It is JSON, which is valid NATS configuration. A running server takes a text with one
 * account more on SIGHUP without dropping anybody. Send SIGHUP twice, a second apart: nats-server 2.15.1 connects a new
 * account's services only at the second reload. In a cluster restart the servers one by one instead (nats-server #8560).
 * @throws `malformed` for a name or key that is not one, or used twice
 */
export function serverConfig(settings: ServerSettings): string {
  const accounts = [...settings.accounts].sort((a, b) => (a.name < b.name ? -1 : 1));
  const seen = new Set<string>([LEDGER_USER]);
  for (const key of [settings.hubPublicNkey, ...accounts.map(({ publicNkey }) => publicNkey)]) {
    if (!isPublicNkey(key) || seen.size === seen.add(key).size) throw new EenmaalError('malformed', 'nkey');
  }
  for (const { name } of accounts) {
    if (seen.size === seen.add(checkAccount(name)).size) throw new EenmaalError('malformed', `account ${name}`);
  }
  const config = {
    ...(settings.serverName && { server_name: settings.serverName }),
    ...(settings.listen && { listen: settings.listen }),
    ...(settings.monitor && { http: settings.monitor }),
    max_payload: settings.maxPayload ?? 1024 * 1024,
    jetstream: {
      ...(settings.storeDir && { store_dir: settings.storeDir }),
      ...(settings.maxFileStore && { max_file_store: settings.maxFileStore }),
      max_memory_store: 64 * 1024 * 1024,
      sync_interval: 'always',
      // Unknown fields in a stream's configuration are refused, not skipped.
      strict: true,
    },
    ...(settings.cluster && { cluster: settings.cluster }),
    ...(settings.tls && { tls: settings.tls }),
    system_account: 'SYS',
    accounts: {
      SYS: { users: [] },
      [HUB]: hubAccount(
        settings.hubPublicNkey,
        accounts.map(({ name }) => name),
      ),
      ...Object.fromEntries(accounts.map(({ name, publicNkey }) => [name, participantAccount(name, publicNkey)])),
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function hubAccount(nkey: string, accounts: readonly string[]) {
  return {
    jetstream: 'enabled',
    exports: accounts.flatMap((name) => [
      { service: hub.rpc(name), accounts: [name] },
      { service: hub.chunksFrom(name), accounts: [name] },
      { stream: hub.event(name), accounts: [name] },
    ]),
    users: [{ nkey, permissions: ledgerPermissions() }],
  };
}

function participantAccount(name: string, nkey: string) {
  return {
    imports: [
      { service: { account: HUB, subject: hub.rpc(name) }, to: own.rpc },
      { service: { account: HUB, subject: hub.chunksFrom(name) }, to: own.anyChunk },
      { stream: { account: HUB, subject: hub.event(name) }, to: own.event },
    ],
    users: [
      {
        nkey,
        permissions: {
          publish: { allow: [own.rpc, own.anyChunk] },
          subscribe: { allow: [own.event, `${inboxPrefix(name)}.>`] },
        },
      },
    ],
  };
}

/**
 * What the ledger service may do. It may not update, purge, restore or delete the ledger's stream, nor delete a message
 * in it: deny_delete alone does not stop an update with `max_msgs: 1`. Creating it again with another configuration is
 * refused by the server.
 */
function ledgerPermissions() {
  const every = (api: string, tail = '') => Object.values(STREAM).map((stream) => `$JS.API.${api}.${stream}${tail}`);
  const readers = [STREAM.ledger, STREAM.vault, STREAM.chunk];
  return {
    publish: {
      allow: [
        hub.ledger,
        hub.body,
        hub.anyVault,
        hub.alive,
        hub.anyEvent,
        ...every('STREAM.CREATE'),
        ...every('STREAM.INFO'),
        ...every('STREAM.MSG.GET'),
        `$JS.API.DIRECT.GET.${STREAM.body}`,
        `$JS.API.DIRECT.GET.${STREAM.chunk}.>`,
        ...readers.flatMap((stream) => [
          `$JS.API.CONSUMER.CREATE.${stream}.>`,
          `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
          `$JS.API.CONSUMER.DELETE.${stream}.*`,
        ]),
        `$JS.API.STREAM.MSG.DELETE.${STREAM.body}`,
        `$JS.API.STREAM.PURGE.${STREAM.vault}`,
        `$JS.API.STREAM.PURGE.${STREAM.chunk}`,
      ],
    },
    subscribe: { allow: [hub.anyRpc, hub.alive, `${inboxPrefix(LEDGER_USER)}.>`] },
    // Answers go to a one-time subject the server makes up; this lets the ledger answer there and nowhere else.
    allow_responses: { max: 1, expires: '1m' },
  };
}
