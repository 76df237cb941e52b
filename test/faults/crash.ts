/**
 * Crash rounds: a family and two organisations work while the ledger service, nats-server or an organisation's program is
 * killed with SIGKILL at random moments. Everything acknowledged is written down here and looked for in the log afterwards;
 * the officer's replay then says whether anything was released without a standing basis, or opened twice.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Participant, type Received, replay } from '@eenmaal/client';
import type { Joined } from '@eenmaal/host';
import { partnerApi } from '@eenmaal/local/partner-api';
import { type LocalRegion, startRegion } from '@eenmaal/local/region';
import { EenmaalError, Event, type Id, parseJson } from '@eenmaal/model';
import { chooser, seededRandom, tale, terms } from '@eenmaal/testkit';
import { oneAdult } from './one-adult.ts';

/**
 * What was acknowledged, and when (milliseconds of this process): invoked, answered. `unanswered` is a grant whose answer
 * a kill took away: it may be in the log, and until the author's next act it may yet come there.
 */
type Acknowledged = {
  kind: 'message' | 'opening' | 'grant' | 'withdraw' | 'unanswered';
  id: Id;
  reader?: string;
  invoked: number;
  ok: number;
};
export type Outcome = {
  rounds: number;
  kills: Record<string, number>;
  acknowledged: number;
  entries: number;
  /** Starts of the ledger service that began at a snapshot. */
  fromSnapshot: number;
  problems: string[];
};

const READERS = ['org-b', 'org-c'] as const;

/** Plays `rounds` rounds from one seed, each at least `least` ms until the kill. `problems` is empty when every promise held. */
export async function crashRounds(
  rounds: number,
  seed: number,
  partnerFiles: readonly string[] = [],
  least = 300,
): Promise<Outcome> {
  const dir = await mkdtemp(join(tmpdir(), 'eenmaal-crash-'));
  const options = { dir, name: 'Crash', partnerFiles, officers: ['fg'], guests: ['org-a', ...READERS], timeout: 1500 };
  const region = await startRegion(options);
  const random = seededRandom(seed);
  const { below, pick } = chooser(random);
  const kills: Record<string, number> = { ledger: 0, nats: 0, partner: 0 };
  const history: Acknowledged[] = [];
  try {
    const world = await makeWorld(region);
    for (let round = 0; round < rounds; round++) {
      const victim = pick(partnerFiles.length > 0 ? ['ledger', 'nats', 'partner'] : ['ledger', 'nats']);
      kills[victim] = (kills[victim] ?? 0) + 1;
      let over = false;
      const work = Promise.all([
        familyWorks(world, history, below, () => over),
        ...READERS.map((reader) => readerWorks(world, reader, history, below, () => over)),
        ...[...region.partners.keys()].map((id) => programWorks(region, id, world, history, () => over)),
      ]);
      await sleep(least + below(700));
      await killAndRestart(region, victim, below(150));
      await sleep(200 + below(300));
      over = true;
      await work;
    }
    const { problems, entries } = await check(region, world, history);
    const log = await readFile(region.ledger.logFile, 'utf8');
    const fromSnapshot = log.match(/"begunAt":[1-9]/g)?.length ?? 0;
    return {
      rounds,
      kills,
      acknowledged: history.filter(({ kind }) => kind !== 'unanswered').length,
      entries,
      fromSnapshot,
      problems,
    };
  } finally {
    await region.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

type World = {
  dossier: Id;
  place: Id;
  mother: Participant;
  readers: Map<string, Joined>;
  waiting: Map<string, Received[]>;
  /** Everyone the mother may say yes to. */
  partners: readonly string[];
  granted: Set<string>;
};

async function makeWorld(region: LocalRegion): Promise<World> {
  const { dossier, mother, place } = await oneAdult(region, 'org-a');
  const readers = new Map<string, Joined>();
  for (const reader of READERS) readers.set(reader, await region.joinGuest(reader));
  const waiting = new Map<string, Received[]>(READERS.map((reader) => [reader, []]));
  const partners = [...READERS, ...region.partners.keys()];
  return { dossier, place, mother, readers, waiting, partners, granted: new Set() };
}

/** Something that may meet a crash: what was refused for a reason of the rule is fine, a lost answer is retried by nobody. */
async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    // a program that was killed in the middle of an answer
    const cut = error instanceof TypeError && /fetch failed|terminated/.test(error.message);
    if (!cut && (!(error instanceof EenmaalError) || !EXPECTED.has(error.code))) throw error;
    await sleep(20);
    return undefined;
  }
}
const EXPECTED = new Set([
  'ledger-unreachable',
  'no-basis',
  'stale-epoch',
  'not-readable',
  'unknown-dossier',
  'channel-unknown',
  'statement-out-of-order',
  'wrap-set-wrong',
  'unknown-compartment',
]);

async function familyWorks(
  { mother, dossier, place, partners, granted }: World,
  history: Acknowledged[],
  below: (n: number) => number,
  over: () => boolean,
): Promise<void> {
  while (!over()) {
    const reader = partners[below(partners.length)] as string;
    const invoked = performance.now();
    const choice = below(5);
    if (choice < 3) {
      const sent = await attempt(() => mother.send(tale(dossier, place, `bericht ${invoked}`)));
      if (sent) history.push({ kind: 'message', id: sent.envelope, invoked, ok: performance.now() });
    } else {
      const kind = granted.has(reader) ? 'withdraw' : 'grant';
      const acts = {
        grant: () => mother.grant(dossier, [place], terms(reader, Date.now())),
        withdraw: () => mother.withdraw(dossier, [place], reader),
      };
      const done = await attempt(acts[kind]);
      const ok = performance.now();
      if (done) history.push({ kind, id: String(done[0]?.index), reader, invoked, ok });
      else if (kind === 'grant') history.push({ kind: 'unanswered', id: reader, reader, invoked, ok });
      if (done && kind === 'grant') granted.add(reader);
      else granted.delete(reader);
    }
    await attempt(() => mother.sync());
  }
}

async function readerWorks(
  world: World,
  reader: string,
  history: Acknowledged[],
  below: (n: number) => number,
  over: () => boolean,
): Promise<void> {
  const { participant } = world.readers.get(reader) as Joined;
  const waiting = world.waiting.get(reader) as Received[];
  while (!over()) {
    await attempt(() => participant.sync());
    await attempt(async () => waiting.push(...(await participant.receive(world.dossier))));
    const message = waiting[below(Math.max(1, waiting.length))];
    if (!message) {
      await sleep(10);
      continue;
    }
    const invoked = performance.now();
    const content = await attempt(() => participant.open(message, 'support'));
    if (content) history.push({ kind: 'opening', id: message.header.id, reader, invoked, ok: performance.now() });
  }
}

/** An organisation's program, used through its API as the organisation's own software would. */
async function programWorks(
  region: LocalRegion,
  id: string,
  { dossier }: World,
  history: Acknowledged[],
  over: () => boolean,
): Promise<void> {
  const api = partnerApi(region.partners.get(id) as NonNullable<ReturnType<typeof region.partners.get>>);
  while (!over()) {
    const [item] = (await attempt(() => api.items(dossier, 'waiting'))) ?? [];
    if (!item) {
      await sleep(20);
      continue;
    }
    const invoked = performance.now();
    const content = await attempt(() => api.open(item.id, 'support'));
    if (content) history.push({ kind: 'opening', id: item.id, reader: id, invoked, ok: performance.now() });
  }
}

async function killAndRestart(region: LocalRegion, victim: string, pause: number): Promise<void> {
  if (victim === 'nats') {
    region.nats.kill('SIGKILL');
    await region.nats.exited;
    await sleep(pause);
    await region.nats.restart();
    return;
  }
  const service = victim === 'ledger' ? region.ledger : [...region.partners.values()][0]?.service;
  if (!service) return;
  service.kill('SIGKILL');
  await service.exited;
  await sleep(pause);
  await service.restart();
}

/** Looks for everything acknowledged, replays every decision, and holds openings against withdrawals in real time. */
async function check(
  region: LocalRegion,
  { dossier }: World,
  history: readonly Acknowledged[],
): Promise<{ problems: string[]; entries: number }> {
  const officer = await region.joinOfficer('fg');
  await untilAnswered(() => officer.participant.sync());
  const signed = await officer.participant.checkpoints.advance();
  const { differences } = await replay(officer.transport, signed, region.region, officer.participant.mirror.state.law);
  const problems = differences.map(({ index, what }) => `entry ${index}: ${what}`);
  const logged = { message: new Map<string, number>(), opening: new Map<string, number>() };
  const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (let from = 0; from < signed.size; ) {
    const { answer } = await officer.transport.call({ op: 'log', from });
    for (const entry of answer.entries) {
      if (!('event' in entry)) continue;
      const parsed = parseJson(Event, entry.event);
      if (parsed.kind === 'message') add(logged.message, JSON.parse(parsed.header).id);
      if (parsed.kind === 'opening') add(logged.opening, `${parsed.reader}/${parsed.envelope}`);
    }
    from += answer.entries.length;
  }
  for (const [key, count] of [...logged.message, ...logged.opening])
    if (count > 1) problems.push(`${key} is ${count} times in the log`);
  for (const { kind, id, reader } of history) {
    if (kind === 'message' && !logged.message.has(id)) problems.push(`acknowledged message ${id} is lost`);
    if (kind === 'opening' && !logged.opening.has(`partner/${reader}/${id}`))
      problems.push(`acknowledged opening ${id} is lost`);
    if ((kind === 'grant' || kind === 'withdraw') && Number(id) >= signed.size)
      problems.push(`acknowledged ${kind} ${id} is lost`);
  }
  problems.push(...(await lostFiles(region, dossier, history)), ...latePassages(history));
  return { problems, entries: signed.size };
}

/** What an organisation's program answered with is noted as opened in its index afterwards. */
async function lostFiles(region: LocalRegion, dossier: Id, history: readonly Acknowledged[]): Promise<string[]> {
  const problems: string[] = [];
  for (const [id, running] of region.partners) {
    const api = partnerApi(running);
    await untilAnswered(() => api.items(dossier));
    // as many as one answer holds; the content itself is asked of the ledger again, which may refuse it by now
    const opened = new Set((await api.items(dossier, 'opened')).map((item) => item.id));
    if (opened.size >= 200) continue;
    for (const opening of history.filter(({ kind, reader }) => kind === 'opening' && reader === id))
      if (!opened.has(opening.id)) problems.push(`${id} lost ${opening.id}`);
  }
  return problems;
}

/** C1: no opening asked for after a withdrawal had been acknowledged, unless a grant was under way, given or tried since. */
function latePassages(history: readonly Acknowledged[]): string[] {
  const problems: string[] = [];
  for (const opening of history.filter(({ kind }) => kind === 'opening')) {
    const fences = history.filter(
      ({ kind, reader, ok }) => kind === 'withdraw' && reader === opening.reader && ok < opening.invoked,
    );
    const fence = fences.at(-1);
    const again = history.some(
      ({ kind, reader, ok }) =>
        (kind === 'grant' || kind === 'unanswered') && reader === opening.reader && fence && ok > fence.invoked,
    );
    if (fence && !again) problems.push(`${opening.reader} opened ${opening.id} after a withdrawal was acknowledged`);
  }
  return problems;
}

async function untilAnswered(act: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await act();
      return;
    } catch (error) {
      if (tries > 50) throw error;
      await sleep(100);
    }
  }
}
