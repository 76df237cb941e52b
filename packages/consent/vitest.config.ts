/** How `npm run mutation` runs this room's tests; `npm test` reads the configuration at the root instead. */
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['src/test-all.ts'], testTimeout: 60_000 } });
