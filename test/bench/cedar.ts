/**
 * The same questions put to Cedar, a general policy engine: its policy parsed once, and of the entities only those one
 * question needs, made beforehand. So what is measured is its decision, not our preparing it.
 */
import {
  type EntityJson,
  preparsePolicySet,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { State } from '@eenmaal/consent';
import { type Instant, nameOf } from '@eenmaal/model';
import type { Question } from './decide.ts';

/** Both parents of a child under twelve said yes, for this purpose and at this moment; nothing else is asked of it. */
const POLICY = `permit (principal, action == Action::"read", resource)
when {
  resource.mother.partners.contains(principal) && resource.father.partners.contains(principal) &&
  resource.mother.purposes.contains(context.purpose) && resource.father.purposes.contains(context.purpose) &&
  resource.mother.from <= context.now && context.now < resource.mother.until &&
  resource.father.from <= context.now && context.now < resource.father.until
};`;
const SET = 'consent';

/** The calls that ask Cedar what these questions ask the rule. @throws when the policy is none */
export function cedarCalls(state: State, questions: readonly Question[], now: Instant): StatefulAuthorizationCall[] {
  const parsed = preparsePolicySet(SET, { staticPolicies: POLICY });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  return questions.map(({ party, compartment: id, purpose }) => {
    const compartment = state.compartments.get(id);
    const principal = { type: 'Partner', id: nameOf(party) };
    const said = (by: number) => {
      const grants = compartment?.says[by]?.grants ?? [];
      return {
        partners: grants.map(({ partner }) => ({ __entity: { type: 'Partner', id: partner } })),
        purposes: grants.flatMap(({ purposes }) => purposes),
        ...{ from: grants[0]?.from ?? 0, until: grants[0]?.until ?? 0 },
      };
    };
    const resource = { type: 'Compartment', id };
    const entities: EntityJson[] = [
      { uid: resource, attrs: { mother: said(0), father: said(1) }, parents: [] },
      { uid: principal, attrs: {}, parents: [] },
    ];
    const action = { type: 'Action', id: 'read' };
    return { principal, resource, action, context: { purpose, now }, preparsedPolicySetId: SET, entities };
  });
}

export function cedarPermits(call: StatefulAuthorizationCall): boolean {
  const answer = statefulIsAuthorized(call);
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === 'allow';
}
