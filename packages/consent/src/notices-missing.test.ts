/** Notices and clocks of a log of which parts are missing: whoever holds only some of its entries still gets a list. */
import { officer, STEWARD, type StatementInput } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { fold } from './fold.ts';
import { clocksFor, noticesFor } from './notices.ts';
import { emptyState } from './state.ts';
import { LAW } from './test-law.ts';
import {
  ALL_ANSWERS,
  answer,
  ask,
  CHILD14,
  CLINIC,
  consult,
  custodyOf,
  DOSSIER,
  death,
  dispute,
  endorse,
  erase,
  FATHER,
  FOSTER,
  file,
  foster,
  GI,
  inform,
  MOTHER,
  makeFamily,
  member,
  objection,
  order,
  RET,
  request,
  secrecy,
  succession,
  supersede,
  TEAM,
  VT,
  weigh,
  weighing,
  YEAR,
} from './test-region.ts';
import { agree, days, K8, M, takeSeat } from './test-told.ts';

const NOTE = file(TEAM, 'child8');
const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };

/** Something of every kind that somebody is told of, or that a term hangs on. */
function everything() {
  const region = makeFamily();
  const say = (by: string, input: StatementInput) => {
    region.now += 1000;
    return region.must(by, input);
  };
  for (const to of [CLINIC, RET]) agree(region, [MOTHER, FATHER], K8, to);
  agree(region, [MOTHER], M, CLINIC);
  const told = region.message(MOTHER, K8);
  region.deliver(told, CLINIC);
  for (const who of [FATHER, MOTHER]) say(who, dispute(told));
  say(TEAM, NOTE);
  const [note = '', newer = ''] = [1, 2].map(() => region.message(TEAM, NOTE.compartment ?? ''));
  say(TEAM, order('child8', GI));
  say(TEAM, order('child8', GI, { until: region.now + YEAR }));
  const asked = say(GI, ask(TEAM, 'L06', ['child8']));
  const colleague = takeSeat(region, 'colleague');
  const report = say(TEAM, region.discloses(VT, 'L08', [note], { ...WEIGHED, emergency: true, inform: 'later' }));
  say(TEAM, region.discloses(GI, 'L06', [note], { ...WEIGHED, ask: asked }));
  say(colleague, endorse(report));
  for (const known of [false, true]) say(TEAM, inform(report, known));
  for (const act of [report, region.state.parties.get(colleague)?.seat?.statement ?? '']) {
    say(MOTHER, objection(act));
    say(TEAM, weigh(act, true));
  }
  say(TEAM, answer(say(MOTHER, request(TEAM, 'child8'))));
  const erasing = say(MOTHER, request(TEAM, 'child8', { right: 'erasure' }));
  say(FATHER, request(TEAM, 'child8', { right: 'erasure' }));
  say(TEAM, supersede(note, newer));
  say(TEAM, erase([note], { request: erasing }));
  const question = say(CLINIC, consult(RET, region.state.parties.get(RET)?.sealingKid ?? ''));
  say(RET, consult(CLINIC, region.state.parties.get(CLINIC)?.sealingKid ?? '', { answers: question }));
  for (const kind of ['withdraw', 'refuse'] as const) region.say(kind, FATHER, K8, CLINIC);
  say(TEAM, member('aunt'));
  say(TEAM, foster('child8', 'aunt', FOSTER));
  say(TEAM, { ...custodyOf('child8', []), guardian: 'gi' });
  say(MOTHER, secrecy('mother'));
  say(TEAM, death('father'));
  say(STEWARD, succession(CLINIC));
  return { region, colleague };
}

it('is made without each entry in turn, for everybody', () => {
  const { region, colleague } = everything();
  const { entries } = region;
  const now = region.now + days(60);
  for (const [left] of entries.entries()) {
    const state = emptyState(LAW);
    for (const { input, index, at } of entries) if (index !== left) fold(state, input, index, at);
    // each time one of the family, one organisation, and one that is in no dossier
    const turn = <T>(all: readonly T[]): T => all[left % all.length] as T;
    for (const party of [turn([MOTHER, CHILD14]), turn([TEAM, colleague, CLINIC, GI, VT])])
      for (const heard of [noticesFor(state, party, DOSSIER, now), clocksFor(state, officer('guard'), DOSSIER, now)])
        expect(heard).not.toContain(undefined);
    for (const party of [CLINIC, RET, STEWARD])
      for (const list of [noticesFor, clocksFor]) expect(list(state, party, null, now)).not.toContain(undefined);
  }
});
