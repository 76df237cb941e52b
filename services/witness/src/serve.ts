/** Starts one witness: its state, its key, its route; in this order, because a key without state is refused. */
import type { AddressInfo } from 'node:net';
import { type Log, openKeystore } from '@eenmaal/host';
import { COSIGNATURE_V1, formatVkey, LedgerError, makeVerifierKey, type Sign, type VerifierKey } from '@eenmaal/ledger';
import { EenmaalError } from '@eenmaal/model';
import { makeHttp } from './http.ts';
import type { Settings } from './settings.ts';
import { prepareState, type StateError, WitnessState } from './state.ts';
import { Witness } from './witness.ts';

export type Service = {
  /** The submission prefix, for the policy's `witness` line. */
  url: string;
  vkey: string;
  /** Finishes what is under way, then stops. */
  stop(): Promise<void>;
};
export type Surroundings = {
  clock(): number;
  log: Log;
  /** Told when the state may not be used any more; the program should end. */
  onFatal(error: StateError): void;
};

/** The witness's key, made at first use. @throws `StateError`, `keystore-locked`, `malformed` */
export async function openKey({ stateDir, keySecret, name }: Settings): Promise<{ key: VerifierKey; sign: Sign }> {
  await prepareState(stateDir);
  const { signing } = (await openKeystore(stateDir, keySecret)).identity;
  try {
    return { key: makeVerifierKey(name, COSIGNATURE_V1, signing.publicKey), sign: signing.sign };
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new EenmaalError('malformed', 'EENMAAL_WITNESS_NAME: not empty, no spaces, no plus', { cause });
  }
}

/** @throws `StateError`, `keystore-locked`, `malformed`, `port-taken` */
export async function serveWitness(settings: Settings, { clock, log, onFatal }: Surroundings): Promise<Service> {
  const { key, sign } = await openKey(settings);
  const state = await WitnessState.open(settings.stateDir, key);
  const { host, port, logs } = settings;
  const app = makeHttp(new Witness({ key, sign, logs, state, clock, log }), log, onFatal);
  await app.listen({ host, port }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EADDRINUSE' ? new EenmaalError('port-taken', String(port), { cause }) : cause;
  });
  const { address, port: taken, family } = app.server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  log.info({ url, vkey: formatVkey(key), logs: logs.map((one) => one.name) }, 'serving');
  return { url, vkey: formatVkey(key), stop: () => app.close() };
}
