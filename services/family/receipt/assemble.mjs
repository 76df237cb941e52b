/**
 * Puts the parts in this folder together as `receipt.html`: one file without imports, so that it can be kept, mailed and
 * opened from a disk. `node services/family/receipt/assemble.mjs` writes it (or another file that is named); a test fails when it was forgotten.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('receipt.html', import.meta.url);
/** In the order in which they need each other. `CORE` runs without a browser; tests take it out of the page and run it. */
const CORE = ['hash', 'ed25519', 'text', 'tree', 'notes', 'policy', 'event', 'receipt'];
const REST = ['texts-nl', 'texts-en', 'page'];

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Modules as one classic script: what they import from each other is in the same script, or the one before. */
function script(names) {
  const texts = names.map((name) => {
    const text = read(`${name}.js`).replaceAll(/^import [^;]+;\n/gm, '');
    return `\n// ---- ${name}.js\n${text.replaceAll(/^export /gm, '')}`;
  });
  return `\n'use strict';\n${texts.join('')}`;
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function assemble() {
  const parts = { core: script(CORE), page: script(REST), style: `\n${read('style.css')}` };
  const hashes = {
    'script-hashes': `${hashOf(parts.core)} ${hashOf(parts.page)}`,
    'style-hash': hashOf(parts.style),
  };
  const values = { ...parts, ...hashes };
  return read('page.html').replaceAll(
    /\/\* \{\{([a-z]+)\}\} \*\/|\{\{([a-z-]+)\}\}/g,
    (_, part, hash) => values[part ?? hash],
  );
}

writeFileSync(process.argv[2] ?? PAGE, assemble());
