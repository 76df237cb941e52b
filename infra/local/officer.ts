/** `npm run officer -- verify | replay | evidence`: the privacy officer's command line. */
import { runAs, runProgram } from './as.ts';

const PROGRAM = 'services/audit/src/main.ts';
const args = process.argv.slice(2);
// whoever judges evidence with the log's key needs no region
if (args.includes('evidence') && args.includes('--vkey')) runProgram(PROGRAM, args);
else await runAs(PROGRAM, 'officer-fg', args, { EENMAAL_OFFICER_ID: 'fg' });
