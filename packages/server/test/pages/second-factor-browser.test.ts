import type { Browser, Page } from 'playwright-core';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enrol } from '../people/enrol.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { NO_CHROMIUM, openChromium } from '../portal/open-chromium.ts';
import { faultsByAxe } from '../support/axe.ts';
import { openPages, type OpenedPages } from './open-pages.ts';

// The step after the password, as a browser shows it that runs no scripts.
let browser: Browser | undefined;
let server: ServerType;
let opened: OpenedPages;
let origin: string;
let made = 0;

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
  // As long as nobody exists every page leads to the set-up.
  valueOf(await opened.people.createUser({ email: 'first@acme.test', name: 'F', password: PASSWORD }));
});
afterAll(async () => {
  await browser?.close();
  if (browser === undefined) return;
  await new Promise((resolve) => server.close(resolve));
  await opened.close();
});
beforeEach((context) => {
  if (browser === undefined) context.skip(NO_CHROMIUM);
});

async function enrolled() {
  made += 1;
  const email = `browser-${made}@acme.test`;
  const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
  return { email, ...(await enrol(opened, { email, userId })) };
}

/** A small phone without scripts, on the page that asks for the code. */
async function atSecondStep(email: string) {
  if (browser === undefined) throw new Error(NO_CHROMIUM);
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 320, height: 640 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  await page.goto(`${origin}/sign-in`);
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/sign-in/2fa');
  return {
    page,
    async answer(code: string) {
      await page.getByLabel('Code', { exact: true }).fill(code);
      await page.getByRole('button', { name: 'Continue' }).click();
    },
    async says(text: string) {
      await page.getByRole('alert').filter({ hasText: text }).waitFor();
      await page.waitForLoadState();
    },
    isSignedIn: async () => (await context.cookies()).some(({ name }) => name === 'latchkey_session'),
    /** But for the status of a refusal, and of the dashboard, which is none of these pages. */
    complaints: () => complaints.filter((text) => !/40[34]|42[29]/.test(text)),
    close: () => context.close(),
  };
}

/** Fits a small phone, and axe finds nothing wrong with it in either theme. */
async function expectSound(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  const body = await page.content();
  // Axe waits for timers, which a page without scripts has none of: it looks at the same page in another window.
  const context = await browser?.newContext({ viewport: { width: 320, height: 640 } });
  const looked = await context?.newPage();
  if (looked === undefined) throw new Error(NO_CHROMIUM);
  await looked.route('**/sign-in/2fa', (route) => route.fulfill({ contentType: 'text/html', body }));
  await looked.goto(`${origin}/sign-in/2fa`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await looked.emulateMedia({ colorScheme });
    expect(await faultsByAxe(looked)).toEqual([]);
  }
  await context?.close();
}

const WRONG = 'That code is not right, or it was used before.';

describe('/sign-in/2fa without scripts', () => {
  test('asks for the code with the field in focus, says when it is wrong, and takes the right one', async () => {
    const { code, email } = await enrolled();
    const step = await atSecondStep(email);
    const { page } = step;
    expect(await page.locator('[name=code]').getAttribute('autofocus')).not.toBeNull();
    await expectSound(page);
    await page.getByLabel(/^Do not ask in this browser/).check();
    await step.answer('000000');
    await step.says(WRONG);
    await expectSound(page);
    // A box that was ticked stays so; a code that was typed is not shown again.
    expect(await page.getByLabel(/^Do not ask in this browser/).isChecked()).toBe(true);
    expect(await page.locator('[name=code]').inputValue()).toBe('');
    expect(await step.isSignedIn()).toBe(false);
    const arrived = page.waitForURL('**/app');
    await step.answer(code());
    await arrived;
    expect(await step.isSignedIn()).toBe(true);
    expect(step.complaints()).toEqual([]);
    await step.close();
  });

  test('takes a backup code, and neither it nor a code of the app a second time', async () => {
    const { backupCodes, code, email } = await enrolled();
    const [backup = ''] = backupCodes;
    // A code is good for a minute: it is asked for when it is its turn.
    for (const next of [() => backup, code]) {
      const good = next();
      const first = await atSecondStep(email);
      const arrived = first.page.waitForURL('**/app');
      await first.answer(good);
      await arrived;
      expect(await first.isSignedIn()).toBe(true);
      await first.close();

      const again = await atSecondStep(email);
      await again.answer(good);
      await again.says(WRONG);
      await expectSound(again.page);
      expect(await again.isSignedIn()).toBe(false);
      expect(again.complaints()).toEqual([]);
      await again.close();
    }
  });

  test('says how long to wait after too many tries, and takes not even the right code meanwhile', async () => {
    const { code, email } = await enrolled();
    const step = await atSecondStep(email);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const answered = step.page.waitForResponse((response) => response.request().method() === 'POST');
      const loaded = step.page.waitForEvent('load');
      await step.answer('000000');
      expect((await answered).status()).toBe(422);
      await loaded;
    }
    await step.answer(code());
    await step.says('Too many attempts. Try again in');
    await expectSound(step.page);
    expect(await step.isSignedIn()).toBe(false);
    expect(step.complaints()).toEqual([]);
    await step.close();
  });

  test('leads back to the beginning once its five minutes are over', async () => {
    const { code, email } = await enrolled();
    const step = await atSecondStep(email);
    opened.pass(5 * 60_000);
    await step.answer(code());
    await step.page.getByLabel('Password').waitFor();
    expect(new URL(step.page.url()).pathname).toBe('/sign-in');
    expect(await step.isSignedIn()).toBe(false);
    await step.close();
  });
});
