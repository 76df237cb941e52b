/**
 * The real thing for the benchmarks of the path and of the fence: nats-server and the ledger service as processes of
 * their own, configured as always; a mother and organisations as participants in this process, over their own
 * connections and sealed channels.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, LEDGER_USER } from '@eenmaal/broker';
import { newId, type Participant } from '@eenmaal/client';
import { newIdentity } from '@eenmaal/crypto';
import { openKeystore, readSecret, systemRandom } from '@eenmaal/host';
import { startRegion } from '@eenmaal/local/region';
import { type Id, person } from '@eenmaal/model';
import { terms } from '@eenmaal/testkit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { content } from './ours.ts';

/** The ledger's stream of message bodies: a bare publish goes there, under the very same settings. */
const BODY_SUBJECT = 'body.0';

const PARTNERS = ['org-b', 'org-c', 'org-d', 'org-e', 'org-f'];
export type Scene = Awaited<ReturnType<typeof startScene>>;

/** @param compartments each about the mother, each open to five organisations with history */
export async function startScene(compartments: number) {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-bench-'));
  const guests = ['org-a', ...PARTNERS];
  const region = await startRegion({ dir, name: 'Bench', partnerFiles: [], officers: [], guests, logLevel: 'warn' });
  const attestor = await region.joinGuest('org-a');
  await attestor.participant.sync();
  const [dossier, id, identity] = [newId(systemRandom), newId(systemRandom), newIdentity(systemRandom)];
  const adult = { turns12: null, turns16: null, turns18: null };
  await attestor.participant.state(
    { kind: 'dossier', dossier },
    { kind: 'person', dossier, person: id, keys: identity.public, ...adult },
  );
  const joined = await region.joinAs(person(id), identity, region.familiesNkeySeed);
  const mother = joined.participant;
  await mother.sync();
  const places: Id[] = [];
  for (let i = 0; i < compartments; i++) places.push(await mother.openCompartment(dossier, [id], `Onderwerp ${i}`));
  for (const name of PARTNERS) await mother.grant(dossier, places, terms(name, Date.now()));
  const reader = await region.joinGuest('org-b');
  await reader.participant.sync();

  const { nkey } = await openKeystore(join(dir, 'ledger'), await readSecret(region.secretFile));
  const nc = await connect({ url: region.nats.url, nkeySeed: nkey.seed, name: LEDGER_USER });
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return {
    ...{ dossier, places, mother, reader: reader.participant },
    /** A bare publish, acknowledged when it is on disk. */
    publish: (bytes: Uint8Array) => js.publish(BODY_SUBJECT, bytes),
    /** How many messages and bytes the two streams of the path hold. */
    async stored() {
      const [bodies, log] = await Promise.all(['BODY', 'LEDGER'].map((name) => jsm.streams.info(name)));
      return {
        bodies: bodies?.state.messages ?? 0,
        bodyBytes: bodies?.state.bytes ?? 0,
        commits: log?.state.messages ?? 0,
        commitBytes: log?.state.bytes ?? 0,
      };
    },
    async stop() {
      await Promise.all([nc.close(), attestor.close(), joined.close(), reader.close()]);
      await region.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What the mother tells: 4 KiB. */
export const telling = (dossier: Id, compartment: Id): Parameters<Participant['send']>[0] => {
  const { title, text, author } = content;
  return { dossier, compartment, kind: 'fragment', purpose: 'support', content: { title, text, author } };
};
