/**
 * An erasure cut short by `kill -9` at every step: whoever starts next finishes it before it answers anybody. Real processes,
 * real key file. The store is copied at the moment of each kill, and tried with the key file as it is in the end.
 */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, LEDGER_USER, openStreams, spawnTied } from '@eenmaal/broker';
import { newId, type Participant, type Received, replay } from '@eenmaal/client';
import { hash256, utf8 } from '@eenmaal/crypto';
import { openKeystore, openVaultKeys, readSecret, systemRandom } from '@eenmaal/host';
import { type LocalRegion, startRegion } from '@eenmaal/local/region';
import type { Id } from '@eenmaal/model';
import { tale, terms } from '@eenmaal/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SHELF, STEPS, type Step } from './erasing-ledger.ts';
import { itemKeysIn, readBackup, readCopy, type StoreCopy, secretsIn, tryAll } from './erasure-tries.ts';
import { oneAdult } from './one-adult.ts';

const shelfOf = (dossier: Id): number | undefined => hash256(utf8(dossier))[0];

/** Plays these steps, one after another in one region, as tests of the file that calls. */
export function erasureCrashes(steps: readonly Step[]): void {
  let region: LocalRegion;
  let dir: string;
  let scene: Awaited<ReturnType<typeof oneAdult>>;
  let reader: Participant;
  const erased: Id[] = [];
  const received = new Map<Id, Received>();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'eenmaal-erasing-'));
    const options = {
      dir,
      name: 'Erasing',
      partnerFiles: [],
      officers: ['fg'],
      guests: ['org-a', 'org-b'],
      timeout: 1500,
    };
    region = await startRegion(options);
    scene = await oneAdult(region, 'org-a');
    const { participant: attestor } = await region.joinGuest('org-a');
    // other dossiers on the same shelf, to be half-way through it
    const shelf = shelfOf(scene.dossier);
    for (let others = 1; others < SHELF; ) {
      const dossier = newId(systemRandom);
      if (shelfOf(dossier) !== shelf) continue;
      await attestor.state({ kind: 'dossier', dossier });
      others++;
    }
    await scene.mother.grant(scene.dossier, [scene.place], terms('org-b', Date.now()));
    reader = (await region.joinGuest('org-b')).participant;
  }, 60_000);
  afterAll(async () => {
    await region?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** The ledger as a program that dies at a step; answers when it serves. */
  async function dyingLedger(step: Step) {
    await region.ledger.stop();
    const env = {
      ...process.env,
      ...{ KILL_AT: step, EENMAAL_STATE_DIR: join(dir, 'ledger'), EENMAAL_KEY_SECRET_FILE: region.secretFile },
      ...{ EENMAAL_REGION_FILE: region.regionFile, EENMAAL_NATS_URL: region.nats.url },
      EENMAAL_NATS_MONITORS: region.nats.monitorUrl,
    };
    const program = join(import.meta.dirname, 'erasing-ledger.ts');
    const child = await spawnTied(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      env,
      stdio: 'inherit',
    });
    await until(() => scene.mother.sync());
    return child;
  }

  async function until(works: () => Promise<unknown>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await works();
        return;
      } catch (error) {
        if (tries > 60) throw error;
        await sleep(100);
      }
    }
  }

  const secretOf = () => readSecret(region.secretFile);

  async function storeNow(): Promise<StoreCopy> {
    const { nkey } = await openKeystore(join(dir, 'ledger'), await secretOf());
    const nc = await connect({ url: region.nats.url, nkeySeed: nkey.seed, name: LEDGER_USER });
    try {
      return await readCopy(await openStreams(nc, { monitorUrls: [region.nats.monitorUrl] }));
    } finally {
      await nc.close();
    }
  }

  /** What is in every file there is of vault keys, whatever it is called: a crash may have left some. */
  async function vaultKeysOnDisk(): Promise<Uint8Array[]> {
    const secret = await secretOf();
    const names = (await readdir(join(dir, 'ledger'))).filter((name) => name.startsWith('vault'));
    const found = names.map(async (name) => {
      const alone = await mkdtemp(join(tmpdir(), 'eenmaal-keys-'));
      await cp(join(dir, 'ledger', name), join(alone, 'vault.jwe'));
      const { keys } = await openVaultKeys(alone, secret);
      await rm(alone, { recursive: true });
      return keys;
    });
    return (await Promise.all(found)).flat();
  }

  /** Which of all messages open from this copy, with every key there is now. */
  async function opensFrom(copy: StoreCopy): Promise<Id[]> {
    const secrets = [...secretsIn(copy, await vaultKeysOnDisk()).values()];
    const rings = [reader.keys.snapshot(), scene.mother.keys.snapshot()];
    return [...received].flatMap(([id, { envelope }]) =>
      tryAll(envelope, itemKeysIn(rings, envelope), secrets) ? [id] : [],
    );
  }

  it.each(steps)(
    'killed when %s: finished at the next start',
    async (step) => {
      const { mother, dossier, place } = scene;
      const child = await dyingLedger(step);
      const told = (await mother.send(tale(dossier, place, `Gewist: ${step}`))).envelope;
      await mother.send(tale(dossier, place, `Blijft: ${step}`));
      await reader.sync();
      for (const one of await reader.receive(dossier)) {
        received.set(one.header.id, one);
        await reader.open(one, 'support');
      }
      await expect(mother.erase(dossier, [told], { ground: 'ERAS' })).rejects.toMatchObject({
        code: 'ledger-unreachable',
      });
      expect((await child.exited).signal).toBe('SIGKILL');
      const backup = join(dir, `killed-${STEPS.indexOf(step)}`);
      await cp(region.nats.storeDir, backup, { recursive: true });

      await region.ledger.restart();
      await until(() => mother.sync());
      erased.push(told);
      const left = [...received.keys()].filter((id) => !erased.includes(id));
      expect(await opensFrom(await storeNow())).toEqual(left);
      const { nkey } = await openKeystore(join(dir, 'ledger'), await secretOf());
      const restored = await mkdtemp(join(tmpdir(), 'eenmaal-restored-'));
      try {
        const config = await readFile(join(dir, 'nats', 'nats.conf'), 'utf8');
        const opens = await opensFrom(await readBackup(backup, restored, config, nkey.seed));
        expect(opens.filter((id) => erased.includes(id))).toEqual([]);
      } finally {
        await rm(restored, { recursive: true, force: true });
      }
      for (const id of left.slice(-2)) await reader.open(received.get(id) as Received, 'support');
      await expect(reader.open(received.get(told) as Received, 'support')).rejects.toMatchObject({ code: 'no-basis' });
      const officer = await region.joinOfficer('fg');
      const signed = await officer.participant.checkpoints.advance();
      const { law } = officer.participant.mirror.state;
      const result = await replay(officer.transport, signed, region.region, law);
      expect(result.differences).toEqual([]);
      expect(result.erased).toBe(erased.length);
      await officer.close();
    },
    60_000,
  );
}
