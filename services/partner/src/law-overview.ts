/** What happened and what runs under the law in one dossier, as far as we may see it, with the sentences of the law files. */
import type { Participant } from '@eenmaal/client';
import { EenmaalError, type Id, type Statement, type StatementKind, type StatementOf } from '@eenmaal/model';

/** The acts of a dossier that somebody here may have to do something with, oldest first. @throws `unknown-dossier` */
export function actsOf({ mirror }: Participant, dossier: Id) {
  const { state } = mirror;
  const known = state.dossiers.get(dossier);
  if (!known) throw new EenmaalError('unknown-dossier');
  const said = <K extends StatementKind>(kind: K): StatementOf<K>[] =>
    known.acts.flatMap((act) => {
      const statement: Statement | undefined = act.kind === kind ? mirror.statementOf(act.id) : undefined;
      return statement?.kind === kind ? [statement as StatementOf<K>] : [];
    });
  return {
    asks: said('ask').map(({ id, by, to, rule, about, purpose }) => ({ act: id, by, to, rule, about, purpose })),
    disclosures: said('disclose').flatMap(({ id, inform }) => {
      const given = state.disclosures.get(id);
      if (!given) return [];
      const { at, by, to, rule, purpose, items, ask, emergency, endorsement, objection, ended, told } = given;
      return {
        ...{ act: id, at, by, to, rule, purpose, items: [...items], ask, emergency, inform },
        ...{ endorsed: endorsement !== null, objected: objection !== null, ended, told },
      };
    }),
    requests: said('request').map(({ id, by, right, about, items }) => ({
      ...{ act: id, by, right, about, items },
      answered: state.requests.get(id)?.answered ?? false,
    })),
    seats: known.seats.flatMap((party) => {
      const { seat } = state.parties.get(party) ?? {};
      if (!seat) return [];
      const { role, for: standsInFor, from, until, statement, objection } = seat;
      return { act: statement, seat: party, role, for: standsInFor, from, until, objected: objection !== null };
    }),
    orders: [...known.orders.values()].map(({ statement, ...order }) => ({ act: statement, ...order })),
  };
}

/** What this organisation is told of a dossier (null: of consults), and which terms run, with sentences. @throws `unknown-dossier`, ... */
export async function noticesOf(participant: Participant, dossier: Id | null) {
  const { notices, clocks } = await participant.notices(dossier);
  const { law } = participant.mirror.state;
  return {
    notices: notices.map((notice) => ({ ...notice, text: law.notices.get(notice.code)?.professional ?? null })),
    clocks: clocks.map((clock) => ({ ...clock, text: law.clocks.get(clock.id)?.sentence ?? null })),
  };
}
