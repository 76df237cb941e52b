/** Starts one organisation: its keys, its index, its API; and stops them in the right order. */
import type { AddressInfo } from 'node:net';
import type { Random } from '@eenmaal/crypto';
import type { Log } from '@eenmaal/host';
import { openKeystore, readLaw, splitViewGuard } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import { makeApi } from './http/app.ts';
import { Partner } from './partner.ts';
import type { PartnerFile } from './partner-file.ts';
import type { Settings } from './settings.ts';

export type Service = {
  /** Where the API listens. */
  url: string;
  partner: Partner;
  /** Finishes what is under way, then stops. */
  stop(): Promise<void>;
};
export type Surroundings = { clock(): number; random: Random; log: Log };

/**
 * Serves also while the message server or the ledger is away.
 * @throws `port-taken`, `keystore-locked`, `state-damaged`, `storage-full`, `malformed`
 */
export async function serve(
  organisation: PartnerFile,
  settings: Settings,
  { clock, random, log }: Surroundings,
): Promise<Service> {
  const keystore = await openKeystore(settings.stateDir, settings.keySecret);
  const guard = await splitViewGuard(settings.stateDir, log);
  const partner = new Partner({ organisation, keystore, law: await readLaw(), settings, guard, clock, random, log });
  try {
    const api = await makeApi({ partner, tokenHash: settings.tokenHash, clock, random, log });
    await api.listen({ host: settings.host, port: settings.port ?? organisation.port });
    const { address, port, family } = api.server.address() as AddressInfo;
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    log.info({ url }, 'serving');
    return {
      ...{ url, partner },
      async stop() {
        await api.close();
        await partner.stop();
        log.info('stopped');
      },
    };
  } catch (cause) {
    await partner.stop();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new EenmaalError('port-taken', String(settings.port ?? organisation.port), { cause });
  }
}
