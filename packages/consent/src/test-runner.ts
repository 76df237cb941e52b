/**
 * A test runner for Stryker that keeps everything in one process: the rules, the law and the tests are loaded once, and for
 * each changed rule only the tests that reach it run again, milliseconds each. Starting vitest every time takes hours.
 * Tests say `describe`, `it` and `beforeAll` to this file instead of to vitest; `expect` stays vitest's own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';

type Before = { prepare: () => unknown; once: boolean };
type Test = { id: string; file: string; run: () => unknown; before: Before[] };
type Coverage = Record<string, Record<string, number>>;
/** What Stryker's changed code reads and writes. */
type Instrumented = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Coverage } | undefined;
};
type MutantRun = {
  activeMutant: { id: string };
  testFilter?: string[];
  hitLimit?: number;
  sandboxFileName: string;
  mutantActivation: 'static' | 'runtime';
};

const instrumented: Instrumented = {};
Object.assign(globalThis, { __stryker__: instrumented });

/** Where the tests that are being loaded say what they are. */
let collected: Test[] = [];
let path: string[] = [];
let before: Before[] = [];
let file = '';

function describe(name: string, body: () => void): void {
  const outer = { path, before };
  path = [...path, name];
  before = [...before];
  // what a description sets up is code of tests, not of a module that is loaded: it makes no change a static one
  const { mutantCoverage = { static: {}, perTest: {} } } = instrumented;
  const loaded = mutantCoverage.static;
  mutantCoverage.static = {};
  try {
    body();
  } finally {
    // also when a change makes it fail: what it prepares must not come before the tests of the next load
    mutantCoverage.static = loaded;
    ({ path, before } = outer);
  }
}
function it(name: string, run: () => unknown): void {
  const full = [file, ...path, name].join(' > ');
  const same = collected.filter(({ id }) => id.startsWith(full)).length;
  // the list itself, for `beforeAll` and `beforeEach` may stand below
  collected.push({ id: same === 0 ? full : `${full} (${same})`, file, run, before });
}
it.each = (cases: readonly unknown[]) => (name: string, run: (...values: unknown[]) => unknown) => {
  for (const values of cases) it(name, () => (Array.isArray(values) ? run(...values) : run(values)));
};
const beforeAll = (prepare: () => unknown): void => void before.push({ prepare, once: true });
const beforeEach = (prepare: () => unknown): void => void before.push({ prepare, once: false });

Object.assign(globalThis, { mutationShim: { describe, it, beforeAll, beforeEach, expect } });
const SHIM = 'export const { describe, it, beforeAll, beforeEach, expect } = globalThis.mutationShim;';
const SHIM_URL = new URL('mutation-shim.mjs', import.meta.url).href;
/** Every load has its number, so that code that runs while a module is loaded runs anew. */
let loads = 0;
/** Where the changed copy is; known when the first load begins. */
let source = '';

registerHooks({
  resolve(specifier, context, next) {
    if (source === '') return next(specifier, context);
    const from = context.parentURL ?? '';
    if (specifier === 'vitest' && from.startsWith(source)) return { url: SHIM_URL, shortCircuit: true };
    const found = next(specifier, context);
    return found.url.startsWith(source) ? { ...found, url: `${found.url.split('?')[0]}?load=${loads}` } : found;
  },
  load(url, context, next) {
    if (url === SHIM_URL) return { format: 'module', source: SHIM, shortCircuit: true };
    if (source === '' || !url.startsWith(source)) return next(url, context);
    return { format: 'module', source: javascriptOf(url.split('?')[0] as string), shortCircuit: true };
  },
});

/** Taking the types out takes longer than the tests do: once for each file is enough. */
const stripped = new Map<string, string>();
function javascriptOf(url: string): string {
  const known = stripped.get(url) ?? stripTypeScriptTypes(readFileSync(new URL(url), 'utf8'));
  stripped.set(url, known);
  return known;
}

/** What a file of this room loads, itself included. */
function loadedBy(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, other] of readFileSync(`src/${name}`, 'utf8').matchAll(/from '\.\/([^']+)'/g))
    loadedBy(other as string, found);
  return found;
}

/** Loads the tests of this room but those on generated histories; with `changed`, those that load that file. */
async function loadTests(changed?: string): Promise<Test[]> {
  loads += 1;
  source = pathToFileURL(resolve('src')).href;
  collected = [];
  const names = readdirSync('src').filter((name) => /\.test\.ts$/.test(name) && !/properties\.|\.long\./.test(name));
  for (const name of names.toSorted()) {
    if (changed && !loadedBy(name).has(changed)) continue;
    file = name;
    await import(`${source}/${name}?load=${loads}`);
  }
  return collected;
}

async function runTest({ id, run, before }: Test, done: Set<unknown>): Promise<string | null> {
  instrumented.currentTestId = id;
  try {
    for (const step of before) {
      if (!(step.once && done.has(step))) await step.prepare();
      done.add(step);
    }
    await run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    instrumented.currentTestId = undefined;
  }
}

class OneProcess {
  #tests: Test[] = [];

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    instrumented.mutantCoverage = { static: {}, perTest: {} };
    this.#tests = await loadTests();
    const tests = [];
    const done = new Set();
    for (const test of this.#tests) {
      const began = performance.now();
      const failureMessage = await runTest(test, done);
      const timeSpentMs = performance.now() - began;
      const named = { id: test.id, name: test.id, fileName: `src/${test.file}`, timeSpentMs };
      tests.push(failureMessage === null ? { ...named, status: 0 } : { ...named, status: 1, failureMessage });
    }
    return { status: 'complete', tests, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, sandboxFileName, mutantActivation }: MutantRun) {
    Object.assign(instrumented, { mutantCoverage: undefined, hitCount: 0, hitLimit });
    const isStatic = mutantActivation === 'static';
    instrumented.activeMutant = isStatic ? activeMutant.id : undefined;
    if (isStatic || this.#tests.length === 0) {
      try {
        this.#tests = await loadTests(isStatic ? basename(sandboxFileName) : undefined);
      } catch (error) {
        this.#tests = [];
        return { status: 'killed', killedBy: ['loading'], failureMessage: String(error), nrOfTests: 0 };
      }
    }
    instrumented.activeMutant = activeMutant.id;
    const wanted = testFilter && new Set(testFilter);
    // the tests of the file itself first: they find most
    const own = basename(sandboxFileName, '.ts').split('-')[0] ?? '';
    const tests = this.#tests
      .filter(({ id }) => wanted?.has(id) ?? true)
      .toSorted((a, b) => Number(b.file.startsWith(own)) - Number(a.file.startsWith(own)));
    const done = new Set();
    let nrOfTests = 0;
    for (const test of tests) {
      nrOfTests += 1;
      const failureMessage = await runTest(test, done);
      if ((instrumented.hitCount ?? 0) > (hitLimit ?? Number.POSITIVE_INFINITY))
        return this.#end(isStatic, { status: 'timeout' });
      if (failureMessage !== null)
        return this.#end(isStatic, { status: 'killed', killedBy: [test.id], failureMessage, nrOfTests });
    }
    return this.#end(isStatic, { status: 'survived', nrOfTests });
  }

  /** What was loaded with a change in it is not used again. */
  #end<T>(isStatic: boolean, result: T): T {
    instrumented.activeMutant = undefined;
    if (isStatic) this.#tests = [];
    return result;
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'one-process', injectableClass: OneProcess }];
