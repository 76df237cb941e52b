import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64url } from '@eenmaal/crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { hashOfToken, readKeySettings, readServeSettings } from './settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'eenmaal-partner-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

const TOKEN = 'a-token-of-at-least-thirty-two-characters';
const env = {
  EENMAAL_NATS_URL: 'nats://127.0.0.1:4222,tls://b.example:4222',
  EENMAAL_STATE_DIR: dir,
  EENMAAL_KEY_SECRET_FILE: file('secret', `${toBase64url(new Uint8Array(32).fill(1))}\n`),
  EENMAAL_REGION_FILE: file('region', 'a.b.c\n'),
  EENMAAL_API_TOKEN_FILE: file('token', `${TOKEN}\n`),
};

describe('settings', () => {
  it('are read by name', async () => {
    const settings = await readServeSettings(env);
    expect(settings).toMatchObject({ host: '127.0.0.1', port: undefined, logLevel: 'info', region: 'a.b.c' });
    expect(settings.natsUrl).toHaveLength(2);
    expect(settings.tokenHash).toEqual(hashOfToken(TOKEN));
    expect(settings.keySecret).toEqual(new Uint8Array(32).fill(1));
  });

  it('take the hash of a token as well as the token', async () => {
    const hashed = await readServeSettings({
      ...env,
      EENMAAL_API_TOKEN_FILE: file('hash', `sha256:${toBase64url(hashOfToken(TOKEN))}`),
    });
    expect(hashed.tokenHash).toEqual(hashOfToken(TOKEN));
  });

  it('ask less for enrolling', async () => {
    const { EENMAAL_STATE_DIR, EENMAAL_KEY_SECRET_FILE } = env;
    expect((await readKeySettings({ EENMAAL_STATE_DIR, EENMAAL_KEY_SECRET_FILE })).stateDir).toBe(dir);
  });

  it.each([
    ['a missing variable', { EENMAAL_REGION_FILE: undefined }, 'malformed', 'EENMAAL_REGION_FILE is missing'],
    ['another kind of address', { EENMAAL_NATS_URL: 'http://secret' }, 'malformed', 'EENMAAL_NATS_URL has not'],
    ['a file that is not there', { EENMAAL_REGION_FILE: '/nowhere' }, 'malformed', 'EENMAAL_REGION_FILE'],
    ['a short token', { EENMAAL_API_TOKEN_FILE: file('short', 'hush') }, 'malformed', '32'],
    ['an age of nothing', { EENMAAL_RELEASE_MAX_STALENESS: '60' }, 'malformed', 'needs EENMAAL_WITNESS_POLICY_FILE'],
    ['a wrong log level', { EENMAAL_LOG_LEVEL: 'loud' }, 'malformed', 'EENMAAL_LOG_LEVEL'],
    ['a short key secret', { EENMAAL_KEY_SECRET_FILE: file('less', 'AAAA') }, 'keystore-locked', '32 bytes'],
    ['no key secret', { EENMAAL_KEY_SECRET_FILE: '/nowhere' }, 'keystore-locked', '/nowhere'],
  ])('are refused with %s', async (_, wrong, code, detail) => {
    await expect(readServeSettings({ ...env, ...wrong })).rejects.toThrow(
      expect.objectContaining({ code, detail: expect.stringContaining(detail) }),
    );
  });

  it('never repeat what was put in the wrong place', async () => {
    const wrong = readServeSettings({ ...env, EENMAAL_NATS_URL: 'canary-3f9' });
    await expect(wrong).rejects.not.toThrow(/canary/);
  });
});
