import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { NO_CHROMIUM, openChromium } from '../portal/open-chromium.ts';
import { faultsByAxe } from '../support/axe.ts';
import { openInvitations, type OpenedInvitations } from './open-invitations.ts';

// What people see who are invited, or have forgotten their password, as a browser shows it.
let browser: Browser | undefined;
let server: ServerType;
let opened: OpenedInvitations;
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
  opened = await openInvitations({ baseUrl: origin });
  // What a stranger sees at /sign-in and /setup hangs on whether there is anybody.
  await opened.person();
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

async function openWindow(options: BrowserContextOptions) {
  if (browser === undefined) throw new Error(NO_CHROMIUM);
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const referrers: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    const { referer } = request.headers();
    if (referer !== undefined) referrers.push(referer);
  });
  return { page, complaints, referrers, close: () => context.close() };
}

const withoutScripts = { javaScriptEnabled: false, viewport: { width: 390, height: 800 } };

async function signIn(page: Page, email: string) {
  await page.goto(`${origin}/sign-in`);
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

describe('in a real browser without scripts', () => {
  test('somebody makes an account by a link, and no request names the link as where it came from', async () => {
    const { path, orgId, slug } = await opened.invited();
    const { close, complaints, page, referrers } = await openWindow(withoutScripts);
    await page.goto(origin + path);
    await page.fill('[name=name]', 'Grace');
    await page.fill('[name=email]', 'grace@browser.test');
    await page.fill('[name=password]', PASSWORD);
    const arrived = page.waitForURL(`**/app/${slug}`);
    await page.click('text=Create account and join');
    await arrived;
    expect(await opened.roleOf(orgId, await opened.userOf('grace@browser.test'))).toBe('member');
    expect(referrers.filter((text) => text.includes('/invite/'))).toEqual([]);
    // The dashboard itself is not part of these pages.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await close();
  });

  test('somebody with the wrong account switches it on the way, signs in, and joins', async () => {
    const right = await opened.person();
    const wrong = await opened.person();
    const { orgId, path, slug } = await opened.invited({ email: right.email });
    const { close, page } = await openWindow(withoutScripts);
    await signIn(page, wrong.email);
    await page.goto(origin + path);
    await page.click('text=Switch account');
    await page.waitForURL((url) => url.pathname === '/sign-in' && url.search === '?return_to=%2Finvite');
    await page.fill('[name=email]', right.email);
    await page.fill('[name=password]', PASSWORD);
    await page.click('button[type=submit]');
    await page.waitForURL(`**${path}`);
    const arrived = page.waitForURL(`**/app/${slug}`);
    await page.click(`text=Join as ${right.email}`);
    await arrived;
    expect(await opened.roleOf(orgId, right.userId)).toBe('member');
    expect(await opened.roleOf(orgId, wrong.userId)).toBeUndefined();
    await close();
  });

  test('somebody chooses another password by a link, and signs in with it', async () => {
    const { orgId } = await opened.organisation();
    const owner = await opened.person([orgId, 'owner']);
    const member = await opened.person([orgId, 'member']);
    const wanted = { orgId, userId: member.userId, by: opened.by(owner.userId) };
    const { token } = valueOf(await opened.passwordResets.create(wanted));
    const { close, complaints, page, referrers } = await openWindow(withoutScripts);
    await page.goto(`${origin}/reset/${token}`);
    await page.fill('[name=password]', 'another good password');
    await page.fill('[name=password_again]', 'another good password');
    await page.click('text=Change password');
    await page.waitForSelector('text=Your password is changed');
    await page.waitForLoadState();
    await page.click('a:has-text("Sign in")');
    await page.fill('[name=email]', member.email);
    await page.fill('[name=password]', 'another good password');
    const arrived = page.waitForURL('**/app');
    await page.click('button[type=submit]');
    await arrived;
    expect(referrers.filter((text) => text.includes('/reset/'))).toEqual([]);
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await close();
  });
});

/** Each page in each of its states: where it is, and as whom it is seen. */
async function states(): Promise<{ name: string; path: string; as?: { email: string } }[]> {
  const open = await opened.invited({ role: 'admin' });
  const person = await opened.person();
  const addressed = await opened.invited({ email: `${'b'.repeat(60)}@acme.test` });
  const withdrawn = await opened.invited();
  await opened.invitations.withdraw({
    orgId: withdrawn.orgId,
    id: withdrawn.link.id,
    by: opened.by(withdrawn.owner.userId),
  });
  const suspended = await opened.invited();
  await opened.store.people.setSuspended(suspended.orgId, true);
  const used = await opened.invited();
  const userId = (await opened.person()).userId;
  valueOf(
    await opened.invitations.join({
      token: used.link.token,
      userId,
      email: 'x@acme.test',
      requestId: opened.by(userId).requestId,
    }),
  );
  const expired = await opened.invited();
  await opened.store.pool.query(`update invitations set expires_at = now() where id = $1`, [expired.link.id]);
  const lost = await opened.invited();
  await opened.store.people.setDisabled(lost.owner.userId, true);
  const reset = valueOf(await opened.passwordResets.createForOperator(person.userId));
  return [
    { name: 'newcomer', path: open.path },
    { name: 'newcomer with an address', path: addressed.path },
    { name: 'join', path: open.path, as: person },
    { name: 'wrong account', path: addressed.path, as: person },
    { name: 'member already', path: open.path, as: open.owner },
    { name: 'withdrawn', path: withdrawn.path },
    { name: 'suspended', path: suspended.path },
    { name: 'used', path: used.path },
    { name: 'expired', path: expired.path },
    { name: 'inviter lost the right', path: lost.path },
    { name: 'unknown', path: `/invite/${'x'.repeat(43)}` },
    { name: 'reset', path: `/reset/${reset.token}` },
    { name: 'reset unknown', path: `/reset/${'x'.repeat(43)}` },
    { name: 'forgot', path: '/forgot' },
    { name: 'signed out', path: '/signed-out' },
    { name: 'set up already', path: '/setup' },
  ];
}

test.each(['light', 'dark'] as const)(
  'axe finds nothing in any state, and nothing is wider than a small phone (%s)',
  async (colorScheme) => {
    const found: Record<string, unknown> = {};
    for (const { as, name, path } of await states()) {
      const { close, page } = await openWindow({ colorScheme, viewport: { width: 320, height: 640 } });
      if (as !== undefined) await signIn(page, as.email);
      await page.goto(origin + path);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      const faults = await faultsByAxe(page);
      if (wide > 320 || faults.length > 0) found[name] = { wide, faults };
      if (process.env['LOOK'] !== undefined) {
        await page.setViewportSize({ width: 390, height: 700 });
        await page.screenshot({
          path: `/tmp/c-${name.replaceAll(' ', '-')}-${colorScheme}.png`,
          fullPage: true,
        });
      }
      await close();
    }
    expect(found).toEqual({});
  },
);
