/** What every container of a region must be: without root, rights or a way in from outside, and bounded in what it takes. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkRegion, partnerServices, paths, readPartners, serviceOf, WITNESSES, witnessOf } from './compose-files.ts';

type Service = { [key: string]: unknown; ports?: string[]; networks?: unknown; user?: string; mem_limit?: string };

const SETTING = 'EENMAAL_RELEASE_MAX_STALENESS';
const composeFile = await readFile(paths.compose, 'utf8');
const partners = await readPartners();
const generated = parse(partnerServices(composeFile, partners)) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
};
const { services: fixed } = parse(composeFile, { merge: true }) as { services: Record<string, Service> };
const all = Object.entries({ ...fixed, ...generated.services });

describe('every container', () => {
  it('is there: the message server, its store, the ledger, the witnesses, and one for each organisation', () => {
    expect(all.map(([name]) => name).sort()).toEqual(
      ['ledger', 'nats', 'nats-store', ...WITNESSES.map(witnessOf), ...partners.map(serviceOf)].sort(),
    );
  });

  it.each(all)('%s has no rights it does not need', (name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service).not.toHaveProperty('privileged');
    // One ends at once after giving a volume to the server; the program image says itself who it runs as.
    if (name === 'nats-store')
      expect(service).toMatchObject({ network_mode: 'none', cap_add: ['CHOWN'], restart: 'no' });
    else {
      expect(service.user ?? '10001:10001').toBe('10001:10001');
      expect(service).not.toHaveProperty('cap_add');
    }
  });

  it.each(all)('%s takes no more memory, processes and log than was said', (_name, service) => {
    expect(service.mem_limit).toMatch(/^\d+m$/);
    expect(service).toMatchObject({
      pids_limit: 256,
      logging: { driver: 'json-file', options: { 'max-size': '10m' } },
    });
  });

  it('answers on this machine only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports).toHaveLength(partners.length + 1);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('cannot reach the server without login, unless it is the ledger', () => {
    const reaching = all.filter(([, { networks }]) => JSON.stringify(networks ?? []).includes('control'));
    expect(reaching.map(([name]) => name).sort()).toEqual(['ledger', 'nats']);
  });
});

describe('a witness', () => {
  it('is reached by the ledger alone, and keeps its key and state by itself', () => {
    const witnesses = all.filter(([name]) => WITNESSES.map(witnessOf).includes(name));
    expect(witnesses).toHaveLength(2);
    for (const [, service] of witnesses) expect(service.networks).toEqual(['witness']);
    expect(new Set(witnesses.map(([, { volumes, secrets }]) => JSON.stringify([volumes, secrets]))).size).toBe(2);
    const others = all.filter(([, { networks }]) => JSON.stringify(networks ?? []).includes('witness'));
    expect(others.map(([name]) => name).sort()).toEqual(['ledger', ...WITNESSES.map(witnessOf)].sort());
  });
});

describe('how long a confirmation is new', () => {
  it('is one setting, for the ledger and for every organisation', () => {
    const asked = all.filter(([, { environment }]) => JSON.stringify(environment ?? {}).includes('POLICY_FILE'));
    expect(asked.map(([name]) => name).sort()).toEqual(['ledger', ...partners.map(serviceOf)].sort());
    const given = asked.map(([, { environment }]) => (environment as Record<string, string>)[SETTING]);
    expect(new Set(given)).toEqual(new Set([`$\{${SETTING}:-900}`]));
  });
});

describe('an organisation', () => {
  it('gets its own file, volume, port and secrets', () => {
    const used = Object.values(generated.services).map((service) => JSON.stringify([service.volumes, service.ports]));
    expect(new Set(used).size).toBe(partners.length);
    const files = Object.values(generated.secrets).map(({ file }) => file);
    expect(new Set(files).size).toBe(2 * partners.length);
  });
});

describe('the region statement', () => {
  it('is not used with keys that are not its own', () => {
    const statement = { ledger: { a: 1, b: 2 }, steward: 's' };
    expect(() => checkRegion(statement, { b: 2, a: 1 }, 's')).not.toThrow();
    expect(() => checkRegion(statement, { a: 1, b: 3 }, 's')).toThrow('begin anew');
  });
});
