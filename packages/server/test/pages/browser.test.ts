import { serve, type ServerType } from '@hono/node-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD } from '../people/open-people.ts';
import { NO_CHROMIUM, openChromium } from '../portal/open-chromium.ts';
import { openPages, type OpenedPages } from './open-pages.ts';

const UNBROKEN = 'W'.repeat(80);

let browser: Browser | undefined;
let server: ServerType;
let opened: OpenedPages;
let origin: string;

beforeAll(async () => {
  browser = await openChromium();
  if (browser === undefined) return;
  const port = await new Promise<number>((resolve) => {
    server = serve(
      {
        fetch: (request) => opened.app.fetch(request),
        hostname: '127.0.0.1',
        port: 0,
        overrideGlobalObjects: false,
      },
      (address) => resolve(address.port),
    );
  });
  origin = `http://localhost:${port}`;
  opened = await openPages({ baseUrl: origin });
});
afterAll(async () => {
  if (browser === undefined) return;
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
  await opened.close();
});
beforeEach((context) => {
  if (browser === undefined) context.skip(NO_CHROMIUM);
});

/** A window without scripts, which notes whatever the browser complains of. */
async function openWindow(options: { width: number; colorScheme: 'light' | 'dark' }) {
  if (browser === undefined) throw new Error('no browser');
  const { width, colorScheme } = options;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme,
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('response', (response) => {
    if (new URL(response.url()).origin !== origin) complaints.push(`foreign: ${response.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}

async function expectFit(page: Page, width: number) {
  const seen = await page.evaluate(`({
    scroll: document.documentElement.scrollWidth,
    // What waits for a script is not there, and has no box.
    low: [...document.querySelectorAll('button, .button, input:not([type=hidden])')]
      .filter((element) => element.getClientRects().length > 0)
      .map((element) => element.getBoundingClientRect().height)
      .filter((height) => height < 40),
  })`);
  expect(seen).toEqual({ scroll: width, low: [] });
}

describe('in a real browser without scripts', () => {
  test('set-up and sign-in work, fit 320 px and 1280 px in both themes, and nothing is refused by the CSP', async () => {
    const { token } = (await opened.setup.prepareSetup()) ?? {};
    const first = await openWindow({ width: 320, colorScheme: 'light' });
    await first.page.goto(`${origin}/setup?token=${token}`);
    await expectFit(first.page, 320);
    await first.page.fill('[name=email]', 'owner@acme.test');
    await first.page.fill('[name=password]', PASSWORD);
    await first.page.fill('[name=organisation_name]', UNBROKEN);
    await first.page.click('button[type=submit]');
    await first.page.waitForSelector('[name=slug][aria-invalid=true], .copy');
    await first.page.waitForLoadState();
    await expectFit(first.page, 320);
    expect(first.complaints).toEqual([]);
    expect(await first.page.textContent('.copy')).toBe(`${origin}/mcp/${'w'.repeat(40)}`);
    await first.close();

    opened.transactions.set('x', {
      clientName: UNBROKEN,
      clientHost: `${'y'.repeat(60)}.test`,
      destinationHost: `${'x'.repeat(60)}.test`,
    });
    const returnTo = encodeURIComponent('/oauth/consent?transaction=x');
    for (const width of [320, 1280]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, complaints, close } = await openWindow({ width, colorScheme });
        await page.goto(`${origin}/sign-in?return_to=${returnTo}`);
        await expectFit(page, width);
        await page.fill('[name=email]', 'owner@acme.test');
        await page.fill('[name=password]', 'not the password');
        await page.keyboard.press('Enter');
        await page.waitForSelector('[role=alert]');
        await page.waitForLoadState();
        await expectFit(page, width);
        expect(await page.inputValue('[name=email]')).toBe('owner@acme.test');
        // The one complaint is of the 422 itself.
        expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);

        await page.fill('[name=password]', PASSWORD);
        const arrival = page.waitForURL('**/oauth/consent?transaction=x');
        await page.keyboard.press('Enter');
        await arrival;
        await expectFit(page, width);
        await close();
      }
    }
  });

  test('a page of ours in a frame of another site stays empty', async () => {
    const { page, complaints, close } = await openWindow({ width: 1280, colorScheme: 'light' });
    await page.setContent(`<iframe src="${origin}/sign-in"></iframe>`);
    await expect.poll(() => complaints.join()).toMatch(/frame-ancestors|X-Frame-Options/);
    await close();
  });
});
