/**
 * The whole path of a message: sealed, submitted, decided, logged, delivered (decided and logged), released (decided and
 * logged), opened. Against bare publishes to the same server, which keeps the same promise about the disk.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Group,
  inFlight,
  perSecond,
  quantile,
  race,
  random,
  ratio,
  repeat,
  type Settings,
  short,
} from './harness.ts';
import { type Scene, startScene, telling } from './scene.ts';

const WIDTH = 64;
/** The durable writes of one message on its own: its body, and a commit each for acceptance, delivery and opening. */
export const WRITES = 4;
type Stage = 'send' | 'receive' | 'open' | 'whole';
type Times = Record<Stage, number[]>;

/** One message after another, each stage timed. */
export async function walk({ dossier, places, mother, reader }: Scene, messages: number, times: Times): Promise<void> {
  const place = places[0] as string;
  for (let i = 0; i < messages; i++) {
    const marks = [performance.now()];
    await mother.send(telling(dossier, place));
    marks.push(performance.now());
    const [received] = await reader.receive(dossier);
    marks.push(performance.now());
    if (!received) throw new Error('nothing was delivered');
    await reader.open(received, 'support');
    marks.push(performance.now());
    const [a = 0, b = 0, c = 0, d = 0] = marks;
    for (const [stage, took] of [
      ['send', b - a],
      ['receive', c - b],
      ['open', d - c],
      ['whole', d - a],
    ] as const)
      times[stage].push(took);
  }
}

/** Many messages under way at once; ends when the reader has opened them all. */
export async function stream({ dossier, places, mother, reader }: Scene, messages: number): Promise<void> {
  const place = places[0] as string;
  let opened = 0;
  const reading = async () => {
    while (opened < messages) {
      const received = await reader.receive(dossier);
      await inFlight(received.length, WIDTH, (i) => reader.open(received[i] as (typeof received)[number], 'support'));
      opened += received.length;
      if (received.length === 0) await sleep(1);
    }
  };
  await Promise.all([inFlight(messages, WIDTH, () => mother.send(telling(dossier, place))), reading()]);
}

/** What the path wrote for one message: how many writes, and how large a body and a commit are. */
async function written(scene: Scene, messages: number, act: () => Promise<unknown>) {
  const before = await scene.stored();
  await act();
  const after = await scene.stored();
  const [bodies, commits] = [after.bodies - before.bodies, after.commits - before.commits];
  return {
    perMessage: (bodies + commits) / messages,
    body: random(Math.round((after.bodyBytes - before.bodyBytes) / bodies)),
    commit: random(Math.round((after.commitBytes - before.commitBytes) / commits)),
  };
}

export async function path({ quick }: Settings): Promise<Group> {
  const [many, few, rounds] = quick ? [100, 20, 3] : [384, 60, 11];
  const scene = await startScene(1);
  const times: Times = { send: [], receive: [], open: [], whole: [] };
  const single = await written(scene, few, () => walk(scene, few, times));
  const grouped = await written(scene, many, () => stream(scene, many));
  for (const stage of Object.values(times)) stage.length = 0;
  const { body, commit } = single;
  const envelope = random(body.length + 700); // with its header and signature
  const publishes: number[] = [];
  const bare = async () => {
    const began = performance.now();
    await scene.publish(envelope);
    publishes.push(performance.now() - began);
  };
  const same = async () => {
    for (const bytes of [body, commit, commit, commit]) await scene.publish(bytes);
  };
  const raced = await race(
    [
      { name: 'path', times: many, run: () => stream(scene, many) },
      { name: 'bare', times: many, run: () => inFlight(many, WIDTH, () => scene.publish(envelope)) },
      { name: 'same', times: many, run: () => inFlight(many, WIDTH, same) },
      { name: 'path, single', times: few, run: () => walk(scene, few, times) },
      { name: 'bare, single', times: few, run: repeat(few, bare) },
      { name: 'same, single', times: few, run: repeat(few, same) },
    ],
    rounds,
    1,
  );
  await scene.stop();
  const rate = (name: string) => perSecond(raced.wall.get(name));
  // two other processes do most of the work, so this one's processor time says nothing
  const part = (what: string, ours: string, peer: string) => ({ what, value: ratio(raced.wall, ours, peer) });
  const latency = (values: number[]) => [0.5, 0.9, 0.99].map((at) => short(quantile(values, at))).join(' / ');
  return {
    title: `path: a message of 4 KiB from sealing to opening, ${WIDTH} in flight and one by one`,
    header: ['', `per second, ${WIDTH} in flight`, 'one by one', 'one by one, ms: p50 / p90 / p99'],
    rows: [
      ['the whole path', rate('path'), rate('path, single'), latency(times.whole)],
      ['- sealed, decided, logged: acknowledged', '', '', latency(times.send)],
      ['- delivered, decided, logged', '', '', latency(times.receive)],
      ['- released, decided, logged, opened', '', '', latency(times.open)],
      ['one bare publish of the same bytes', rate('bare'), rate('bare, single'), latency(publishes)],
      [`${WRITES} durable writes of the same bytes`, rate('same'), rate('same, single'), ''],
    ],
    claims: [
      part(`speed as a part of a bare publish's, ${WIDTH} in flight`, 'path', 'bare'),
      part(`speed as a part of ${WRITES} durable writes', ${WIDTH} in flight`, 'path', 'same'),
      part("speed as a part of a bare publish's, one by one", 'path, single', 'bare, single'),
      part(`speed as a part of ${WRITES} durable writes', one by one`, 'path, single', 'same, single'),
    ],
    notes: [
      `nats-server with sync_interval always and the ledger service are processes of their own; sender and reader share one process, each with its own connection. The publishes go from that process to the same server, into the stream of message bodies, with the client library's own publish.`,
      `A message on its own makes ${short(single.perMessage)} durable writes (body ${short(body.length)} bytes, commits of ${short(commit.length)}); with ${WIDTH} in flight commits are shared: ${short(grouped.perMessage)} a message.`,
    ],
  };
}
