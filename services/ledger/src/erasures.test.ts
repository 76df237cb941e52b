/** Whether somebody decided that this goes: each thing an erasure says, said otherwise, is refused. */
import type { State } from '@eenmaal/consent';
import type { Event, EventOf } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { type Covering, mustBeDecided } from './erasures.ts';

const message = { index: 7, envelope: 'm', compartment: 'c', sender: 'person/p', seq: 1 } as const;
const one: EventOf<'erasure'> = {
  ...{ kind: 'erasure', at: 1, dossier: 'd', statement: 's', ground: 'ERAS', decidedBy: null, message },
};
const whole: EventOf<'dossier-erasure'> = {
  ...{ kind: 'dossier-erasure', at: 1, dossier: 'd', statement: 's', ground: 'KEEP', decidedBy: 'org-a' },
  ...{ holders: [], entries: [7], sequences: [] },
};
const state = {
  messages: new Map([['m', message]]),
  compartments: new Map([
    ['c', { dossier: 'd' }],
    ['e', { dossier: 'd' }],
  ]),
  erasures: new Map([['s', ['m']]]),
  erasingDossiers: new Map([['d', 's']]),
  erasedDossiers: new Map(),
} as unknown as State;
const none = new Map<number, Covering>();
const of = (change: Partial<typeof message> | { index: number }) => ({ ...one, message: { ...message, ...change } });
const refusal = { code: 'ledger-damaged', detail: 'an erasure that nobody decided' };

describe('an erasure', () => {
  it.each<[string, Event]>([
    ['of a message', one],
    ['of a dossier', whole],
  ])('that was decided is taken: %s', (_, event) => {
    expect(() => mustBeDecided(state, event, none)).not.toThrow();
  });

  it.each<[string, Event]>([
    ['a statement that is not there', { ...one, statement: 't' }],
    ['another entry', of({ index: 8 })],
    ['another compartment', of({ compartment: 'e' } as never)],
    ['another sender', of({ sender: 'person/q' } as never)],
    ['another dossier', { ...one, dossier: 'f' }],
    ['a message that is not there', of({ envelope: 'n' } as never)],
    ['another statement about a dossier', { ...whole, statement: 't' }],
    ['a dossier nobody closed', { ...whole, dossier: 'f' }],
  ])('is refused that names %s', (_, event) => {
    expect(() => mustBeDecided(state, event, none)).toThrow(expect.objectContaining(refusal));
  });

  it('goes on over several entries of one dossier, and only under the first one’s statement', () => {
    const erasedDossiers = new Map([['d', { statement: 's' }]]);
    const begun = { ...state, erasingDossiers: new Map(), erasedDossiers } as unknown as State;
    expect(() => mustBeDecided(begun, whole, none)).not.toThrow();
    expect(() => mustBeDecided(begun, { ...whole, statement: 't' }, none)).toThrow(expect.objectContaining(refusal));
  });

  it('of a message nothing is known of is taken only where its dossier went as a whole since', () => {
    const forgotten = { ...state, messages: new Map(), erasures: new Map() } as unknown as State;
    const covered = (by: Covering['message']) => new Map([[7, { by: 9, dossier: 'd', message: by }]]);
    expect(() => mustBeDecided(forgotten, one, covered(null))).not.toThrow();
    for (const erased of [none, covered(message)])
      expect(() => mustBeDecided(forgotten, one, erased)).toThrow(expect.objectContaining(refusal));
  });
});
