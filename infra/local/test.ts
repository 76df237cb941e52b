/**
 * `npm test`: the static checks, then every test of the workspace, against a real nats-server. Says what ran on which
 * server, names every skipped test with its reason, and ends with one line of counts. `npm test -- packages/broker`
 * runs only the tests of that folder; `npm run test:long` adds the long suites.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findNatsServer } from '@eenmaal/broker';
import { startVitest, type TestCase, type Vitest } from 'vitest/node';
import { runChecks } from './check.ts';

const root = resolve(import.meta.dirname, '../..');

/** Reasons that may stand in CI too. Any other skip there is a failure, so that nothing stops running unnoticed. */
const EXPECTED_IN_CI = [/^needs Docker/];

interface Outcome {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string | undefined }[];
}

const { values, positionals } = parseArgs({ options: { long: { type: 'boolean' } }, allowPositionals: true });
const server = await findNatsServer();
process.env.NATS_SERVER = server.path; // so that no test file searches again
console.log(`Node ${process.versions.node}; nats-server ${server.version} (${server.how})`);

const checksPass = positionals.length > 0 || (await runChecks());
const vitest = await startVitest(
  positionals,
  { root, run: true, allowOnly: false },
  values.long ? { mode: 'long' } : {},
);
await vitest.close();
const outcome = readOutcome(vitest);
const sound = reportSkipped(outcome.skipped) && outcome.failed === 0 && outcome.passed > 0;
if (!checksPass) console.log('The static checks above FAILED.');
if (outcome.passed === 0) console.log('No test passed: that counts as a failure.');
console.log(`tests: ${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped.length} skipped`);
process.exitCode = sound && checksPass ? 0 : 1;

/** Counts every way to fail: a test, a file that does not load, an error outside any test. */
function readOutcome({ state }: Vitest): Outcome {
  const modules = state.getTestModules();
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const of = (wanted: string) => tests.filter((test) => test.result().state === wanted);
  const brokenFiles = modules.filter((module) => module.errors().length > 0);
  const pending = of('pending'); // never started, for example because a hook failed
  return {
    passed: of('passed').length,
    failed: of('failed').length + pending.length + brokenFiles.length + state.getUnhandledErrors().length,
    skipped: of('skipped').map((test) => ({
      name: `${test.module.relativeModuleId}: ${test.fullName}`,
      reason: reasonOf(test),
    })),
  };
}

/** What the test said with `context.skip('...')`. */
function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}

/** Prints the skipped tests; false when one has no reason, or one that does not hold in CI. */
function reportSkipped(skipped: Outcome['skipped']): boolean {
  const inCi = Boolean(process.env.CI);
  const bad = skipped.filter(({ reason }) => !reason || (inCi && !EXPECTED_IN_CI.some((known) => known.test(reason))));
  for (const test of skipped) {
    const verdict = !bad.includes(test)
      ? ''
      : inCi && test.reason
        ? ' (FAILS in CI)'
        : ' (FAILS: a skip needs a reason)';
    console.log(`skipped: ${test.name}: ${test.reason ?? 'no reason given'}${verdict}`);
  }
  return bad.length === 0;
}
