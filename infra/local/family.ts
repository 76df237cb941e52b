/** `npm run family -- --as <who> <command>`: the family's command line, as one of the story's people. */
import { join } from 'node:path';
import { runAs, STATE } from './as.ts';

const args = process.argv.slice(2);
const at = args.indexOf('--as');
const who = at < 0 ? 'moeder' : (args[at + 1] ?? 'moeder');
const rest = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
if (/^[a-z0-9-]+$/.test(who))
  await runAs('services/family/src/main.ts', `people/${who}`, rest, {
    EENMAAL_NKEY_SEED_FILE: join(STATE, 'keys/families.nkey'),
  });
else {
  process.stderr.write('--as: alleen a-z, 0-9 en -\n--as: a-z, 0-9 and - only\n');
  process.exitCode = 1;
}
