/**
 * `npm start`: starts the whole region on this machine, tells one family's story through it, and leaves it up with a table
 * of addresses. `--once` stops after the story; `--lang en` narrates in English (the story itself is Dutch).
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readIfThere, writeFileSafely } from '@eenmaal/host';
import { EenmaalError } from '@eenmaal/model';
import { root, STATE } from './as.ts';
import { play } from './play.ts';
import { type LocalRegion, startRegion } from './region.ts';
import { bold, dim, heading, paragraph, print, table } from './screen.ts';
import { readStory } from './story.ts';

/** @throws `malformed` for an option there is not */
function readArguments() {
  try {
    return parseArgs({ options: { once: { type: 'boolean' }, lang: { type: 'string', default: 'nl' } } }).values;
  } catch (cause) {
    throw new EenmaalError('malformed', `${(cause as Error).message}; npm start takes --once and --lang en`, { cause });
  }
}

async function main(): Promise<void> {
  const { once, lang } = readArguments();
  const language = lang === 'en' ? 'en' : 'nl';
  const say = (nl: string, en: string) => (language === 'nl' ? nl : en);
  const story = readStory(await readFile(join(import.meta.dirname, 'story.yaml'), 'utf8'));
  const dir = once ? await mkdtemp(join(tmpdir(), 'eenmaal-')) : await freshState();
  const folder = join(root, 'infra/partners');
  const partnerFiles = (await readdir(folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));

  print(bold(say('Eenmaal: een gezin vertelt zijn verhaal één keer', 'Eenmaal: a family tells its story once')));
  const began = performance.now();
  const moved: string[] = [];
  const onPortMoved = (id: string, wanted: number, taken: number) => moved.push(`${id}: ${wanted} -> ${taken}`);
  const officers = ['fg'];
  // one witness for each officer; where there is one officer, another that has nothing to do with who runs the ledger
  const witnesses = officers.length > 1 ? officers : [...officers, 'gemeente-getuige'];
  const region = await startRegion({ dir, name: story.region, partnerFiles, officers, witnesses, onPortMoved });
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await region.stop();
    if (once) await rm(dir, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void stop().then(() => process.exit(130)));
  process.once('SIGTERM', () => void stop().then(() => process.exit(143)));
  try {
    const { version, how } = region.natsServer;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const who = [...region.partners.values()].map(({ name }) => name).join(', ');
    paragraph(
      dim(
        say(
          `nats-server ${version} (${how}), het logboek en ${region.partners.size} organisaties draaien na ${seconds} s: ${who}.`,
          `nats-server ${version} (${how}), the ledger and ${region.partners.size} organisations are up after ${seconds} s: ${who}.`,
        ),
      ),
    );
    if (moved.length > 0)
      paragraph(
        dim(say(`Poort bezet, andere genomen: ${moved.join(', ')}.`, `Port taken, another used: ${moved.join(', ')}.`)),
      );
    await play(region, story, language);
  } catch (error) {
    await stop();
    throw error;
  }
  if (once) {
    await stop();
    return;
  }
  await writeFileSafely(join(dir, 'running.json'), JSON.stringify({ pid: process.pid, url: region.nats.url }));
  addresses(region, say);
  // a program that ends says so, and where it said why: nobody should look for it in what they were trying
  const programs = [...region.partners].map(([id, { service }]) => [id, service] as const);
  for (const [name, { exited, logFile }] of [['ledger', region.ledger] as const, ...programs])
    void exited.then(() => {
      const ended = say(`Gestopt: ${name}. Lees waarom in ${logFile}`, `Ended: ${name}. Read why in ${logFile}`);
      if (!stopping) print(ended);
    });
  await new Promise(() => {}); // until Ctrl-C
}

function addresses(region: LocalRegion, say: (nl: string, en: string) => string): void {
  heading(say('Alles draait. Probeer:', 'Everything is up. Try:'));
  table([
    ['', say('adres', 'address'), say('sleutel van de API', 'API token')],
    ...[...region.partners.values()].map(({ id, name, url }) => [
      name,
      `${url}/openapi.json`,
      join(region.dir, 'partners', id, 'api.token'),
    ]),
    ['NATS', region.nats.url, region.nats.monitorUrl],
  ]);
  print(`
  npm run family -- --as moeder wie            ${dim(say('wie las wat, en wanneer', 'who read what, and when'))}
  npm run family -- --as moeder stop raad      ${dim(say('trek toestemming in', 'withdraw consent'))}
  npm run officer -- replay                    ${dim(say('beoordeel het hele logboek opnieuw', 'decide the whole log again'))}

  ${say('Stoppen: Ctrl-C', 'Stop: Ctrl-C')}`);
}

/** Empties what an earlier start left, unless that one is still running. */
async function freshState(): Promise<string> {
  const running = await readIfThere(join(STATE, 'running.json'));
  const pid = running === undefined ? undefined : (JSON.parse(running) as { pid: number }).pid;
  if (pid !== undefined && isAlive(pid))
    throw new EenmaalError(
      'ledger-already-served',
      `npm start is running already, process ${pid}; stop it, or use --once`,
    );
  await rm(STATE, { recursive: true, force: true });
  return STATE;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof EenmaalError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
