/** For tests only: a family, and one message in an organisation's own file that might be shared. */
import type { Id, PartyId, ReasonCode } from '@eenmaal/model';
import { decide, type Question } from './decide.ts';
import {
  ALL_ANSWERS,
  endorse,
  file,
  id,
  MOTHER,
  makeFamily,
  START,
  seat,
  seatAt,
  TEAM,
  TestRegion,
  weighing,
  YEAR,
} from './test-region.ts';

/** A weighing that leaves nothing out. */
export const WEIGHED = { weighing: weighing(...ALL_ANSWERS) };
type Shown = Parameters<TestRegion['discloses']>[3];

/** A family and an organisation with something to do for it, a seat there, and one note in its file about these persons. */
export class Noted extends TestRegion {
  note: Id = '';
  place: Id = '';
  readonly giver: PartyId;

  constructor(giver: PartyId, ...about: string[]) {
    super();
    Object.assign(this, makeFamily());
    this.giver = giver;
    if (giver !== TEAM) this.grant(MOTHER, id('about-child8'), giver);
    this.place = this.must(giver, file(giver, ...about)) && (file(giver, ...about).compartment as Id);
    this.note = this.message(giver, this.place);
  }

  shows(to: PartyId, rule: string, more: Shown = {}): Id {
    return this.must(this.giver, this.discloses(to, rule, [this.note], { ...WEIGHED, ...more }));
  }
  asks(party: PartyId, more: Partial<Question> = {}, now = this.now) {
    return decide(this.state, { party, compartment: this.place, message: this.note, ...more }, now);
  }
  code(party: PartyId, more: Partial<Question> = {}, now = this.now): ReasonCode {
    return this.asks(party, more, now).code;
  }
  endorsed(act: Id): Id {
    const colleague = seatAt(this.giver, 'colleague');
    if (!this.state.parties.has(colleague)) this.must(this.giver, seat(colleague, { until: START + 9 * YEAR }));
    return this.must(colleague, endorse(act));
  }
}
