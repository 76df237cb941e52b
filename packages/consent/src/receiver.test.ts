/** What a receiver is shown of a disclosure is enough to come to the ledger's own answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { history, PARTIES, replay } from './test-histories.ts';
import { DOSSIER, seenBy } from './test-region.ts';
import { sightOf } from './visible.ts';

describe('what was disclosed', () => {
  it('is judged by its receiver, from what it is shown, as the ledger judges it', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...PARTIES), (region, party) => {
        const { state, now } = region;
        const { items } = sightOf(state, party, DOSSIER, now);
        if (items.size === 0) return;
        const shown = new Set(seenBy(region, party));
        const registry = ({ input }: (typeof region.entries)[number]) =>
          input.kind === 'statement' && (input.statement.kind === 'region' || input.statement.kind === 'partner');
        const own = replay(region.entries.filter((entry) => shown.has(entry) || registry(entry)));
        for (const message of items) {
          const compartment = state.messages.get(message)?.compartment ?? '';
          const question = { party, compartment, message };
          const { outcome, code } = decide(own, question, now);
          const wanted = decide(state, question, now);
          expect([party, outcome, code]).toEqual([party, wanted.outcome, wanted.code]);
        }
      }),
      { numRuns: process.env.EENMAAL_LONG ? 2000 : 150 },
    );
  });
});
