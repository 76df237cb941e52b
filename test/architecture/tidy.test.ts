/**
 * House rules that compiler and linter cannot check. Each is a function that answers what is wrong, first tried on
 * something wrong.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isTest, readFiles, readRooms, readText, root, type SourceFile } from './sources.ts';

const MAX_LINES = 400;
const PURE = /^packages\/(model|consent|crypto|envelope|ledger)\//;
const ROLES = 'packages/consent/law/roles.yaml';
const PARTNERS = 'infra/partners';

/** Clock and randomness are parameters in rings 0-2, so that the whole chain can run again under one seed. */
function impure({ path, text }: SourceFile): string[] {
  const code = text.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const found = code.match(/\bMath\s*\.\s*random\b|\bDate\s*\.\s*now\b|\bnew Date\b(?!\s*\(\s*[^)\s])/g) ?? [];
  return found.map((name) => `${path}: ${name}`);
}

/** A skip says why, with `context.skip('reason')`; the other forms cannot. */
function silentSkips({ path, text }: SourceFile): string[] {
  const found = text.match(/\b(it|test|describe|suite)(\.\w+)*\.(only|skip|skipIf|runIf|todo)\b|\.skip\(\s*\)/g) ?? [];
  return found.map((call) => `${path}: ${call}`);
}

function tooLong({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1;
  return lines > MAX_LINES ? [`${path}: ${lines} lines`] : [];
}

/** A page into which two versions were merged, and nobody looked. */
const halfMerged = ({ path, text }: SourceFile): string[] => (/^(<{7}|>{7}) /m.test(text) ? [path] : []);

/** Whole words only, so that an organisation called "raad" does not forbid "raadpleeg". */
function mentions(names: string[]): (file: SourceFile) => string[] {
  const escaped = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const wanted = new RegExp(`(?<![\\p{L}\\p{N}_-])(${escaped.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
  return ({ path, text }) => [...text.matchAll(wanted)].map(([name]) => `${path}: ${name}`);
}

/** File paths in a page: targets of links, and what stands between back quotes in a table and looks like a path. */
function pathsIn(markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)];
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
  const quoted = rows.flatMap((row) => [...row.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)]);
  return [...links, ...quoted].map((match) => match[1] as string);
}

/** Names, and ids where code would compare with them; but an id may be a task in the chain, and tasks are the law's words. */
const organisationNames = (files: SourceFile[], tasks: readonly string[]): string[] =>
  files.flatMap(({ path, text }) => {
    const { id, name } = parse(text) as Record<string, unknown>;
    if (typeof id !== 'string' || typeof name !== 'string') throw new Error(`${path} has no id or no name`);
    return tasks.includes(id) ? [name] : [`'${id}'`, name];
  });

describe('the rules themselves', () => {
  const file = (text: string) => ({ path: 'x.ts', text });

  it('finds clocks and randomness', () => {
    expect(impure(file('a(Math.random(), Date.now(), new Date(), new Date)'))).toHaveLength(4);
    expect(impure(file('// Date.now() would be wrong here\nnew Date(at)'))).toEqual([]);
  });

  it('finds skips without a reason', () => {
    const calls = [
      "it.only('x')",
      "describe.skip('x')",
      "it.concurrent.skip('x')",
      'test.skipIf(true)',
      'context.skip()',
    ];
    expect(calls.flatMap((call) => silentSkips(file(call)))).toHaveLength(calls.length);
    expect(silentSkips(file("context.skip('needs Docker'); permit.only()"))).toEqual([]);
  });

  it('finds long files', () => {
    expect(tooLong(file('\n'.repeat(MAX_LINES + 1)))).toHaveLength(1);
    expect(tooLong(file('\n'.repeat(MAX_LINES)))).toEqual([]);
  });

  it('finds what was merged by half', () => {
    expect(halfMerged(file('a\n<<<<<<< HEAD\nb'))).toEqual(['x.ts']);
    expect(halfMerged(file('a <<<<<<< b'))).toEqual([]);
  });

  it('finds organisations by their whole names', () => {
    const find = mentions(['wijkteam-oost', 'Team (Oost)']);
    expect(find(file("if (id === 'wijkteam-oost')"))).toHaveLength(1);
    expect(find(file('welcome to team (oost)!'))).toHaveLength(1);
    expect(find(file('wijkteam-oosterhout'))).toEqual([]);
    expect(organisationNames([file('id: a\nname: B\n')], [])).toEqual(["'a'", 'B']);
    expect(organisationNames([file('id: a\nname: B\n')], ['a'])).toEqual(['B']);
    expect(() => organisationNames([file('name: B')], [])).toThrow('no id');
  });

  it('finds paths in a page', () => {
    const page = '[rule](packages/a.ts#top) [web](https://x.example)\n| where | `src/b.ts` and `word` |\n`c/d.ts`';
    expect(pathsIn(page)).toEqual(['packages/a.ts', 'src/b.ts']);
  });
});

describe('the workspace', () => {
  const rooms = readRooms();
  const files = rooms.flatMap((room) => room.files);
  const sources = files.filter(({ path }) => !isTest(path));

  it('has files to look at', () => expect(sources.length).toBeGreaterThan(10));

  it('takes clock and randomness as parameters in rings 0 to 2', () => {
    const pure = sources.filter(({ path }) => PURE.test(path));
    expect(pure).not.toEqual([]);
    expect(pure.flatMap(impure)).toEqual([]);
  });

  it('skips no test without a reason', () => {
    // This file holds the forbidden forms, as examples.
    const tests = files.filter(({ path }) => isTest(path) && !path.endsWith('architecture/tidy.test.ts'));
    expect(tests.flatMap(silentSkips)).toEqual([]);
  });

  it('has no file over 400 lines', () => expect(files.flatMap(tooLong)).toEqual([]));

  it('has nothing that was merged by half', () => {
    const all = readFiles('.', 'md,yaml,yml,ts,js,py');
    expect(all.length).toBeGreaterThan(files.length);
    expect(all.flatMap(halfMerged)).toEqual([]);
  });

  it('names no organisation in packages and services', (context) => {
    const present = existsSync(join(root, PARTNERS)) ? readdirSync(join(root, PARTNERS)) : [];
    if (present.length === 0) context.skip(`${PARTNERS} has no files yet`);
    const partners = readFiles(PARTNERS, 'yaml,yml');
    expect(partners).not.toEqual([]);
    const { roles } = parse(readText(ROLES) ?? '') as { roles: Record<string, unknown> };
    const tasks = Object.keys(roles);
    expect(tasks).toContain('gi');
    const searched = ['packages', 'services'].flatMap((dir) => readFiles(dir, 'ts,tsx,json,yaml,yml,html,css'));
    expect(searched.filter(({ path }) => !isTest(path)).flatMap(mentions(organisationNames(partners, tasks)))).toEqual(
      [],
    );
  });

  it('leads the reader to files that exist', (context) => {
    const page = readText('README.md');
    if (page === undefined) return context.skip('README.md is not written yet');
    const paths = pathsIn(page);
    expect(paths.length).toBeGreaterThanOrEqual(4);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(rooms.filter(({ dir }) => /^(packages|services)\//.test(dir)).map(({ dir }) => dir))(
    'has a page in %s whose first line names the file that matters',
    (dir) => {
      const first = readText(`${dir}/README.md`)?.split('\n', 1)[0] ?? '';
      const named = /[`(]([\w./-]+\.\w+)[`)]/.exec(first)?.[1];
      expect(named, `first line of ${dir}/README.md`).toBeDefined();
      expect(existsSync(join(root, dir, named as string)), `${dir}/${named}`).toBe(true);
    },
  );
});
