/** From signing a withdrawal to its acknowledgement: from then on nothing is opened under it. */
import { EenmaalError } from '@eenmaal/model';
import { terms } from '@eenmaal/testkit';
import { type Group, quantile, random, type Settings, short, spread } from './harness.ts';
import { type Scene, startScene, telling } from './scene.ts';

const PARTNER = 'org-b';
const WAITING = 100;
/** With five organisations: twenty standing grants. */
const PLACES = 4;

/** Twenty grants, a hundred messages that wait for one organisation, and one it was handed but has not opened. */
export async function fenceScene(waiting = WAITING) {
  const scene = await startScene(PLACES);
  const { mother, reader, dossier, places } = scene;
  await mother.send(telling(dossier, places[0] as string));
  const [unopened] = await reader.receive(dossier);
  if (!unopened) throw new Error('nothing was delivered');
  for (let i = 0; i < waiting; i++) await mother.send(telling(dossier, places[i % PLACES] as string));
  return { ...scene, unopened };
}
export type FenceScene = Awaited<ReturnType<typeof fenceScene>>;

/** Takes back every yes to the organisation. */
export const withdraw = ({ mother, dossier, places }: Scene) =>
  mother.state(...places.map((compartment) => ({ kind: 'withdraw' as const, dossier, compartment, partner: PARTNER })));

/** Says yes again, for the next round. */
export const grantAgain = ({ mother, dossier, places }: Scene) =>
  mother.state(
    ...places.map((compartment) => ({
      ...{ kind: 'grant' as const, dossier, compartment },
      ...terms(PARTNER, Date.now()),
    })),
  );

/** The fence holds, or the figure means nothing. */
export async function mustBeRefused({ reader, unopened, dossier }: FenceScene): Promise<void> {
  const code = await reader.open(unopened, 'support').then(
    () => 'opened',
    (error: unknown) => (error instanceof EenmaalError ? error.code : String(error)),
  );
  const handed = (await reader.receive(dossier)).length;
  if (code !== 'no-basis' || handed > 0) throw new Error(`after the withdrawal: ${code}, ${handed} handed over`);
}

export async function fence({ quick }: Settings): Promise<Group> {
  const [rounds, each] = quick ? [3, 5] : [15, 15];
  const scene = await fenceScene();
  const bytes = random(3000); // about what four signed withdrawals and their log entries take
  const acts = {
    withdrawal: { before: () => grantAgain(scene), act: () => withdraw(scene), after: () => mustBeRefused(scene) },
    publish: { before: nothing, act: () => scene.publish(bytes), after: nothing },
    keys: {
      before: () => scene.mother.grant(scene.dossier, scene.places, terms(PARTNER, Date.now())),
      act: () => scene.mother.withdraw(scene.dossier, scene.places, PARTNER),
      after: nothing,
    },
  };
  const all: Record<keyof typeof acts, number[]> = { withdrawal: [], publish: [], keys: [] };
  const medians: Record<keyof typeof acts, number[]> = { withdrawal: [], publish: [], keys: [] };
  for (let round = -1; round < rounds; round++) {
    for (const name of ['withdrawal', 'publish', 'keys'] as const) {
      const { before, act, after } = acts[name];
      const took: number[] = [];
      for (let i = 0; i < (name === 'keys' ? 1 : each); i++) {
        await before();
        const began = performance.now();
        await act();
        took.push(performance.now() - began);
        await after();
      }
      if (round < 0) continue;
      all[name].push(...took);
      medians[name].push(quantile(took, 0.5));
    }
  }
  await scene.stop();
  const row = (what: string, name: keyof typeof acts) => [
    what,
    ...[0.5, 0.9, 0.99].map((part) => short(quantile(all[name], part))),
    String(all[name].length),
  ];
  const over = (name: 'withdrawal' | 'keys') =>
    spread(medians[name].map((value, round) => value / (medians.publish[round] ?? Number.NaN)));
  return {
    title: `fence: one organisation loses every yes in ${PLACES} compartments; 20 grants stand, ${WAITING} messages wait for it`,
    header: ['', 'p50, ms', 'p90, ms', 'p99, ms', 'times'],
    rows: [
      row('signed to acknowledged: the fence stands', 'withdrawal'),
      row('and new keys for those who stay, in every compartment', 'keys'),
      row('one bare durable publish', 'publish'),
    ],
    claims: [
      { what: 'fence: times a bare durable publish, p50', value: over('withdrawal') },
      { what: 'fence and new keys: times a bare durable publish, p50', value: over('keys') },
    ],
    notes: [
      'Over the real server, from a participant in this process to the ledger service in its own. After every withdrawal the organisation tries to open what it was handed and to take delivery of what waits; both must be refused, or the run stops.',
    ],
  };
}

const nothing = async (): Promise<void> => {};
