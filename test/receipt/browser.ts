/** Opens the receipt page from the disk in a real Chromium, for the tests that look at it as people do. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, type TestContext } from 'vitest';
import { bytesOf, EVENTS, receiptOf } from './make.ts';
import { pagePath } from './page-core.ts';

const CHROMIUM = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
export const dir = mkdtempSync(join(tmpdir(), 'eenmaal-receipt-'));
export function fileOf(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
}

let browser: Browser | undefined;
beforeAll(async () => {
  if (CHROMIUM === undefined) console.warn('receipt page: no Chromium found (apt: chromium); it was not opened');
  else browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true });
});

/** Opens the page and closes it again; nothing may be asked of a network or written on the console. */
export async function withPage(
  context: TestContext,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  if (browser === undefined) return context.skip('no Chromium found (apt: chromium)');
  const opened = await browser.newContext({ viewport: { width: 900, height: 900 }, ...options });
  const page = await opened.newPage();
  const noise: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(error.message));
  page.on('request', (request) => request.url() === pathToFileURL(pagePath).href || noise.push(request.url()));
  await page.goto(pathToFileURL(pagePath).href);
  await use(page);
  expect(noise).toEqual([]);
  await opened.close();
}

/** Fills the form in and waits for the outcome. */
export async function check(page: Page, receipt: string, trust: string): Promise<void> {
  await page.setInputFiles('#receipt', receipt);
  await page.fill('#trust', trust);
  await page.click('button.main');
  await page.waitForSelector('#result .banner');
}

// biome-ignore lint/performance/useDomNodeTextContent: text that is not shown (the other language) must not count
export const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
/** A receipt of every kind, as a file. */
export const receipts = Object.fromEntries(
  Object.keys(EVENTS).map((kind) => [kind, fileOf(`${kind}.json`, bytesOf(receiptOf(kind).receipt))]),
);
export const withdrawal = receipts.withdraw as string;
