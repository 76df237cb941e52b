import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePartnerFile, readPartnerFile } from './partner-file.ts';

const GOOD = `# an invented organisation
id: org-a
name: Organisation A
task: Wij doen iets.
taskEn: We do something.
attests: false
roles: [school]
purposes: [support, safety]
port: 4901
professional: { name: Sam Voorbeeld, role: adviser, register: SKJ 000-demo }
`;
const change = (from: string, to: string) => GOOD.replace(from, to);

describe('an organisation file', () => {
  it('is read', () => {
    expect(parsePartnerFile(GOOD, 'x.yaml')).toMatchObject({
      id: 'org-a',
      purposes: ['support', 'safety'],
      port: 4901,
    });
  });

  it.each([
    ['an unknown key', `${GOOD}colour: red\n`, 'line 11: colour: unrecognized_keys'],
    ['an unknown key inside', change('role: adviser', 'role: adviser, boss: x'), 'professional.boss'],
    ['a missing key', change('port: 4901\n', ''), 'port: invalid_type'],
    ['a wrong type', change('attests: false', 'attests: maybe'), 'line 6: attests: invalid_type'],
    ['an unknown purpose', change('safety', 'gossip'), 'line 8: purposes.1: invalid_value'],
    ['an id that cannot be one', change('org-a', 'Org A'), 'line 2: id: invalid_format'],
    ['a key twice', `${GOOD}port: 1\n`, 'line 11: DUPLICATE_KEY'],
    ['bad yaml', change('[support, safety]', '[support'), 'line 9'],
    ['no keys at all', 'hello', 'file: invalid_type'],
    ['nothing', '', 'file: invalid_type'],
    ['an alias', `${change('task: Wij', 'task: &a Wij')}x: *a\n`, 'aliases'],
  ])('is refused with %s, naming the place', (_, text, detail) => {
    expect(() => parsePartnerFile(text, 'x.yaml')).toThrow(
      expect.objectContaining({ code: 'partner-file-invalid', detail: expect.stringContaining(detail) }),
    );
  });

  it('never repeats a value in the message', () => {
    expect(() => parsePartnerFile(change('4901', 'canary-7c1'), 'x.yaml')).not.toThrow(/canary/);
  });

  it('is read from disk, or said to be missing', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'eenmaal-partner-'));
    await writeFile(join(dir, 'a.yaml'), GOOD);
    expect((await readPartnerFile(join(dir, 'a.yaml'))).id).toBe('org-a');
    await expect(readPartnerFile(join(dir, 'b.yaml'))).rejects.toThrow('partner-file-invalid');
    await rm(dir, { recursive: true });
  });
});
