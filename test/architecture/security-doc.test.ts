/** SECURITY.md names a test for each of its claims: those must exist. And nothing that runs may reach an unsafe switch. */
import { describe, expect, it } from 'vitest';
import { isTest, readFiles, readText, type SourceFile } from './sources.ts';

const PAGE = 'SECURITY.md';
const HEAD = /^\| threat \| control \| default \| test \|$/;

/** Rows of the table of threats, cell by cell. */
function threatRows(page: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => HEAD.test(line)) + 2;
  if (start < 2) return [];
  const end = lines.findIndex((line, i) => i >= start && !line.startsWith('|'));
  return lines.slice(start, end < 0 ? undefined : end).map((line) => line.slice(1, -1).split(' | '));
}

type Named = { path: string; title: string };
/** Every `x.test.ts` "title" in a text. */
const testsIn = (text: string): Named[] =>
  [...text.matchAll(/`([^`\s]+\.test\.ts)`\s"([^"]+)"/g)].map(([, path = '', title = '']) => ({ path, title }));

/** What is wrong with a row: an empty cell, no test and no "not tested", or a path that is not followed by its title. */
function wrongRow(cells: string[]): string[] {
  const [threat = ''] = cells;
  const test = cells.at(-1)?.trim() ?? '';
  if (cells.length !== 4 || cells.some((cell) => cell.trim() === '')) return [`${threat}: not four filled cells`];
  const paths = test.match(/\.test\.ts/g)?.length ?? 0;
  if (paths !== testsIn(test).length) return [`${threat}: a path without its title`];
  return paths > 0 || test === 'not tested' ? [] : [`${threat}: names no test and does not say "not tested"`];
}

/** A title counts where it stands as a whole string, not somewhere inside another. */
function missing({ path, title }: Named, read: (path: string) => string | undefined): string[] {
  const text = read(path);
  if (text === undefined) return [`${path} is gone`];
  return ["'", '"', '`'].some((quote) => text.includes(quote + title + quote)) ? [] : [`${path}: "${title}" is gone`];
}

const UNSAFE = /(?<![\w-])(unsafe\w*|releaseCheck|epochCheck|freshnessCheck|trustSnapshot)\b/g;
/** Where the switches are declared and read; tests and the tests' kit set them. */
const KNOWN = [
  'services/ledger/src/beginning.ts',
  'services/ledger/src/messages.ts',
  'services/ledger/src/service.ts',
  'services/ledger/src/index.ts',
  'packages/client/src/participant.ts',
  'packages/client/src/transport.ts',
];
const mentions = ({ path, text }: SourceFile): string[] =>
  [...text.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '').matchAll(UNSAFE)].map(([name]) => `${path}: ${name}`);
/** A switch that is given a value: `releaseCheck: true`, `unsafe: {`, `unsafeSkipRotation = ...`, but not a type. */
const settings = ({ path, text }: SourceFile): string[] =>
  [
    ...text.matchAll(
      /\b(releaseCheck|epochCheck|freshnessCheck|trustSnapshot|unsafe\w*)\s*[:=]\s*(true|process|settings|values|\{\s*\w)/g,
    ),
  ].map(([name]) => `${path}: ${name}`);

describe('the rules themselves', () => {
  const page = [
    'before',
    '| threat | control | default | test |',
    '|---|---|---|---|',
    '| a | b | c | `x.test.ts` "one"; `y.test.ts` "two" (three is not tested) |',
    '| d | e | f | not tested |',
    '',
    '| another | table |',
  ].join('\n');

  it('reads the table and the tests in it', () => {
    expect(threatRows(page).map(([threat]) => threat?.trim())).toEqual(['a', 'd']);
    expect(testsIn(page)).toEqual([
      { path: 'x.test.ts', title: 'one' },
      { path: 'y.test.ts', title: 'two' },
    ]);
    expect(threatRows(page).flatMap(wrongRow)).toEqual([]);
    expect(threatRows('no table')).toEqual([]);
  });

  it('finds rows that prove nothing', () => {
    for (const last of ['', 'surely', '`x.test.ts`', '`x.test.ts` "one"; `y.test.ts`', 'tested by hand'])
      expect(wrongRow(['a', 'b', 'c', last]), last).toHaveLength(1);
    expect(wrongRow(['a', 'b', 'not tested'])).toHaveLength(1);
  });

  it('finds tests that are gone', () => {
    const read = (path: string) => (path === 'x.test.ts' ? "it('one thing', () => {});" : undefined);
    expect(missing({ path: 'x.test.ts', title: 'one thing' }, read)).toEqual([]);
    expect(missing({ path: 'x.test.ts', title: 'one' }, read)).toHaveLength(1);
    expect(missing({ path: 'y.test.ts', title: 'one thing' }, read)).toEqual(['y.test.ts is gone']);
  });

  it('finds a program that opens a gate', () => {
    const file = (text: string) => ({ path: 'x.ts', text });
    expect(mentions(file('start({ unsafe })'))).toHaveLength(1);
    expect(mentions(file("throw new EenmaalError('server-unsafe')\n  // unsafe"))).toEqual([]);
    expect(settings(file('start({ unsafe: { releaseCheck: true } })'))).toHaveLength(1);
    expect(settings(file('unsafe?: { releaseCheck?: boolean }; const { unsafe = {} } = options;'))).toEqual([]);
  });
});

describe('SECURITY.md', () => {
  const page = readText(PAGE) ?? '';
  const rows = threatRows(page);

  it('has a table of at least 25 threats, each with a test or the words "not tested"', () => {
    expect(rows.length).toBeGreaterThanOrEqual(25);
    expect(rows.flatMap(wrongRow)).toEqual([]);
  });

  it('names only tests that exist', () => {
    const named = testsIn(page);
    expect(named.length).toBeGreaterThan(rows.length);
    expect(named.flatMap((test) => missing(test, readText))).toEqual([]);
  });

  it('names for the broken builds the tests that notice them', () => {
    const [, rest = ''] = page.split('## 3. ');
    expect(testsIn(rest.split('\n## ')[0] ?? '').length).toBeGreaterThanOrEqual(5);
  });

  it('leads to pages that exist', () => {
    const targets = [...page.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => readText(target) === undefined)).toEqual([]);
  });

  it('keeps its lines within 120 characters, but for tables', () => {
    expect(page.split('\n').filter((line) => line.length > 120 && !line.startsWith('|'))).toEqual([]);
  });
});

describe('the switches of the broken builds', () => {
  const sources = ['packages', 'services', 'infra'].flatMap((dir) => readFiles(dir, 'ts,tsx,mjs'));
  const shipped = sources.filter(({ path }) => !isTest(path) && !path.startsWith('packages/testkit/'));

  it('no program and no setting reaches an unsafe switch', () => {
    expect(shipped.length).toBeGreaterThan(50);
    const known = shipped.filter(({ path }) => KNOWN.includes(path));
    expect(known.map(({ path }) => path).sort()).toEqual([...KNOWN].sort());
    // one file has a helper of that name, for the refusal 'server-unsafe'
    const others = shipped.filter(({ path }) => !KNOWN.includes(path) && path !== 'packages/broker/src/streams.ts');
    expect(others.flatMap(mentions)).toEqual([]);
    expect(known.flatMap(settings)).toEqual([]);
    expect(known.filter(({ text }) => /process\.env|readSettings/.test(text))).toEqual([]);
  });
});
