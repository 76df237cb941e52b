/** A bad scenario file: every mistake with its line and what to write instead, and nothing is run. */
import { readLaw } from '@eenmaal/host';
import { BadScenario, LIMITS, readScenario } from '@eenmaal/scenario';
import { describe, expect, it } from 'vitest';

const law = await readLaw();
const GOOD = `title: Een geval
because: AVG 7
people: { M: adult, K8: { born: 2018-03-02 } }
partners: { LT: { roles: local-team } }
custody: { K8: M }
compartments: { school: { about: K8, by: M } }
steps:
  - grant: { by: M, to: LT, in: school }
  - attempt: { by: LT, in: school }
    decision: permit P-CONSENT-ALL
`;
const problemsOf = (text: string): readonly string[] => {
  try {
    readScenario('case.yaml', text, law);
    return [];
  } catch (error) {
    if (error instanceof BadScenario) return error.problems;
    throw error;
  }
};

it('reads a good one, and knows where each step stands', () => {
  const { steps, people } = readScenario('case.yaml', GOOD, law);
  expect(steps.map(({ verb, line }) => `${verb} ${line}`)).toEqual(['grant 8', 'attempt 9']);
  expect(people).toEqual({ M: 'adult', K8: { born: '2018-03-02' } });
});

describe('a bad one', () => {
  it.each([
    ['title: Een geval\n', '', 'case.yaml:1: title: expected string, received undefined'],
    ['because: AVG 7', 'reden: AVG 7', 'because'],
    ['born: 2018-03-02', 'born: 02-03-2018', 'case.yaml:3: people.K8'],
    [
      '{ roles: local-team }',
      '{ role: local-team }',
      'case.yaml:4: partners.LT: The key "role" is not known here. Did you mean "roles"?',
    ],
    ['K8: M }', 'K9: M }', 'case.yaml:5: custody: The person "K9" is not known here. Did you mean "K8"?'],
    ['about: K8, by: M', 'about: M8, by: M', 'case.yaml:6: about: The person "M8" is not known here.'],
    [
      'to: LT, in: school',
      'to: M, in: school',
      'case.yaml:8: grant.to: The partner "M" is not known here. Write one of: LT',
    ],
    ['to: LT, in: school', 'to: LT, in: school, purpose: fun', 'expected one of: support, safety'],
    ['to: LT, in: school', 'to: LT, in: school, until: soon', 'case.yaml:8: "soon" is no moment'],
    [
      'to: LT, in: school',
      'to: LT, in: school, until: 2027-01-01, for: 1 year',
      'give either until or for, and not both',
    ],
    ['decision: permit P-CONSENT-ALL', 'decision: permit D-EXPIRED', 'case.yaml:10: decision: expected "permit P-..."'],
    ['decision: permit P-CONSENT-ALL', 'refused: no-basis', 'The key "refused" is not known here.'],
    [
      'in: school }\n    decision',
      'in: school, message: x }\n    decision',
      'give either in (a compartment) or message',
    ],
    ['  - grant: {', '  - grant: {}\n    refuse: {', 'step 1 has 2 verbs (grant, refuse). Make a step of each'],
    ['steps:', 'steps: []\nmore:', 'steps: a list of 1 to 300 steps is needed'],
    ['title: Een geval', 'title: [Een geval', 'no valid YAML'],
    ['title: Een geval', 'title: Een geval\ntitle: Nog een', 'case.yaml:2: no valid YAML: Map keys must be unique'],
    ['{ by: M, to: LT', '{ by: *M, to: LT', 'an alias (*name) is not allowed'],
  ])('%s -> %s', (from, to, what) => {
    const found = problemsOf(GOOD.replace(from, to));
    expect(found.join('\n')).toContain(what);
    for (const line of found) expect(line).toMatch(/^case\.yaml:\d+: /);
  });

  it('names every mistake at once, in the order of the file', () => {
    const found = problemsOf(GOOD.replace('to: LT, in: school', 'to: XX, in: YY').replace('by: LT', 'by: ZZ'));
    expect(found.map((line) => line.split(' ')[0])).toEqual(['case.yaml:8:', 'case.yaml:8:', 'case.yaml:9:']);
  });

  it('may not be large, nor empty', () => {
    expect(problemsOf(`# ${'x'.repeat(LIMITS.bytes)}\n${GOOD}`)[0]).toContain('larger than 262144 characters');
    expect(problemsOf('')[0]).toContain('no scenario. Write at least title');
    const steps = '  - clock: + 1 day\n'.repeat(LIMITS.steps + 1);
    expect(problemsOf(`${GOOD}${steps}`)[0]).toContain('a list of 1 to 300 steps is needed');
  });
});
