import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { COSIGNATURE_V1, formatVkey, makeVerifierKey } from '@eenmaal/ledger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readWitnessSettings } from './settings.ts';
import { newWitness, TestLog } from './test-log.ts';

const log = new TestLog();
let dir = '';
let env: Record<string, string> = {};
beforeEach(async () => {
  const { stateDir, name } = await newWitness(log.key);
  dir = dirname(stateDir);
  env = {
    EENMAAL_STATE_DIR: stateDir,
    EENMAAL_KEY_SECRET_FILE: join(dir, 'secret'),
    EENMAAL_WITNESS_NAME: name,
    EENMAAL_WITNESS_LOGS_FILE: join(dir, 'logs'),
  };
});
afterEach(() => rm(dir, { recursive: true }));

it('reads which logs to witness from a policy file', async () => {
  expect(await readWitnessSettings(env)).toMatchObject({ logs: [log.key], host: '127.0.0.1', port: 4290 });
});

const cosigning = formatVkey(makeVerifierKey('w', COSIGNATURE_V1, log.key.publicKey));
it.each([
  ['no quorum line', `log ${formatVkey(log.key)}\n`, /EENMAAL_WITNESS_LOGS_FILE: policy-quorum/],
  ['a damaged key', `log ${formatVkey(log.key).slice(0, -1)}\nquorum none\n`, /vkey-format/],
  ['a witness for a log', `log ${cosigning}\nquorum none\n`, /vkey-type: .*line 1/],
  ['no logs', 'quorum none\n', /names no log/],
])('refuses a file with %s', async (_name, file, message) => {
  await writeFile(join(dir, 'logs'), file);
  await expect(readWitnessSettings(env)).rejects.toThrow(message);
});

it.each(['EENMAAL_STATE_DIR', 'EENMAAL_KEY_SECRET_FILE', 'EENMAAL_WITNESS_NAME', 'EENMAAL_WITNESS_LOGS_FILE'])(
  'says that %s is missing',
  async (name) => {
    delete env[name];
    await expect(readWitnessSettings(env)).rejects.toThrow(`${name} is missing`);
  },
);

it('says which file cannot be read', async () => {
  await rm(join(dir, 'logs'));
  await expect(readWitnessSettings(env)).rejects.toThrow(/EENMAAL_WITNESS_LOGS_FILE names cannot be read/);
  await rm(join(dir, 'secret'));
  await expect(readWitnessSettings(env)).rejects.toThrow(expect.objectContaining({ code: 'keystore-locked' }));
});
