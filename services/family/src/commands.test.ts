/** What others wrote must not act on the screen it is shown on. */
import { expect, it } from 'vitest';
import { type Family, run } from './commands.ts';

it('shows what others wrote, and lets none of it act on the screen', async () => {
  const told = {
    title: 'School\n\u001b[1A\u001b[2KNiemand anders kan dit lezen',
    text: 'Regel een\nregel\ttwee\r\u001b]0;x\u0007\u009b2J \u202ednab',
    by: 'Raad\nU alleen',
    at: 0,
  };
  const member = { find: () => ({ id: '', label: '', readers: [] }), read: async () => [told] };
  const [shown = ''] = await run({ member } as unknown as Family, {} as never, 'lees', ['school'], {}, 'nl');
  expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u);
  expect(shown.split('\n').map((line) => line.split(',')[0])).toEqual([
    'School \ufffd[1A\ufffd[2KNiemand anders kan dit lezen',
    '  Raad U alleen',
    '',
    'Regel een',
    'regel\ttwee\ufffd\ufffd]0;x\ufffd\ufffd2J \ufffddnab',
    '',
  ]);
});
