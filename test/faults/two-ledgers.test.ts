/**
 * Two ledger services, one store: exactly one serves. A second refuses while the first answers, takes over when it hangs,
 * and the hung one, woken up, releases nothing and stops.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { replay } from '@eenmaal/client';
import { type LocalRegion, startRegion } from '@eenmaal/local/region';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneAdult } from './one-adult.ts';

let region: LocalRegion;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'eenmaal-two-'));
  region = await startRegion({ dir, name: 'Two', partnerFiles: [], officers: ['fg'], guests: ['org-a', 'org-b'] });
}, 60_000);
afterAll(async () => {
  await region?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** One adult with one compartment that org-b may read, and what org-b has been handed but not opened. */
async function scene() {
  const { dossier, mother, place } = await oneAdult(region, 'org-a');
  await mother.grant(dossier, [place], terms('org-b', Date.now()));
  for (const title of ['een', 'twee', 'drie']) await mother.send(tale(dossier, place, title));
  const reader = (await region.joinGuest('org-b')).participant;
  await reader.sync();
  return { dossier, place, mother, reader, received: await reader.receive(dossier) };
}

describe('two ledger services on one store', () => {
  it('a second refuses to start while the first serves', async () => {
    const second = await region.anotherLedger('second');
    const { code } = await second.exited;
    expect(code).toBe(1);
    expect(await readFile(second.logFile, 'utf8')).toContain('ledger-already-served');
    await region.steward.participant.sync();
  });

  it('a hung one is taken over, and woken up it releases nothing and stops', async () => {
    const { dossier, place, mother, reader, received } = await scene();
    const [first, second] = received;
    if (!first || !second) throw new Error('nothing was delivered');
    await reader.open(first, 'support');

    region.ledger.kill('SIGSTOP');
    const taker = await region.anotherLedger('taker');
    await until(async () => (await readFile(taker.logFile, 'utf8')).includes('serving'));
    await mother.sync();
    await mother.withdraw(dossier, [place], 'org-b');
    await expect(reader.open(second, 'support')).rejects.toMatchObject({ code: 'no-basis' });

    region.ledger.kill('SIGCONT');
    for (let i = 0; i < 20; i++) {
      await expect(reader.open(second, 'support')).rejects.toMatchObject({ code: /no-basis|ledger-unreachable/ });
    }
    await expect(region.ledger.exited).resolves.toMatchObject({ code: 1 });
    expect(await readFile(region.ledger.logFile, 'utf8')).toContain('second-writer');

    const officer = await region.joinOfficer('fg');
    const result = await replay(
      officer.transport,
      await officer.participant.checkpoints.advance(),
      region.region,
      officer.participant.mirror.state.law,
    );
    expect(result.differences).toEqual([]);
    expect(result.counts.opening).toBe(1);
    await taker.stop();
  }, 60_000);

  it('one that may not serve, and finds out when it is connected, ends', async () => {
    await rm(join(dir, 'ledger', 'vault.jwe'));
    const locked = await region.anotherLedger('locked');
    await expect(locked.exited).resolves.toMatchObject({ code: 1 });
    expect(await readFile(locked.logFile, 'utf8')).toContain('keystore-locked');
  }, 20_000);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 200) throw new Error('waited in vain');
    await sleep(50);
  }
}
