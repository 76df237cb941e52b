/** The law for this room's own tests, read from disk. Only tests import it. */
import { readdirSync, readFileSync } from 'node:fs';
import { type Law, parseLaw } from './law.ts';

const FOLDER = new URL('../law/', import.meta.url);

/** The texts of the law files by name. */
export const LAW_TEXTS: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]),
);
export const LAW: Law = parseLaw(LAW_TEXTS);
