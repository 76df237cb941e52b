/** The story holds together and fits the organisations there are; every wrong kind of story is refused by its place. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { deciders, lifeArea, readStory, type Story } from './story.ts';

const text = readFileSync(join(import.meta.dirname, 'story.yaml'), 'utf8');
const partners = readPartners(join(import.meta.dirname, '../partners'));

describe('the story', () => {
  const story = readStory(text);

  it('has the people, parts and moments the demonstration needs', () => {
    expect(story.fragments.length).toBeGreaterThanOrEqual(14);
    expect(new Set(story.compartments.map(lifeArea)).size).toBe(6);
    expect(new Set(story.fragments.map(({ by }) => by))).toEqual(new Set(['moeder', 'vader', 'kind14']));
    expect(story.fragments.flatMap(({ attachment }) => attachment?.bytes ?? [])).toEqual([20 * 1024 * 1024]);
    expect(deciders(story, 'kind14-school')).toEqual(['kind14', 'moeder', 'vader']);
    expect(deciders(story, 'kind8-school')).toEqual(['moeder', 'vader']);
    expect(deciders(story, 'moeder-geld')).toEqual(['moeder']);
  });

  it('is told at a length people read', () => {
    for (const { id, text } of story.fragments) expect.soft(words(text), id).toSatisfy(between(80, 250));
    for (const { title, text } of [...story.expertise, story.share])
      expect.soft(words(text), title).toSatisfy(between(100, 250));
  });

  it('grants only to organisations that exist, for a purpose they may ask for', () => {
    for (const { partner, purpose } of story.grants) expect(partners[partner]?.purposes, partner).toContain(purpose);
  });

  it('has the yes of everyone who must say yes, wherever somebody says yes', () => {
    for (const { partner, compartments } of story.grants) {
      for (const compartment of compartments) {
        const yes = story.grants.filter((each) => each.partner === partner && each.compartments.includes(compartment));
        const missing = deciders(story, compartment).filter((decider) => !yes.some(({ by }) => by === decider));
        expect(missing, `${partner}, ${compartment}`).toEqual([]);
      }
    }
  });
});

describe('a wrong story is refused, and the place is named', () => {
  /** What is changed in the good story, and the place the refusal must name. */
  const cases: Record<string, [place: string, change: (story: Story) => unknown]> = {
    'an unknown key': ['mood', (s) => Object.assign(s, { mood: 'x' })],
    'an unknown key in a fragment': ['fragments.0', (s) => Object.assign(s.fragments[0]!, { to: 'raad' })],
    'a missing key': ['withdraw', (s) => Reflect.deleteProperty(s, 'withdraw')],
    'a birth date that is none': ['family.0.born', (s) => Object.assign(s.family[0]!, { born: '1987-13-03' })],
    'an unknown purpose': ['grants.0.purpose', (s) => Object.assign(s.grants[0]!, { purpose: 'gossip' })],
    'a label without a life area': [
      'compartments.0.label',
      (s) => Object.assign(s.compartments[0]!, { label: 'Noor' }),
    ],
    'an attachment without bytes': [
      'attachment.bytes',
      (s) => Object.assign(s.fragments[0]!, { attachment: { name: 'leeg', type: 'image/bmp', bytes: 0 } }),
    ],
    'two persons with one slug': ['family.moeder', (s) => s.family.push({ ...s.family[0]! })],
    'two custodies over one child': ['custody.kind8', (s) => s.custody.push({ ...s.custody[0]! })],
    'two compartments with one slug': [
      'compartments.kind8-school',
      (s) => s.compartments.push({ ...compartment(s, 'kind8-school') }),
    ],
    'two fragments with one id': ['fragments.moe', (s) => s.fragments.push({ ...fragment(s, 'moe') })],
    'custody over nobody': ['custody.oma.child', (s) => s.custody.push({ child: 'oma', holders: ['moeder'] })],
    'custody over a parent': ['custody.vader.child', (s) => s.custody.push({ child: 'vader', holders: ['moeder'] })],
    'custody held by nobody we know': ['custody.kind8.holders', (s) => s.custody[0]!.holders.push('oma')],
    'custody held by a child': ['custody.kind8.holders', (s) => s.custody[0]!.holders.push('kind14')],
    'a child nobody has custody over': ['custody.kind14', (s) => s.custody.pop()],
    'a compartment about nobody we know': [
      'compartments.moeder-geld.subjects',
      (s) => compartment(s, 'moeder-geld').subjects.push('oma'),
    ],
    'a fragment in no compartment': ['fragments.moe.compartment', (s) => Object.assign(fragment(s, 'moe'), nowhere)],
    'a fragment by nobody we know': ['fragments.moe.by', (s) => Object.assign(fragment(s, 'moe'), { by: 'oma' })],
    'a fragment by the youngest': ['fragments.moe.by', (s) => Object.assign(fragment(s, 'moe'), { by: 'kind8' })],
    'a fragment about another adult': ['fragments.moe.by', (s) => Object.assign(fragment(s, 'moe'), { by: 'vader' })],
    'a grant of no compartment': ['grants.0.compartment', (s) => s.grants[0]!.compartments.push('nergens')],
    'a grant by nobody we know': ['grants.1.by', (s) => Object.assign(s.grants[1]!, { by: 'oma' })],
    'a grant over another adult': ['grants.1.by', (s) => s.grants[1]!.compartments.push('moeder-geld')],
    'a grant over a brother or sister': ['grants.2.by', (s) => s.grants[2]!.compartments.push('kind8-school')],
    'expertise in no compartment': ['expertise.0.compartment', (s) => Object.assign(s.expertise[0]!, nowhere)],
    'expertise by who may not read': [
      'expertise.1.compartment',
      (s) => Object.assign(s.expertise[1]!, { partner: 'raad' }),
    ],
    'a withdrawal of nothing': ['withdraw', (s) => Object.assign(s.withdraw, { by: 'kind14' })],
    'no fragment on its way': ['fragments', (s) => Reflect.deleteProperty(fragment(s, 'nieuwe-medicijnen'), 'moment')],
    'two fragments on their way': [
      'fragments.nieuwe-medicijnen.moment',
      (s) => Object.assign(fragment(s, 'moe'), { moment: 'queued' }),
    ],
    'a late fragment the withdrawal leaves alone': [
      'fragments.betere-week.compartment',
      (s) => Object.assign(fragment(s, 'betere-week'), { compartment: 'kind8-school' }),
    ],
    'sharing with who was not stopped': ['share.to', (s) => Object.assign(s.share, { to: 'raad' })],
    'sharing by who may not read': ['share.compartment', (s) => Object.assign(s.share, { by: 'raad' })],
    'sharing from no compartment': ['share.compartment', (s) => Object.assign(s.share, nowhere)],
    'an objection by who has no say': ['share.objection.by', (s) => Object.assign(s.share.objection, { by: 'kind14' })],
    'too few fragments': ['fragments: 11 fragments', (s) => s.fragments.splice(8, s.fragments.length - 11)],
    'too few life areas': ['fragments: 5 lifeAreas', (s) => untell(s, 'moeder-geld')],
    'too few subjects': [
      'fragments: 2 subjects',
      (s) => {
        untell(s, 'kind14-school');
        compartment(s, 'vader-wonen').subjects = ['kind8'];
      },
    ],
  };

  for (const [name, [place, change]] of Object.entries(cases)) {
    it(name, () => {
      const story: Story = parse(text);
      change(story);
      expect(() => readStory(stringify(story))).toThrow(place);
    });
  }

  it('text that is no YAML', () => {
    expect(() => readStory('family: [')).toThrow(/malformed.*line 1/);
    expect(() => readStory('')).toThrow('malformed');
    expect(() => readStory(`${text}\nregion: Twee`)).toThrow(/malformed.*unique/i);
  });
});

const nowhere = { compartment: 'nergens' };

function fragment({ fragments }: Story, id: string): Story['fragments'][number] {
  return fragments.find((each) => each.id === id)!;
}

function compartment({ compartments }: Story, slug: string): Story['compartments'][number] {
  return compartments.find((each) => each.slug === slug)!;
}

function untell(story: Story, compartment: string): void {
  story.fragments = story.fragments.filter((each) => each.compartment !== compartment);
}

function words(text: string): number {
  return text.split(/\s+/).length;
}

function between(least: number, most: number) {
  return (count: number) => count >= least && count <= most;
}

/** Only what the story leans on; the whole form of these files is checked by services/partner, which reads them. */
function readPartners(folder: string): Record<string, { id: string; purposes: string[] }> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const partners = files.map((name) => parse(readFileSync(join(folder, name), 'utf8')));
  return Object.fromEntries(partners.map((partner) => [partner.id, partner]));
}
