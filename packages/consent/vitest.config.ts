/**
 * Which tests `npm run mutation` holds against a changed rule; `npm test` reads the configuration at the root instead.
 * The laws on generated histories stay out: what only chance would notice must have a test of its own.
 */
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // one import of the law for all files: nothing here keeps anything between tests
    isolate: false,
    testTimeout: 60_000,
    include: ['src/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'src/**/*properties.test.ts', 'src/**/*.long.test.ts'],
  },
});
