/** Reads the workspace as the architecture tests see it: rooms, what they declare, their files and what those import. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the top of the repository, for example "packages/model/src/ids.ts". */
  path: string;
  text: string;
}

export interface Room {
  /** For example "packages/model". */
  dir: string;
  /** For example "@eenmaal/model". */
  name: string;
  /** What its package.json lists under `dependencies`. */
  dependencies: string[];
  files: SourceFile[];
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

/** All rooms of the workspace; the folders are those pnpm-workspace.yaml names. */
export function readRooms(): Room[] {
  const members = ['packages', 'services'].flatMap((group) =>
    readdirSync(join(root, group)).map((dir) => `${group}/${dir}`),
  );
  return [...members, 'infra/local', 'test'].flatMap((dir) => {
    const manifest = readText(`${dir}/package.json`);
    if (manifest === undefined) return [];
    const { name, dependencies = {} } = JSON.parse(manifest) as { name: string; dependencies?: Record<string, string> };
    return [{ dir, name, dependencies: Object.keys(dependencies), files: readFiles(dir, 'ts,tsx,mjs') }];
  });
}

/** Every file under a folder that ends in one of these (of a glob's braces), except what is installed or built. */
export function readFiles(dir: string, endings: string): SourceFile[] {
  const skipped = new Set(['node_modules', 'dist', 'reports', '.state']);
  return globSync(`**/*.{${endings}}`, { cwd: join(root, dir), exclude: (path) => skipped.has(basename(path)) }).map(
    (name) => ({ path: `${dir}/${name}`, text: readText(`${dir}/${name}`) ?? '' }),
  );
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

/** Every module a text imports, re-exports or loads. Types count too: they are knowledge of another room. */
export function importsOf(text: string): string[] {
  const statements = /(?:^|;)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;
  const calls = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(statements), ...text.matchAll(calls)].map((match) => match[1] as string);
}

/** The package of an import: "@eenmaal/model" of "@eenmaal/model/x", "node:fs" of itself, none of "./x.ts". */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
