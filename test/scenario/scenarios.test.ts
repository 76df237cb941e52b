/** Every scenario holds by the pure rule; together they reach every reason code; each wrong one fails as it says. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readLaw } from '@eenmaal/host';
import { ReasonCode } from '@eenmaal/model';
import { jsonSchema, verbs } from '@eenmaal/scenario';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesIn, run, SCENARIOS, WRONG } from './files.ts';

const law = await readLaw();
const files = await filesIn(SCENARIOS);
const wrong = await filesIn(WRONG);
const textOf = (path: string): string => readFileSync(path, 'utf8');
/** The cases of section 6 of the domain page. */
const LISTED = 'S01 S03 S04 S05 S06 S08 S10 S11 S12 S14 S15 S17 S19 S20 S22 S23 S24 S26 S27 S30 S33 S37'.split(' ');

describe('scenarios, by the pure rule', () => {
  it.each(files.map((path) => [basename(path), path]))('%s', async (_, path) => {
    expect((await run(path, law)).lines).toEqual([]);
  });

  it('hold every listed case', () => {
    const cases = new Set(files.map((path) => parse(textOf(path)).case));
    expect(LISTED.filter((id) => !cases.has(id))).toEqual([]);
  });

  it('reach every reason code and use every verb', () => {
    const all = files.map(textOf).join('\n');
    expect(ReasonCode.options.filter((code) => !all.includes(code))).toEqual([]);
    expect(verbs.filter((verb) => !new RegExp(`- ${verb}:`).test(all))).toEqual([]);
  });
});

describe('scenarios that are wrong on purpose', () => {
  it('are at least 25', () => expect(wrong.length).toBeGreaterThanOrEqual(25));

  it.each(wrong.map((path) => [basename(path), path]))('%s fails as it says', async (_, path) => {
    const reason = /^fails: (.*)$/m.exec(textOf(path))?.[1];
    const { lines } = await run(path, law);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(parse(reason ?? ''));
    expect(lines[0], 'file and line').toMatch(/scenarios-wrong\/[a-z0-9-]+\.yaml:\d+: /);
  });
});

it('publishes the JSON Schema of the format as it is (npm run scenario -- --schema)', () => {
  const published = new URL('../../packages/scenario/scenario.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(JSON.parse(JSON.stringify(jsonSchema())));
});
