/**
 * `npm run scenario -- <file or folder> ... [--live]`: plays scenarios through the pure rule, or (--live) through a real
 * ledger service, participants and message server. `--schema` prints the JSON Schema instead.
 */
import { parseArgs } from 'node:util';
import { readLaw } from '@eenmaal/host';
import { jsonSchema } from '@eenmaal/scenario';
import { filesIn, run } from './files.ts';

const USAGE = `npm run scenario -- <file or folder> ... [--live]
  --live    through a real ledger service, participants and message server
  --schema  print the JSON Schema of a scenario file
How to write one: packages/scenario/WRITING.md`;

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { live: { type: 'boolean' }, schema: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.schema) {
    console.log(JSON.stringify(jsonSchema(), null, 2));
    return 0;
  }
  if (values.help || positionals.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const files = (await Promise.all(positionals.map(filesIn))).flat();
  const law = await readLaw();
  const began = performance.now();
  let failed = 0;
  let steps = 0;
  for (const [index, path] of files.entries()) {
    const since = performance.now();
    const result = await run(path, law, values.live);
    const took = `${(performance.now() - since).toFixed(0)} ms`;
    const fine = result.lines.length === 0;
    steps += result.steps;
    if (!fine) failed += 1;
    console.log(
      `${fine ? 'ok  ' : 'FAIL'} ${index + 1}/${files.length} ${result.file} (${result.steps} steps, ${took})`,
    );
    for (const line of result.lines) console.log(`     ${line}`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const world = values.live ? 'live' : 'pure rule';
  console.log(`scenarios: ${files.length - failed} hold, ${failed} fail; ${steps} steps; ${world}, ${seconds} s`);
  return failed === 0 ? 0 : 1;
}
