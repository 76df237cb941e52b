/**
 * How everything here is measured: all cases of a group run in every round, in turning order, because neighbours slow a
 * machine in bursts and only what ran at the same time can be compared. A figure is the median over the rounds; a ratio
 * is taken inside each round, and then the median of those.
 */
import { randomFillSync } from 'node:crypto';

export const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

export type Case = {
  name: string;
  /** How many times `run` does the thing. */
  times: number;
  /** Not timed, before every round. */
  before?(): unknown;
  run(): unknown;
};

/** Microseconds for doing the thing once, by case, one figure a round. */
export type Rounds = ReadonlyMap<string, readonly number[]>;
/** By the clock on the wall, and by the processor time of this process with its helper threads, which neighbours disturb less. */
export type Raced = { wall: Rounds; cpu: Rounds };

/** One ratio that matters. `goal`: the least it should be, where one was set. `cpu`: the same by processor time. */
export type Claim = { what: string; value: Spread; cpu?: Spread; goal?: number };
export type Spread = { low: number; middle: number; high: number };

/** What a group found: a table, the ratios that matter, and what one must know to read them. */
export type Group = { title: string; header: string[]; rows: string[][]; claims: Claim[]; notes: string[] };
export type Settings = { quick: boolean };

/** Runs every case a few times to warm up, then `rounds` times in turning order. */
export async function race(cases: readonly Case[], rounds: number, warmUp = 3): Promise<Raced> {
  const empty = () => new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  const figures = { wall: empty(), cpu: empty() };
  for (let round = -warmUp; round < rounds; round++) {
    const turn = Math.max(round, 0) % cases.length;
    for (const one of [...cases.slice(turn), ...cases.slice(0, turn)]) {
      await one.before?.();
      const began = performance.now();
      const used = process.cpuUsage();
      await one.run();
      const { user, system } = process.cpuUsage(used);
      const took = (performance.now() - began) * 1000;
      if (round < 0) continue;
      figures.wall.get(one.name)?.push(took / one.times);
      figures.cpu.get(one.name)?.push((user + system) / one.times);
    }
  }
  return figures;
}

/** Does the same thing `times` times, one after another. */
export const repeat =
  (times: number, act: () => unknown): (() => Promise<void>) =>
  async () => {
    for (let i = 0; i < times; i++) await act();
  };

/** Keeps `width` of `times` acts in flight. */
export async function inFlight(times: number, width: number, act: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < times) await act(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, times) }, lane));
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Median, and the quarters on either side of it. */
export const spread = (values: readonly number[]): Spread => ({
  low: quantile(values, 0.25),
  middle: quantile(values, 0.5),
  high: quantile(values, 0.75),
});

/** How many times as fast as `peer` this case is, round by round. */
export function ratio(rounds: Rounds, ours: string, peer: string): Spread {
  const theirs = rounds.get(peer) ?? [];
  return spread((rounds.get(ours) ?? []).map((value, round) => (theirs[round] ?? Number.NaN) / value));
}

/** `ratio` by both clocks, as a claim. */
export const compare = (what: string, { wall, cpu }: Raced, ours: string, peer: string, goal?: number): Claim => ({
  what,
  value: ratio(wall, ours, peer),
  cpu: ratio(cpu, ours, peer),
  ...(goal !== undefined && { goal }),
});

/** Three digits are all that ever repeats. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(value < 10 ? 2 : 3)));
}

export const perSecond = (micros: readonly number[] | undefined): string => short(1e6 / spread(micros ?? []).middle);
export const ranged = ({ low, middle, high }: Spread): string => `${short(middle)} (${short(low)}-${short(high)})`;

/**
 * Judged by processor time where there is one, because neighbours do not change that much. Met or missed only when the
 * middle half of the rounds says so with one voice.
 */
export function verdict({ value, cpu, goal }: Claim): string {
  if (goal === undefined) return '-';
  const { low, high } = cpu ?? value;
  if (low >= goal) return 'met';
  return high < goal ? 'missed' : 'on the line';
}

/** A Markdown table; readable in a terminal too. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
