import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeystore } from '@eenmaal/host';
import { afterAll, describe, expect, it } from 'vitest';
import { enrol } from './enrol.ts';
import { parsePartnerFile } from './partner-file.ts';

const dir = await mkdtemp(join(tmpdir(), 'eenmaal-partner-'));
afterAll(() => rm(dir, { recursive: true }));
const settings = (byte = 1) => ({ stateDir: join(dir, 'state'), keySecret: new Uint8Array(32).fill(byte) });
const FILE = parsePartnerFile(
  'id: org-a\nname: A\ntask: x\ntaskEn: x\nattests: true\nroles: [local-team]\npurposes: [support]\nport: 1\nprofessional: { name: P, role: r, register: s }\n',
  'x',
);

describe('enrolling', () => {
  it('says the same twice, and nothing secret', async () => {
    const enrolment = await enrol(FILE, settings());
    expect(await enrol(FILE, settings())).toEqual(enrolment);
    expect(enrolment).toMatchObject({ id: 'org-a', attests: true, account: 'org-a' });
    expect(enrolment.nkey).toMatch(/^U[A-Z2-7]+$/);
    expect(Object.keys(enrolment.keys.sealing)).toEqual(['kty', 'alg', 'pub']);
  });

  it('is refused with another secret', async () => {
    await expect(enrol(FILE, settings(2))).rejects.toMatchObject({ code: 'keystore-locked' });
  });

  it('leaves keys only we may read, and none in the clear', async () => {
    const { identity, nkey } = await openKeystore(settings().stateDir, settings().keySecret);
    for (const name of await readdir(settings().stateDir)) {
      const path = join(settings().stateDir, name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const bytes = await readFile(path);
      for (const key of [identity.seed]) {
        expect(bytes.includes(Buffer.from(key))).toBe(false);
        expect(bytes.includes(Buffer.from(key).toString('base64url'))).toBe(false);
      }
      expect(bytes.includes(nkey.seed)).toBe(false);
    }
  });
});
