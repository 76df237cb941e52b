/** Which tests run: every `x.test.ts` in the workspace. `x.long.test.ts` only in `npm run test:long` (mode "long"). */
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => {
  const long = mode === 'long';
  return {
    test: {
      include: ['{packages,services}/*/{src,web}/**/*.test.{ts,tsx}', 'infra/local/*.test.ts', 'test/**/*.test.ts'],
      exclude: [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts'])],
      // Property tests read this to choose how many cases they try.
      env: { EENMAAL_LONG: long ? '1' : '' },
      // Most of a test's time is waiting for disks, servers and browsers: two files at a time, also on a small machine.
      maxWorkers: 2,
      testTimeout: long ? 600_000 : 20_000,
    },
  };
});
