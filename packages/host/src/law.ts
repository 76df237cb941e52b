/** Reads the law (packages/consent/law) from disk; a program that finds a bad file there does not start. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Law, parseLaw } from '@eenmaal/consent';

/** The folder of the package that interprets it. */
const folder = (): string => dirname(createRequire(import.meta.url).resolve('@eenmaal/consent/law/catalogue.yaml'));

/**
 * Every file in the folder counts, so that one with a wrong name is not silently left out.
 * @throws `law-invalid`: `<file>:<line>: <path>: <what>`
 */
export async function readLaw(dir: string = folder()): Promise<Law> {
  const names = await readdir(dir);
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return parseLaw(Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])));
}
