/** The cast of a scenario being played: which party, person, message or statement each name has become. */
import type { Id, OrganisationId, PartyId } from '@eenmaal/model';
import { officer, organisationOf, partner, person, STEWARD, seat as seatOf } from '@eenmaal/model';
import type { World } from './world.ts';

export class Cast {
  readonly #ids = new Map<string, Id>();
  readonly #parties = new Map<string, PartyId>([
    ['steward', STEWARD],
    ['officer', officer('fg')],
  ]);
  /** Statements by the name of the step that made them; a seat's by the seat's name. */
  readonly #statements = new Map<string, Id>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  addPerson(name: string): Id {
    const id = this.#newId(name);
    this.#parties.set(name, person(id));
    return id;
  }

  addPartner(name: string): OrganisationId {
    const id = organisationId(name);
    this.#parties.set(name, partner(id));
    return id;
  }

  addSeat(name: string, of: string): PartyId {
    const seat = seatOf(this.organisation(of), this.#newId(name));
    this.#parties.set(name, seat);
    return seat;
  }

  addThing(name: string, id: Id = this.#newId(name)): Id {
    this.#ids.set(name, id);
    return id;
  }

  addStatement(name: string | undefined, id: Id): void {
    if (name !== undefined) this.#statements.set(name, id);
  }

  party(name: string): PartyId {
    const found = this.#parties.get(name);
    if (found === undefined) throw new Error(`${name} is no party`);
    return found;
  }

  organisation(name: string): OrganisationId {
    return organisationOf(this.party(name)) ?? '';
  }

  /** A person's, compartment's, message's or order's id. A step that was refused made none: then an id of nothing. */
  id(name: string): Id {
    return this.#ids.get(name) ?? this.#statements.get(name) ?? this.addThing(name);
  }

  ids(names: readonly string[]): Id[] {
    return names.map((name) => this.id(name));
  }

  statement(name: string): Id {
    return this.#statements.get(name) ?? this.id(name);
  }

  /** Every id and party this name stands for: what a notice may be about. */
  meanings(name: string): string[] {
    return [this.#ids.get(name), this.#statements.get(name), this.#parties.get(name)].filter(
      (one) => one !== undefined,
    );
  }

  /** The name of a party, person or thing, for a failure. */
  nameOf(meant: string): string {
    for (const map of [this.#parties, this.#ids, this.#statements])
      for (const [name, value] of map) if (value === meant) return name;
    return meant;
  }

  #newId(name: string): Id {
    const id = this.#world.newId(name);
    this.#ids.set(name, id);
    return id;
  }
}

/** An organisation's id from its name in the file: `LT` is `org-lt`. */
export const organisationId = (name: string): OrganisationId => `org-${name.toLowerCase()}`;
