/** The files the containers are given: secrets, configuration, and a service for every organisation. compose.ts uses them. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { serverConfig } from '@eenmaal/broker';
import { ensureSecret, writeFileSafely } from '@eenmaal/host';
import { EenmaalError, OrganisationId, parse } from '@eenmaal/model';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

export const root = resolve(import.meta.dirname, '../..');
const GIB = 1024 ** 3;

/** As docker-compose.yml names them: it looks for them from its own folder. */
const STATE = '.state/compose';
const statePath = (...names: string[]): string => join(root, STATE, ...names);
export const paths = {
  compose: join(root, 'docker-compose.yml'),
  partnerServices: statePath('partners.yaml'),
  config: statePath('nats/nats.conf'),
  region: statePath('region/region.jws'),
  witnessedLogs: statePath('region/witnessed-logs.txt'),
  policy: statePath('region/policy.txt'),
  families: statePath('keys/families.nkey'),
  keys: (party: string): string => statePath('keys', party),
  secret: (name: string): string => statePath('secrets', name),
};

/** The witnesses in docker-compose.yml; both must have confirmed whatever is believed. */
export const WITNESSES = ['fg', 'gemeente-getuige'];
export const witnessOf = (name: string): string => `witness-${name}`;

/** What of an organisation's file matters to its container; its own program checks the rest. */
const PartnerPort = z.object({ id: OrganisationId, port: z.number().int().min(1).max(65_535) });
export type PartnerContainer = z.infer<typeof PartnerPort> & { file: string };
export const serviceOf = ({ id }: { id: string }): string => `partner-${id}`;

/** Every organisation that has a file. */
export async function readPartners(dir = join(root, 'infra/partners')): Promise<PartnerContainer[]> {
  const files = (await readdir(dir)).filter((name) => /\.ya?ml$/.test(name)).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = join(dir, name);
      return { ...parse(PartnerPort, parseYaml(await readFile(file, 'utf8'))), file };
    }),
  );
}

/** Services for docker-compose.yml: its `x-partner` for each of them, with what is the organisation's own. JSON is YAML. */
export function partnerServices(composeFile: string, partners: readonly PartnerContainer[]): string {
  const shape = z.object({ 'x-partner': z.looseObject({ volumes: z.array(z.string()) }) });
  const { 'x-partner': template } = shape.parse(parseYaml(composeFile, { merge: true }));
  const services = partners.map((partner) => {
    const name = serviceOf(partner);
    const own = {
      ports: [`127.0.0.1:${partner.port}:8080`],
      volumes: [...template.volumes, `${partner.file}:/partner.yaml:ro`, `${name}:/state`],
      secrets: ['key', 'token'].map((target) => ({ source: `${name}-${target}`, target })),
    };
    return [name, { ...template, ...own }] as const;
  });
  const secrets = partners.flatMap((partner) =>
    secretsOf(serviceOf(partner)).map(({ name, file }) => [name, { file: `./${STATE}/secrets/${file}` }] as const),
  );
  const volumes = partners.map((partner) => [serviceOf(partner), {}] as const);
  const all = {
    services: Object.fromEntries(services),
    volumes: Object.fromEntries(volumes),
    secrets: Object.fromEntries(secrets),
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}

const secretsOf = (service: string) =>
  ['key', 'token'].map((kind) => ({ name: `${service}-${kind}`, file: `${service}.${kind}` }));

/** Makes what is not there yet: the secrets, and the folders the containers look into. */
export async function prepareFiles(partners: readonly PartnerContainer[]): Promise<void> {
  await mkdir(statePath(), { recursive: true, mode: 0o700 });
  for (const dir of ['nats', 'region']) {
    await mkdir(statePath(dir), { recursive: true });
    await chmod(statePath(dir), 0o755);
  }
  await ensureSecret(paths.secret('steward.key'));
  const mounted = [
    'ledger.key',
    ...WITNESSES.map((name) => `${witnessOf(name)}.key`),
    ...partners.flatMap((partner) => secretsOf(serviceOf(partner)).map(({ file }) => file)),
  ];
  for (const file of mounted) {
    await ensureSecret(paths.secret(file));
    // Readable by the container's user, whose number is not ours. On this machine the folder keeps everybody else out.
    await chmod(paths.secret(file), 0o444);
  }
  const services = partnerServices(await readFile(paths.compose, 'utf8'), partners);
  await writeFile(paths.partnerServices, services);
}

/** For a file that containers read and that holds no secret: it replaces the old one in one step. */
export async function writePublic(path: string, text: string): Promise<void> {
  await writeFileSafely(path, text);
  await chmod(path, 0o444);
}

/** The message server's configuration. True when it is another than before. */
export async function writeServerConfig(
  hubPublicNkey: string,
  accounts: readonly { name: string; publicNkey: string }[],
): Promise<boolean> {
  const config = serverConfig({
    ...{ hubPublicNkey, accounts, syncAlways: true, storeDir: '/data', listen: '0.0.0.0:4222' },
    // A name only the network `control` knows, so that no partner can reach an endpoint that has no login.
    monitor: 'nats-monitor:8222',
    // Attachments may take half of it. Said, because the server would otherwise take three quarters of a shared disk.
    maxFileStore: 20 * GIB,
  });
  if ((await readFile(paths.config, 'utf8').catch(() => '')) === config) return false;
  await writePublic(paths.config, config);
  return true;
}

/** @throws `malformed` when the ledger's volume was thrown away and this folder was not, or the other way round */
export function checkRegion(statement: { ledger: unknown; steward: unknown }, ledger: unknown, steward: unknown): void {
  if (!isDeepStrictEqual([statement.ledger, statement.steward], [ledger, steward]))
    throw new EenmaalError(
      'malformed',
      `${paths.region} belongs to other keys. To begin anew: compose.ts down --volumes, and remove ${STATE}`,
    );
}

/** Which log the witnesses look at. @param logLine `log <vkey>` */
export const writeWitnessedLogs = (logLine: string): Promise<void> =>
  writePublic(paths.witnessedLogs, `${logLine}\nquorum none\n`);

/** The policy every participant gets with the region statement. @param vkeys by the name of the witness */
export function writePolicy(logLine: string, vkeys: ReadonlyMap<string, string>): Promise<void> {
  const lines = Array.from(vkeys, ([name, vkey]) => `witness ${name} ${vkey} http://${witnessOf(name)}:4290`);
  const group = `group everybody all ${[...vkeys.keys()].join(' ')}`;
  return writePublic(paths.policy, [logLine, ...lines, group, 'quorum everybody', ''].join('\n'));
}
