/** Connects to the message server as one named user, and stays connected until it is closed. */
import { EenmaalError } from '@eenmaal/model';
import { type NatsConnection, connect as natsConnect } from '@nats-io/transport-node';
import { nkeySigner } from './nkey.ts';
import { inboxPrefix } from './subjects.ts';

export type ConnectSettings = {
  /** nats:// or tls://; several for a cluster. */
  url: string | readonly string[];
  /** The user's secret (S…). */
  nkeySeed: string;
  /** The account's name, or LEDGER_USER; the server lets it listen to its own inbox only. */
  name: string;
  /** Files of the certificate authority and, where the server asks for one, the client certificate. */
  tls?: { caFile?: string; certFile?: string; keyFile?: string };
};

/**
 * The first connection must succeed; one that is lost later is restored by itself, for ever, with jitter.
 * @throws `ledger-unreachable` when the first connection fails, for whatever reason (the cause says which)
 */
export async function connect({ url, nkeySeed, name, tls }: ConnectSettings): Promise<NatsConnection> {
  const signer = nkeySigner(nkeySeed);
  try {
    return await natsConnect({
      servers: typeof url === 'string' ? url : [...url],
      name,
      inboxPrefix: inboxPrefix(name),
      authenticator: (nonce) => ({ nkey: signer.public, sig: nonce ? signer.sign(nonce) : '' }),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 500,
      // Otherwise two refusals in a row, as during a reload of the server's users, would end the connection for good.
      ignoreAuthErrorAbort: true,
      pingInterval: 10_000,
      timeout: 5_000,
      ...(tls && { tls }),
    });
  } catch (cause) {
    throw new EenmaalError('ledger-unreachable', 'message server', { cause });
  }
}
