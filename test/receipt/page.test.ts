/** The receipt page, opened from a disk in a real Chromium: what it says of every kind, and that it is sealed off. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatVkey } from '@eenmaal/ledger';
import { describe, expect, it } from 'vitest';
import { check, dir, fileOf, receipts, textOf, withdrawal, withPage } from './browser.ts';
import { bytesOf, log, policyText, receiptOf } from './make.ts';
import { inline, pagePath, page as pageText } from './page-core.ts';

describe('the file', () => {
  it('is what its parts give', () => {
    const made = join(dir, 'made.html');
    execFileSync(process.execPath, [join(pagePath, '../assemble.mjs'), made]);
    expect(readFileSync(made, 'utf8'), 'run: node services/family/receipt/assemble.mjs').toBe(pageText);
  });

  it('allows exactly its own scripts and style, and nothing from outside', () => {
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [core, page, style] = ['<script id="core">', '<script id="page">', '<style>'].map((tag) =>
      hashOf(inline(tag)),
    );
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(pageText)?.[1];
    expect(policy).toBe(
      `default-src 'none'; script-src ${core} ${page}; style-src ${style}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('names no address, imports nothing and makes no HTML from text', () => {
    expect(pageText).not.toMatch(
      /https?:|\bimport\b|\bexport\b|fetch\(|XMLHttp|innerHTML|eval\(|new Function|<link|<img/,
    );
  });
});

const HEADLINES: [string, string, string][] = [
  [
    'withdraw',
    'Deze intrekking staat sinds 3 mei 2026 om 14:02 uur op plaats 812 in het logboek.',
    'This withdrawal has',
  ],
  ['grant', 'Deze toestemming staat sinds', 'This consent has'],
  ['refuse', 'Deze weigering staat sinds', 'This refusal has'],
  ['opening', 'Dit openen van een bericht staat sinds', 'This opening of a message has'],
  ['delivery', 'Deze bezorging staat sinds', 'This delivery has'],
  ['disclose', 'Dit delen zonder toestemming staat sinds', 'This sharing without consent has'],
  ['erase', 'Deze opdracht om te wissen staat sinds', 'This order to erase has'],
  ['erasure', 'Deze wissing staat sinds', 'This erasure has'],
  ['dossier-erasure', 'Deze wissing van een dossier staat sinds', 'This erasure of a dossier has'],
  ['refusal', 'Dit tegengehouden verzoek staat sinds', 'This stopped request has'],
  ['message', 'Dit bericht staat sinds', 'This message has'],
  ['statement', 'Deze verklaring staat sinds', 'This statement has'],
  ['writer', 'Deze start van het logboek staat sinds', 'This start of the ledger has'],
];

const OFTEN = new Set(['withdraw', 'grant', 'opening', 'disclose', 'erasure']);

describe('in Chromium, from the disk', () => {
  // those that families get most; the long run opens every kind
  const kinds = HEADLINES.filter(([kind]) => process.env.EENMAAL_LONG || OFTEN.has(kind));
  it.for(kinds)('says of a receipt of kind %s what is proved and what is not', ([kind, dutch, english], context) =>
    withPage(context, async (page) => {
      await check(page, receipts[kind] as string, policyText(2));
      expect(await textOf(page, '#verdict')).toBe('Bewezen');
      expect(await textOf(page, '.banner')).toContain(dutch);
      expect(await textOf(page, '.banner')).toContain('2 van 3 getuigen hebben dat bevestigd.');
      expect(await page.locator('.marked').last().locator('li').count()).toBeGreaterThanOrEqual(3);
      expect(await textOf(page, '#result')).not.toMatch(/undefined|NaN|\[object/);
      await page.click('[data-language=en]');
      expect(await textOf(page, '.banner')).toContain(english);
    }),
  );

  it('refuses a changed file, with the reason in words and by name', (context) =>
    withPage(context, async (page) => {
      const { receipt } = receiptOf('withdraw');
      const changed = { ...receipt, event: receipt.event.replace(/"at":[0-9]+/, '"at":1777809720001') };
      await check(page, fileOf('changed.json', bytesOf(changed)), policyText(2));
      expect(await textOf(page, '#verdict')).toBe('Niet bewezen');
      expect(await textOf(page, '.banner')).toContain('staat niet op deze plaats in het logboek');
      expect(await textOf(page, 'dl')).toContain('proof-mismatch (place)');
      expect(await page.locator('.checks li').allInnerTexts()).toEqual([
        expect.stringMatching(/: goed$/),
        expect.stringMatching(/: goed$/),
        expect.stringMatching(/: goed$/),
        expect.stringMatching(/: goed$/),
        expect.stringMatching(/: fout$/),
        ...Array(3).fill(expect.stringMatching(/: niet bekeken$/)),
      ]);
    }));

  it('says it when only the log itself signed', (context) =>
    withPage(context, async (page) => {
      await check(page, withdrawal, formatVkey(log.key));
      expect(await textOf(page, '#verdict')).toBe('Bewezen, maar zonder getuigen');
      expect(await textOf(page, '#result')).toContain('Dat iedereen hetzelfde logboek ziet.');
    }));

  it('compares two receipts', (context) =>
    withPage(context, async (page) => {
      await page.click('details.step summary');
      await page.setInputFiles('#other', receipts.grant as string);
      await check(page, withdrawal, policyText(2));
      expect(await textOf(page, '.banner')).toContain('twee verschillende geschiedenissen');
      await page.setInputFiles('#other', withdrawal);
      await page.click('button.main');
      await page.waitForSelector('.banner.proved');
      expect(await textOf(page, '#result')).toContain('Het andere bewijs komt uit precies hetzelfde logboek.');
    }));

  it('takes a dropped file and a file with keys', (context) =>
    withPage(context, async (page) => {
      await page.setInputFiles('#trust-file', fileOf('keys.txt', policyText(2)));
      const text = readFileSync(withdrawal, 'utf8');
      await page.evaluate(`{
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([${JSON.stringify(text)}], 'dropped.json'));
        document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
      }`);
      await page.click('button.main');
      await page.waitForSelector('.banner.proved');
      expect(await textOf(page, 'dl')).toContain('dropped.json');
    }));

  it('needs nothing of the browser’s own cryptography', (context) =>
    withPage(context, async (page) => {
      await page.evaluate(() => Object.defineProperty(globalThis, 'crypto', { value: undefined }));
      await check(page, withdrawal, policyText(2));
      expect(await textOf(page, '#verdict')).toBe('Bewezen');
    }));
});
