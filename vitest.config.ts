/** Which tests run: every `x.test.ts` in the workspace. `x.long.test.ts` only in `npm run test:long` (mode "long"). */
import { configDefaults, defineConfig } from 'vitest/config';

/** Rooms without clock, files or network have nothing that one test file could leave behind for the next. */
const PURE = 'packages/{model,consent,crypto,envelope,ledger}/src/**/*.test.ts';

export default defineConfig(({ mode }) => {
  const long = mode === 'long';
  const exclude = [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts'])];
  const others = ['{packages,services}/*/{src,web}/**/*.test.{ts,tsx}', 'infra/local/*.test.ts', 'test/**/*.test.ts'];
  return {
    test: {
      // Property tests read this to choose how many cases they try.
      env: { EENMAAL_LONG: long ? '1' : '' },
      // Most of a test's time is waiting for disks, servers and browsers: two files at a time, also on a small machine.
      maxWorkers: 2,
      testTimeout: long ? 600_000 : 20_000,
      projects: [
        { extends: true, test: { name: 'pure', include: [PURE], exclude, isolate: false } },
        { extends: true, test: { name: 'whole', include: others, exclude: [...exclude, PURE] } },
      ],
    },
  };
});
