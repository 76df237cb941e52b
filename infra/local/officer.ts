/** `npm run officer -- verify | replay`: the privacy officer's command line. */
import { runAs } from './as.ts';

await runAs('services/audit/src/main.ts', 'officer-fg', process.argv.slice(2), { EENMAAL_OFFICER_ID: 'fg' });
