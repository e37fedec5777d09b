import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { buildDashboard } from './build-dashboard.ts';
import type { AddressGuardOptions } from '../../src/kernel/address-guard.ts';
import { faultsByAxe } from '../support/axe.ts';
import { NO_CHROMIUM, openChromium } from './open-chromium.ts';
import { servePortal } from './serve-portal.ts';

// What runs inside the page is text here: these files are compiled without the names of a browser.
const TELL_VIOLATIONS = `
  document.addEventListener('securitypolicyviolation', (event) => {
    tellViolation('CSP ' + event.violatedDirective + ': ' + event.blockedURI);
  });
`;

export interface DashboardOptions {
  /** An internet of the test's own. */
  addressGuard?: () => Promise<AddressGuardOptions> | AddressGuardOptions;
}

/** The dashboard in a real browser before the real web host. Undefined without a browser. */
async function openDashboard(options: DashboardOptions = {}) {
  const browser = await openChromium();
  if (browser === undefined) return undefined;
  const directory = await buildDashboard();
  const portal = await servePortal({ directory, addressGuard: await options.addressGuard?.() });
  return {
    ...portal,
    /** A page of a visitor's own, signed in with this cookie header. */
    visit: (cookie: string, options: BrowserContextOptions = {}) =>
      openVisit(browser, portal.baseUrl, cookie, options),
    /** What a path below /app weighs over the wire, compressed with gzip. */
    async gzipBytes(path: string): Promise<number> {
      const file = join(directory, path === '' || !path.startsWith('assets/') ? 'index.html' : path);
      await readFile(file);
      return (await stat(`${file}.gz`)).size;
    },
    async close() {
      await browser.close();
      await portal.close();
    },
  };
}

export type Dashboard = NonNullable<Awaited<ReturnType<typeof openDashboard>>>;

/** One for all tests of a file, which are skipped where there is no browser. */
export function useDashboard(options: DashboardOptions = {}): () => Dashboard {
  let opened: Dashboard | undefined;
  beforeAll(async () => {
    opened = await openDashboard(options);
  });
  beforeEach((context) => {
    if (opened === undefined) context.skip(NO_CHROMIUM);
  });
  afterAll(() => opened?.close());
  return () => {
    if (opened === undefined) throw new Error(NO_CHROMIUM);
    return opened;
  };
}

export async function openVisit(
  browser: Browser,
  baseUrl: string,
  cookie: string,
  options: BrowserContextOptions,
) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const complaints: string[] = [];
  const requests: string[] = [];
  if (cookie !== '') {
    await context.addCookies(
      cookie.split('; ').map((pair) => {
        const at = pair.indexOf('=');
        return { name: pair.slice(0, at), value: pair.slice(at + 1), url: baseUrl };
      }),
    );
  }
  await context.exposeFunction('tellViolation', (text: string) => complaints.push(text));
  await context.addInitScript(TELL_VIOLATIONS);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  return {
    page,
    context,
    /** Violations of the policy, uncaught errors and errors on the console, in the order they came. */
    complaints,
    requests,
    goto: (path: string) => page.goto(`${baseUrl}${path}`),
    path: () => page.url().slice(baseUrl.length),
    /** What axe finds wrong with the page as it stands. */
    axe: () => faultsByAxe(page),
    async close() {
      // A request that a test still holds would otherwise be let go on a page that is closed.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    },
  };
}

/** By how many pixels the page can be scrolled sideways. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate<number>(`
    Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth
  `);
}

/** The text of the element that has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`document.activeElement?.textContent ?? ''`);
}

/** The id of the element that has the focus: where the link that was clicked reads like the heading of its page. */
export function focusedId(page: Page): Promise<string> {
  return page.evaluate<string>(`document.activeElement?.id ?? ''`);
}

export function clipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}

/**
 * Presses the button of this name, and sees that the page says what was copied. It says so for a moment, in which this
 * process may be held up: the page itself watches.
 */
export async function copyWith(page: Page, name: string): Promise<void> {
  const said = page.evaluate<void>(`new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      const all = [...document.querySelectorAll('[role=status]')];
      if (!all.some(({ textContent }) => textContent === 'Copied')) return;
      watch.disconnect();
      resolve();
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  })`);
  await Promise.all([said, page.getByRole('button', { name }).click()]);
}
