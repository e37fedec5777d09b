import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../src/demo/demo-data.ts';
import { createPerson } from '../../src/demo/person.ts';
import { startDemo, type RunningDemo } from '../support/app.ts';
import {
  authorizeUrl,
  newVerifier,
  postToken,
  register,
  REDIRECT_URI,
  rpc,
} from '../support/oauth-client.ts';
import { buildDashboard } from './build-dashboard.ts';
import { NO_CHROMIUM, openChromium } from './open-chromium.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { clipboard, focused, openVisit, sidewaysScroll } from './open-dashboard.ts';

// The dashboard before the whole service, so that real clients connect to what the page says.
let browser: Browser | undefined;
let demo: RunningDemo;
beforeAll(async () => {
  browser = await openChromium();
  if (browser === undefined) return;
  demo = await startDemo({ dashboardDirectory: await buildDashboard() });
});
beforeEach((context) => {
  if (browser === undefined) context.skip(NO_CHROMIUM);
});
afterAll(async () => {
  await browser?.close();
  if (browser === undefined) return;
  await demo.close();
});

/** A step is written and asked for within seconds; a busy machine takes longer. */
const SOON = { timeout: 20_000 };

async function visitAs(email: string, options: Parameters<typeof openVisit>[3] = {}) {
  if (browser === undefined) throw new Error(NO_CHROMIUM);
  const person = createPerson({ origins: [demo.url] });
  const page = await person.visit(`${demo.url}/sign-in`);
  await person.submit(page, { email, password: DEMO_PASSWORD }, 'password');
  return openVisit(browser, demo.url, person.cookieHeader(), options);
}

/** Presses Verify, and waits until it listens from some moment on. */
async function listen(page: Page): Promise<void> {
  const begun = page.waitForResponse((response) => response.url().includes('/attempts?since='));
  await page.getByRole('button', { name: 'Verify' }).click();
  await begun;
  await page.getByRole('status').filter({ hasText: 'Listening' }).waitFor();
}

/** An MCP client of the official SDK with its own OAuth, and a person who answers for it. */
async function connectWithSdk(url: string, email: string): Promise<void> {
  const person = createPerson({ origins: [demo.url] });
  let callback: URLSearchParams | undefined;
  let verifier = '';
  let information: Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
  let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT_URI,
    clientMetadata: { client_name: 'Verified app', redirect_uris: [REDIRECT_URI] },
    clientInformation: () => information,
    saveClientInformation: (saved) => void (information = saved),
    tokens: () => tokens,
    saveTokens: (saved) => void (tokens = saved),
    async redirectToAuthorization(at) {
      const decided = await person.decide(at.href, { email, password: DEMO_PASSWORD, access: 'read' });
      callback = decided.callback.searchParams;
    },
    saveCodeVerifier: (saved) => void (verifier = saved),
    codeVerifier: () => verifier,
  };
  const open = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  const first = open();
  const newClient = () => new Client({ name: 'verified', version: '1.0' });
  await newClient()
    .connect(first)
    .catch(() => undefined);
  if (callback === undefined) throw new Error('nobody was asked');
  await first.finishAuth(callback);
  const client = newClient();
  await client.connect(open());
  await client.listTools();
  await client.callTool({ name: 'list_bundles', arguments: {} });
  await client.close();
}

describe('the page that connects apps', () => {
  test('watches a real client from its first 401 to its first call', async () => {
    const visit = await visitAs('owner@acme.test');
    const { page } = visit;
    await visit.goto('/app/acme/connect');
    await listen(page);
    await connectWithSdk(`${demo.url}/mcp/acme`, 'owner@acme.test');
    const attempt = page.getByRole('article').filter({ hasText: 'Verified app' });
    await expect
      .poll(() => attempt.innerText().catch(() => ''), SOON)
      .toContain('is connected and has called a tool');
    const steps = await attempt.locator('.trace-words').allInnerTexts();
    expect(steps.map((text) => text.replace(/^Done:\s*|\s*\(\d+ times\)$/g, ''))).toEqual([
      'Asked at the URL and was told to sign in (401)',
      'Read where to sign in for this URL',
      'Read how to sign in here',
      'Registered itself',
      'Sent a browser to sign in',
      'The sign-in page was shown',
      'Somebody signed in',
      'The question of access was shown',
      'Access was allowed',
      'Traded the code for a token',
      'Opened the connection with its token or key',
      'Asked for the list of tools',
      'Called a tool',
    ]);
    await page.getByRole('status').filter({ hasText: 'It works.' }).waitFor();
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('polite');
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('names the step that stopped and why: access denied, and a wrong verifier', async () => {
    const visit = await visitAs('owner@acme.test');
    const { page } = visit;
    await visit.goto('/app/acme/connect?app=claude-code');
    await listen(page);
    const email = 'member@acme.test';
    const person = createPerson({ origins: [demo.url] });
    const { challenge } = newVerifier();
    const resource = `${demo.url}/mcp/acme`;
    const denied = await register(demo.url, { client_name: 'Denied <b>app</b>' });
    await person.decide(
      authorizeUrl(demo.url, { client_id: denied.client_id, code_challenge: challenge, resource }),
      { email, password: DEMO_PASSWORD, decision: 'deny' },
    );
    const refused = page.getByRole('article').filter({ hasText: 'Denied <b>app</b>' });
    await expect.poll(() => refused.innerText().catch(() => ''), SOON).toContain('answered Cancel');
    expect(await refused.innerText()).toContain('connect again and choose Allow');

    const wrong = await register(demo.url, { client_name: 'Wrong verifier' });
    const { callback } = await person.decide(
      authorizeUrl(demo.url, { client_id: wrong.client_id, code_challenge: challenge, resource }),
      { email, password: DEMO_PASSWORD, access: 'read' },
    );
    const code = callback.searchParams.get('code') ?? '';
    await postToken(demo.url, {
      grant_type: 'authorization_code',
      code,
      client_id: wrong.client_id,
      code_verifier: newVerifier().verifier,
      redirect_uri: REDIRECT_URI,
    });
    const stopped = page.getByRole('article').filter({ hasText: 'Wrong verifier' });
    await expect.poll(() => stopped.innerText().catch(() => ''), SOON).toContain('with a wrong verifier');
    expect(await stopped.innerText()).toContain('Stopped');
    const stop = page.getByRole('button', { name: 'Stop' });
    await stop.click();
    await page.getByRole('status').filter({ hasText: 'Not listening any more' }).waitFor();
    await expect.poll(() => focused(page), SOON).toBe('Verify again');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a member sees nothing of what others tried', async () => {
    const visit = await visitAs('member@acme.test');
    await visit.goto('/app/acme/connect/attempts');
    const { page } = visit;
    await page.getByRole('heading', { name: 'Connection attempts' }).waitFor();
    await page.locator('.attempt, .empty').first().waitFor();
    const shown = await page.locator('main').innerText();
    expect(shown).not.toContain('Verified app');
    expect(shown).toContain('Wrong verifier');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('has tabs that the arrow keys choose, in the address, each with its own steps', async () => {
    const visit = await visitAs('owner@acme.test', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = visit;
    await visit.goto('/app/acme/connect');
    const chosen = page.getByRole('tab', { selected: true });
    await chosen.waitFor();
    expect(await chosen.innerText()).toBe('claude.ai');
    await page.getByText('claude.ai cannot reach this address: it is on this computer').waitFor();
    expect(await page.getByRole('link', { name: /Add to Claude/ }).count()).toBe(0);
    expect(await page.getByText('Open claude.ai with everything filled in').count()).toBe(0);
    await chosen.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => focused(page), SOON).toBe('Claude Code');
    await expect.poll(() => visit.path(), SOON).toBe('/app/acme/connect?app=claude-code');
    const panel = page.getByRole('tabpanel', { name: 'Claude Code' });
    expect(await panel.innerText()).toContain(`claude mcp add --transport http acme ${demo.url}/mcp/acme`);
    await page.keyboard.press('End');
    await expect.poll(() => focused(page), SOON).toBe('curl');
    await page.getByRole('tab', { name: 'curl', selected: true }).waitFor();

    await page.getByLabel('What it may see').selectOption({ label: 'Only Reelport' });
    await expect.poll(() => visit.path(), SOON).toBe('/app/acme/connect?app=curl&at=c%2Freelport');
    const at = `${demo.url}/mcp/acme/c/reelport`;
    await expect.poll(() => page.getByRole('tabpanel').innerText(), SOON).toContain(`curl ${at}`);
    await page.getByRole('button', { name: 'Copy the connector URL' }).click();
    await expect.poll(() => clipboard(page), SOON).toBe(at);
    expect(await page.getByRole('tabpanel').innerText()).toContain(`curl ${at}`);
    await page.reload();
    await expect.poll(() => page.getByRole('tabpanel').innerText(), SOON).toContain(`curl ${at}`);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('makes a key for an app that cannot sign in, shows it once, and hears of its first call', async () => {
    const visit = await visitAs('owner@acme.test');
    const { page } = visit;
    await visit.goto('/app/acme/connect?app=curl');
    await page.getByRole('button', { name: 'Make a key for this' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Script');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const secret = await dialog.locator('[data-secret]').innerText();
    expect(await dialog.innerText()).toContain('in place of YOUR_KEY');
    await dialog.getByRole('button', { name: 'I have saved it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);

    await listen(page);
    expect((await rpc(`${demo.url}/mcp/acme`, { 'x-api-key': `${secret}x` }, 'tools/list')).status).toBe(401);
    const log = page.getByRole('log');
    await expect.poll(() => log.innerText(), SOON).toContain('came with an API key that is not valid here');
    const agent = { 'x-api-key': secret, 'user-agent': 'curl/8.5.0' };
    expect((await rpc(`${demo.url}/mcp/acme`, agent, 'tools/list')).status).toBe(200);
    await expect.poll(() => log.innerText(), SOON).toContain('Asked for the list of tools');
    expect(await page.content()).not.toContain(secret);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'has no fault that axe sees, and fits a phone, in %s',
    async (scheme) => {
      const visit = await visitAs('owner@acme.test', { colorScheme: scheme });
      const { page } = visit;
      for (const app of ['claude-ai', 'vs-code', 'stdio', 'curl']) {
        await visit.goto(`/app/acme/connect?app=${app}`);
        await page.getByRole('tabpanel').waitFor();
        expect(await visit.axe()).toEqual([]);
      }
      await visit.goto('/app/acme/connect/attempts');
      await page.locator('.attempt').first().waitFor();
      await page.locator('.attempt summary').first().click();
      expect(await visit.axe()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      for (const path of [
        '/app/acme/connect?app=curl',
        '/app/acme/connect?app=vs-code',
        '/app/acme/connect?app=stdio',
        '/app/acme/connect/attempts',
      ]) {
        await visit.goto(path);
        await page.locator('.attempt, [role=tabpanel]').first().waitFor();
        expect(await sidewaysScroll(page)).toBe(0);
      }
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('the list of attempts has a skeleton, an error to try again after, and filters in the address', async () => {
    const visit = await visitAs('owner@acme.test');
    const { page } = visit;
    const path = '/app/acme/connect/attempts';
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/v1/organisations/acme/attempts*',
      loading: 'Loading the attempts',
    });
    await page.locator('.attempt').first().waitFor();
    await page.getByRole('button', { name: 'Not connected' }).click();
    await expect.poll(() => visit.path(), SOON).toBe(`${path}?show=stopped`);
    await expect.poll(() => page.locator('main').innerText(), SOON).not.toContain('Verified app');
    await page.getByRole('searchbox').fill('wrong VERIFIER');
    await expect.poll(() => page.locator('.attempt').count(), SOON).toBe(1);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No attempt fits.').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect.poll(() => page.locator('.attempt').count(), SOON).toBeGreaterThan(2);
    await visit.close();
  });
});
