import { expect, it } from 'vitest';
import { LEDGER_ERRORS, LedgerError } from './errors.ts';

it('carries its code, a sentence and a detail', () => {
  const cause = new Error('below');
  const error = new LedgerError('ledger-gap', 'at 7', { cause });
  expect(error).toMatchObject({ name: 'LedgerError', code: 'ledger-gap', cause });
  expect(error.message).toBe(`ledger-gap: ${LEDGER_ERRORS['ledger-gap']} (at 7)`);
});

it('has one sentence for each code, and no sentence twice', () => {
  const sentences = Object.values(LEDGER_ERRORS);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
});
