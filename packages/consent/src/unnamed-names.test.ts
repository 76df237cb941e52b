/** Names, as they stand in a sentence: what is known to be one, what only may be, and words that never are. */
import { describe, expect, it } from 'vitest';
import { scanUnnamed } from './unnamed.ts';

const found = (text: string, list: 'findings' | 'warnings' = 'findings') =>
  scanUnnamed(text)[list].map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

it.each(
  (
    'emma hannah lieke rosalie samantha marloes fatma natalia noah levi jens sander arjan ayoub khalid shaquille sven ' +
    'mirjam marjolein jansen'
  ).split(' '),
)('a name known to be one is found in lower case too: %s', (name) => {
  expect(found(`wij bellen ${name} morgen`)).toEqual([`name: ${name}`]);
  expect(found(`${capital(name)}s moeder belt`)).toEqual([`name: ${capital(name)}s`]);
});

it.each(['roos', 'bram', 'nick', 'visser'])('a name that is a word as well, only with a capital: %s', (name) => {
  expect(found(`${capital(name)} slaapt slecht`)).toEqual([`name: ${capital(name)}`]);
  expect(found(`${capital(name)}s moeder slaapt slecht`)).toEqual([`name: ${capital(name)}s`]);
  expect(found(`de ${name} slaapt slecht`)).toEqual([]);
});

it.each(
  (
    'raad justitie advocaat machtiging ziekenhuis mentor voedselbank safety analyse context curator formulier mediator wmo ' +
    'postnatale aangifte methadon opa puber police augustus monday pinksteren ochtend europa limburg tilburg venlo corona ' +
    'fortnite dit misschien momenteel echter vervolgens maar naar graag nvt someone thanks jeugdteam verslavingszorg wensouder wensouders'
  ).split(' '),
)('an ordinary word is none, also with a capital inside a sentence: %s', (word) => {
  expect(found(`Wij denken ${capital(word)} daarbij`)).toEqual([]);
  expect(found(`Wij denken ${capital(word)} daarbij`, 'warnings')).toEqual([]);
});

describe('blocks', () => {
  it.each<[string, ...string[]]>([
    ['Stiefvader: Xanthe, en niemand anders', 'name: Xanthe'],
    ['Opa: Xanthe', 'name: Xanthe'],
    ['Daughter: Xanthe, 8', 'name: Xanthe'],
    ['moeder:Xanthe', 'name: Xanthe'],
    ['moeder : Xanthe', 'name: Xanthe'],
    ['vader heette shanaya', 'name: shanaya'],
    ['vader heet xanthi', 'name: xanthi'],
    ['de roepnaam luidt xanthi', 'name: xanthi'],
    ['de roepnaam is xanthi', 'name: xanthi'],
    ['naam=xanthi', 'name: xanthi'],
    ['naam : xanthi', 'name: xanthi'],
    ['naam:   xanthi', 'name: xanthi'],
    ['naam\t=\txanthi', 'name: xanthi'],
    ['naam: "xanthi"', 'name: xanthi'],
    ['moeder (naam): “Xanthe”', 'name: Xanthe'],
    ['zijn broer, genaamd (xanthi)', 'name: xanthi'],
    ['zijn broer genaamd: "Xanthe"', 'name: Xanthe'],
    ["vader heet 'xanthi'", 'name: xanthi'],
    ['de roepnaam is "xanthi"', 'name: xanthi'],
    ['Wij bellen Kev山 morgen', 'name: Kev山'],
    ['Wij bellen Wetzels en Zorgdrager morgen', 'name: Wetzels', 'name: Zorgdrager'],
    ['Wij zien dat Xanthe liegt. Xanthe zegt niets.', 'name: Xanthe', 'name: Xanthe'],
    ['Wij bellen met mw XANTHIPPE morgen', 'name: XANTHIPPE'],
    ['Wij bellen met mevrouw van der Lingen morgen', 'name: Lingen'],
    ['Hij noemt zich Xanthe van den Berghe en meer', 'name: Xanthe van den Berghe'],
    ["Hij noemt zich Xanthe 't Lam en meer", "name: Xanthe 't Lam"],
    ['Wij zien xanthe en Xanthe', 'name: Xanthe'],
    ['Hij zei " Xanthe liegt', 'name: Xanthe'],
    ['Wij bellen mevrouw Urk morgen', 'name: Urk'],
    ['Zij wonen in (Xanthe) nu', 'name: Xanthe'],
    ['Wij bellen de (Xanthe) nu', 'name: Xanthe'],
    ['Wij bellen Zonnebloemsta nu', 'name: Zonnebloemsta'],
    ['Hoi, Karin, wat nu', 'name: Karin'],
    ['Hoi Karin en Emma', 'name: Karin', 'name: Emma'],
    ['Wij zagen Xanthe, Delanoo en Kimm', 'name: Xanthe', 'name: Delanoo', 'name: Kimm'],
    ['Wij zagen Émiliano gisteren', 'name: Émiliano'],
  ])('%s', (text, ...expected) => {
    expect(found(text)).toEqual(expected);
    expect(found(text, 'warnings')).toEqual([]);
  });
});

describe('warns, and lets through', () => {
  it.each<[string, ...string[]]>([
    ['Volgens Lelystad mag dat', 'place: Lelystad'],
    ['Volgens Gouda mag dat', 'place: Gouda'],
    ['Volgens Meppel mag dat', 'place: Meppel'],
    ['Volgens Roermond mag dat', 'place: Roermond'],
    ['Zij komen uit Onbekendburen vandaan', 'place: Onbekendburen'],
    ['Hij zit op de Regenboog nu', 'name: Regenboog'],
    ['Hij zit op de Regenboog Lelystad nu', 'name: Regenboog', 'place: Lelystad'],
    ['Wij bellen Zonnebloemstede morgen', 'name: Zonnebloemstede'],
    ['Jayvano is weg', 'name: Jayvano'],
    ['Jayvano vertelt veel', 'name: Jayvano'],
    ['Jayvano werkt hard', 'name: Jayvano'],
    ['Jayvano wants help', 'name: Jayvano'],
    ['Ingvar slaapt slecht', 'name: Ingvar'],
    ['Ja.\nJayvano\nNee.', 'name: Jayvano'],
    ['Moeder: Xanthe zegt niets', 'name: Xanthe'],
    ['wij bellen mevrouw van lingen', 'name: lingen'],
    ['Beste Xanthe, wat nu', 'name: Xanthe'],
    ['Hoi Kevin!', 'name: Kevin'],
    ['Hoi Kevin', 'name: Kevin'],
    ['De Regenboog helpt', 'name: Regenboog'],
    ['Wat nu?\nGroet Xanthe', 'name: Xanthe'],
    ['Wat nu? Groetjes Xanthe', 'name: Xanthe'],
    ['Wat nu?\nMet groet,\nXanthe Terpstra', 'name: Xanthe Terpstra'],
    ['zij is chinees en spreekt farsi', 'nationality: chinees', 'nationality: farsi'],
    ['Wij bellen de Turkse moeder', 'nationality: Turkse'],
    ['zij spreken pashtoens', 'nationality: pashtoens'],
    ['Wij bellen Xanthixanthixanthixanthixanthiwerk nu', 'name: Xanthixanthixanthixanthixanthiwerk'],
  ])('%s', (text, ...expected) => {
    expect(found(text, 'warnings')).toEqual(expected);
    expect(found(text)).toEqual([]);
  });
});

describe('finds nothing', () => {
  it.each([
    'Kleding komt later.',
    'Wandelen wandelt hij veel, en wandelen helpt.',
    'De tirannie van vader is groot.',
    'OTSen en GGZ en KOPP zijn bekend.',
    'Wij bellen mevrouw GGZ.',
    'Moeder zegt: Wandelen helpt goed.',
    'Moeder: "Wandelen helpt goed."',
    'Wat nu?\nGroetjes',
    'Zij zocht met de dokter eHealth uit.',
    'Kies een naam; 5: spijbelt.',
    'De naam: 5 letters.',
    'Zoek een naam (roepend).',
    'Zij aten in chinatown en chinesewokshop.',
    'Dan is vader witheet weggelopen en een kind heethoofdig gebleven.',
    'Dit heet xanthi.',
    'De moeder zegt dat dit heet xanthi.',
    'De moeder is xanthi.',
    'Hij zei "Wandelen helpt."',
    'Wij gaan. "Wandelen helpt."',
    'Wij gaan.) Wandelen helpt.',
    'Spijbelen is erg. Hij zei dat spijbelen hielp.',
    'Vraag het de dr? Wandelen helpt.',
    'Wat nu?\nGroet, xanthi',
    '(de moeder): Xanthia fietst niet',
    'Dat is zo. Tuurlijk',
    'de loess in limburg',
    'Markt, zei hij.',
    'De ROOS bloeit.',
    'A b c d.',
  ])('in: %s', (text) => {
    expect(found(text)).toEqual([]);
    expect(found(text, 'warnings')).toEqual([]);
  });
});

it('is not sure of the second half of a name because it is of the first', () => {
  expect(found('Wij zien Xanthe Zonnebloemstede')).toEqual(['name: Xanthe']);
  expect(found('Wij zien Xanthe Zonnebloemstede', 'warnings')).toEqual(['name: Zonnebloemstede']);
});

describe('a signature', () => {
  it('names who asks only when it stands at the end', () => {
    expect(found('Met groet van Xanthe liep hij weg en daarna kwam hij nooit meer terug')).toEqual(['name: Xanthe']);
    expect(found('groet een twee drie vier vijf zes Xanthe')).toEqual([]);
    expect(found('groet een twee drie vier vijf zes zeven Xanthe')).toEqual(['name: Xanthe']);
  });
});
