/** The receipt page for everybody: by keyboard, aloud, narrow, dark, large, printed, in two languages, in short words. */
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { check, textOf, withdrawal, withPage } from './browser.ts';
import { policyText } from './make.ts';
import { inline } from './page-core.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const violations = async (page: Page) => (await new AxeBuilder({ page }).withTags(TAGS).analyze()).violations;
/** What runs inside the page is text here: this project's types know no browser. */
const sideways = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

/** Where the keyboard is, and whether that can be seen. */
const FOCUSED = `{
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const name = at.id || at.dataset.language || at.className || at.tagName;
  name + ' ' + outlineStyle + ' ' + (parseFloat(outlineWidth) >= 2);
}`;
/** Controls a thumb would miss. */
const SMALL = `[...document.querySelectorAll('button, input, textarea')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 60))`;
/** Text spacing of WCAG 1.4.12 and text of 200 %; through the object model, as the page's policy refuses other styles. */
const WIDE = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } html { font-size: 200% }');
  document.adoptedStyleSheets = [sheet];
}`;

describe('for everybody', () => {
  /** Every state the page can be in. */
  const STATES: Record<string, (page: Page) => Promise<void>> = {
    start: async () => {},
    'nothing filled in': (page) => page.click('button.main'),
    proved: (page) => check(page, withdrawal, policyText(2)),
    'without witnesses': (page) => check(page, withdrawal, policyText(0)),
    refused: (page) => check(page, withdrawal, policyText(3)),
    'all unfolded': (page) => page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true'),
  };
  const LOOKS: [string, BrowserContextOptions][] = [
    ['light', {}],
    ['dark and narrow', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }],
  ];
  const all = Object.keys(STATES).flatMap((state, i) =>
    LOOKS.map(([look, options], j) => ({ state, look, options, i, j })),
  );
  // every state in one of the looks; the long run tries both
  const some = all.filter(({ i, j }) => process.env.EENMAAL_LONG || i % 2 === j);
  const cases = some.map(({ state, look, options }) => [state, look, options] as const);

  it.for(cases)('axe finds nothing: %s, %s', ([state, , options], context) =>
    withPage(
      context,
      async (page) => {
        await STATES[state]?.(page);
        expect(await violations(page)).toEqual([]);
        expect(await sideways(page)).toBeLessThanOrEqual(0);
      },
      options,
    ),
  );

  it('can be done by keyboard alone, and one always sees where one is', (context) =>
    withPage(context, async (page) => {
      const seen: string[] = [];
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press('Tab');
        seen.push(await page.evaluate<string>(FOCUSED));
      }
      const order = ['nl', 'en', 'receipt', 'trust', 'trust-file', 'SUMMARY', 'main', 'SUMMARY'];
      expect(seen).toEqual(order.map((name) => `${name} solid true`));
      await page.setInputFiles('#receipt', withdrawal);
      await page.focus('#trust');
      await page.keyboard.insertText(policyText(2));
      await page.focus('button.main');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.banner.proved');
    }));

  it('names what is missing beside its field, and goes there', (context) =>
    withPage(context, async (page) => {
      await page.click('button.main');
      for (const [field, said] of [
        ['receipt', 'Kies eerst een bewijs.'],
        ['trust', 'Plak eerst de sleutels van wie u vertrouwt.'],
      ] as const) {
        expect(await page.getAttribute(`#${field}`, 'aria-invalid')).toBe('true');
        expect(await page.getAttribute(`#${field}`, 'aria-describedby')).toContain(`${field}-problem`);
        expect(await textOf(page, `#${field}-problem`)).toBe(said);
      }
      expect(await page.evaluate('document.activeElement.id')).toBe('receipt');
    }));

  it('says the outcome once in a live region, and the verdict in words', (context) =>
    withPage(context, async (page) => {
      expect(await page.locator('[role=status]').count()).toBe(1);
      await check(page, withdrawal, policyText(2));
      const said = await page.locator('#status').textContent();
      expect(said).toMatch(/^Bewezen\. Deze intrekking staat sinds .* bevestigd\.$/);
    }));

  it('is in one language at a time, and says which', (context) =>
    withPage(context, async (page) => {
      await check(page, withdrawal, policyText(2));
      for (const [language, title] of [
        ['en', 'Check a receipt – Eenmaal'],
        ['nl', 'Controleer een bewijs – Eenmaal'],
      ] as const) {
        await page.click(`[data-language=${language}]`);
        expect(await page.title()).toBe(title);
        const visible = await page.evaluate<string[]>(
          '[...document.querySelectorAll(".t")].filter((one) => one.checkVisibility()).map((one) => one.lang)',
        );
        expect([await page.getAttribute('html', 'lang'), ...new Set(visible)]).toEqual([language, language]);
        expect(await page.getAttribute(`[data-language=${language}]`, 'aria-pressed')).toBe('true');
      }
    }));

  it('fits with wide spacing and doubled text, and has targets a thumb can hit', (context) =>
    withPage(
      context,
      async (page) => {
        await check(page, withdrawal, policyText(2));
        const small = await page.evaluate<string[]>(SMALL);
        expect(small).toEqual([]);
        // set through the object model: the page's own policy refuses any other style
        await page.evaluate(WIDE);
        expect(await sideways(page)).toBeLessThanOrEqual(0);
      },
      { viewport: { width: 640, height: 800 } },
    ));

  it('prints the outcome with what was trusted, without the form', (context) =>
    withPage(context, async (page) => {
      await check(page, withdrawal, policyText(2));
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.locator('form').isVisible()).toBe(false);
      expect(await textOf(page, 'dl')).toContain('quorum enough');
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    }));

  it('keeps its marks when colours are forced', (context) =>
    withPage(
      context,
      async (page) => {
        await check(page, withdrawal, policyText(3));
        expect(await textOf(page, '.sign')).toBe('✕');
        expect(await textOf(page, '.state-wrong')).toBe('fout');
      },
      { forcedColors: 'active' },
    ));
});

describe('the words', () => {
  /** Every text that is a sentence or holds some, with functions called. */
  const texts = (page: Page, language: 'NL' | 'EN') =>
    page.evaluate<[string, string][]>(`{
      const found = [];
      const walk = (value, path) => {
        if (typeof value === 'string') found.push([path, value]);
        else if (typeof value === 'function') found.push([path, path.endsWith('says') ? '' : value('Deze toestemming', 'x', 1)]);
        else for (const [key, one] of Object.entries(value)) walk(one, path + '.' + key);
      };
      walk(${language}, '');
      found;
    }`);

  it('are complete in both languages, also for every reason to refuse', (context) =>
    withPage(context, async (page) => {
      const [nl, en] = [await texts(page, 'NL'), await texts(page, 'EN')];
      const names = (all: [string, string][]) => all.map(([path]) => path);
      expect(names(en)).toEqual(names(nl));
      const codes = inline('<script id="core">').matchAll(
        /'((?:receipt|event|leaf|hash|proof|note|checkpoint|vkey|policy|quorum|signer|signature|split)-[a-z-]+)'/g,
      );
      const used = new Set([...codes].map(([, code]) => code));
      expect(used.size).toBeGreaterThan(25);
      for (const code of used) expect(names(nl)).toContain(`.reasons.${code}`);
    }));

  it('are short sentences in Dutch', (context) =>
    withPage(context, async (page) => {
      const shown = await page.evaluate<string[]>(
        '[...document.querySelectorAll(".t[lang=nl]")].map((one) => one.textContent)',
      );
      const all = [...(await texts(page, 'NL')).map(([, text]) => text), ...shown];
      const sentences = all.flatMap((text) => text.split(/(?<=[.?!:])\s/));
      const long = sentences.filter((sentence) => sentence.trim().split(/\s+/).length > 15);
      expect(long).toEqual([]);
    }));
});
