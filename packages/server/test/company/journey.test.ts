import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../src/demo/demo-data.ts';
import { createPerson } from '../../src/demo/person.ts';
import { COMPANY_CALLBACK_PATH } from '../../src/pages/company/company.tsx';
import { faultsByAxe } from '../support/axe.ts';
import { startDemo, type RunningDemo } from '../support/app.ts';
import {
  startCompanyProvider,
  type CompanyProviderProcess,
} from '../support/company-provider/start-company-provider.ts';
import { postToken, register, rpc } from '../support/oauth-client.ts';
import { NO_CHROMIUM, openChromium } from '../portal/open-chromium.ts';
import { sidewaysScroll } from '../portal/open-dashboard.ts';

const ISSUER = 'https://login.acme.test';
const SECRET = 'a-client-secret-of-acme-0123456789';
const DOMAIN = 'staff.acme.test';

let provider: CompanyProviderProcess;
let demo: RunningDemo;
let browser: Browser | undefined;
let app: Server;
let answered: (query: URLSearchParams) => void = () => {};
const records = new Map<string, string>();

beforeAll(async () => {
  provider = await startCompanyProvider([
    { issuer: ISSUER, clientSecret: SECRET, redirectUri: `http://localhost${COMPANY_CALLBACK_PATH}` },
  ]);
  demo = await startDemo({
    addressGuard: provider.guard,
    resolveTxt: async (domain) => [[records.get(domain) ?? '']],
  });
  await setUp();
  browser = await openChromium([`--host-resolver-rules=MAP login.acme.test:443 127.0.0.1:${provider.port}`]);
  app = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/callback') answered(url.searchParams);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>app</title>Connected to the app');
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser?.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
  await demo.close();
  await provider.close();
});

/** What an owner does on the page of company sign-in. */
async function setUp(): Promise<void> {
  const owner = createPerson({ origins: [demo.url] });
  const page = await owner.visit(`${demo.url}/sign-in`);
  await owner.submit(page, { email: 'owner@acme.test', password: DEMO_PASSWORD }, 'password');
  const send = async (method: string, path: string, body: unknown) => {
    const answer = await fetch(`${demo.url}/portal/v1/organisations/acme/company-sign-in${path}`, {
      method,
      headers: { cookie: owner.cookieHeader(), origin: demo.url, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const read = (await answer.json()) as Record<string, unknown>;
    expect([answer.ok, read]).toEqual([true, read]);
    return read;
  };
  await send('PUT', '', {
    issuer: ISSUER,
    client_id: 'latchkey',
    client_secret: SECRET,
    scopes: 'openid email profile groups',
    default_role: 'member',
    groups_claim: 'groups',
    group_roles: [{ group: 'engineers', role: 'admin' }],
    version: null,
  });
  const { record } = await send('POST', '/domains', { domain: DOMAIN });
  records.set(DOMAIN, String(record));
  await send('POST', '/domains/check', { domain: DOMAIN });
}

test('somebody new pastes the URL into an app, signs in at their company and is connected, without scripts', async ({
  skip,
}) => {
  if (browser === undefined) return skip(NO_CHROMIUM);
  await provider.account(ISSUER, 'ada', {
    email: `ada@${DOMAIN}`,
    email_verified: true,
    name: 'Ada',
    groups: ['engineers'],
  });
  const redirectUri = `http://localhost:${(app.address() as AddressInfo).port}/callback`;
  const { client_id: clientId } = (await register(demo.url, {
    client_name: 'Pasted app',
    redirect_uris: [redirectUri],
  })) as { client_id: string };
  const verifier = 'v'.repeat(64);
  const authorize = new URL(`${demo.url}/authorize`);
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: `${demo.url}/mcp/acme`,
    state: 'of-the-app',
  }).toString();
  const answer = new Promise<URLSearchParams>((resolve) => {
    answered = resolve;
  });

  const context = await browser.newContext({
    javaScriptEnabled: false,
    ignoreHTTPSErrors: true,
    viewport: { width: 320, height: 720 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The provider's own pages are not ours to judge.
    if (page.url().startsWith(demo.url) && message.type() === 'error') complaints.push(message.text());
  });

  await page.goto(authorize.href);
  await page.getByText('To connect').waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
  // One button stands out.
  const loud = page.locator('main button:not(.secondary)');
  expect(await loud.allInnerTexts()).toEqual(['Continue with Acme']);
  await page.getByRole('button', { name: 'Continue with Acme' }).click();

  // At the company.
  await page.waitForURL(`${ISSUER}/**`);
  await page.locator('[name=login]').fill('ada');
  await page.locator('[name=password]').fill('whatever');
  await page.locator('form button[type=submit], form [type=submit]').first().click();
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('form button[type=submit], form [type=submit]').first().click();

  // And back.
  await page.waitForURL(`${demo.url}/oauth/consent?**`);
  await page.getByText(`ada@${DOMAIN}`).first().waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
  await page.getByRole('radio', { name: /Full access/ }).check();
  await page.getByRole('button', { name: /^Allow/ }).click();
  await page.getByText('Connected to the app').waitFor();
  expect(complaints).toEqual([]);

  const query = await answer;
  expect(query.get('state')).toBe('of-the-app');
  expect(query.get('iss')).toBe(demo.url);
  const exchanged = await postToken(demo.url, {
    grant_type: 'authorization_code',
    code: query.get('code') ?? '',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  const { access_token: token } = (await exchanged.json()) as { access_token: string };
  const tools = await rpc(`${demo.url}/mcp/acme`, { authorization: `Bearer ${token}` }, 'tools/list');
  expect(tools.status).toBe(200);

  // Her company's word opens its own organisation alone, as what her groups say.
  const { store } = demo.latchkey;
  const userId = await store.people.findUserByEmail(`ada@${DOMAIN}`);
  if (userId === undefined) throw new Error('there is no account');
  const memberships = await store.people.listOrganisationsOf(userId);
  expect(memberships.map(({ organisation, role }) => [organisation.slug, role])).toEqual([['acme', 'admin']]);
  await context.close();
});

test.for(['light', 'dark'] as const)(
  'the pages are fit for everybody (%s)',
  async (colorScheme, { skip }) => {
    if (browser === undefined) return skip(NO_CHROMIUM);
    const context = await browser.newContext({
      // For axe, which is a script; the pages have none.
      colorScheme,
      viewport: { width: 320, height: 720 },
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    for (const path of [
      '/sign-in',
      '/sign-in?return_to=/app/acme',
      '/sign-in/company/acme',
      '/oauth/company/callback',
    ]) {
      await page.goto(demo.url + path);
      expect(await faultsByAxe(page)).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
    }
    await page.goto(`${demo.url}/sign-in`);
    await page.getByLabel('Email').fill('somebody@nowhere.test');
    await page.getByRole('button', { name: 'Continue with your company' }).click();
    await page.getByRole('alert').filter({ hasText: 'No company here' }).waitFor();
    expect(await page.getByLabel('Email').inputValue()).toBe('somebody@nowhere.test');
    await context.close();
  },
);

test('where it is required, a member who signed in with a password is led to it before any consent', async () => {
  const { store } = demo.latchkey;
  const acme = await store.people.findOrganisationBySlug('acme');
  if (acme === undefined) throw new Error('no demo');
  await store.companySignIn.setRequired(acme.id, true);
  const redirectUri = 'https://app.example/callback';
  const { client_id: clientId } = (await register(demo.url, { redirect_uris: [redirectUri] })) as {
    client_id: string;
  };
  const authorize = new URL(`${demo.url}/authorize`);
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update('v'.repeat(64)).digest('base64url'),
    code_challenge_method: 'S256',
    resource: `${demo.url}/mcp/acme`,
  }).toString();
  const open = async (email: string) => {
    const person = createPerson({ origins: [demo.url] });
    const page = await person.visit(authorize.href);
    return person.submit(page, { email, password: DEMO_PASSWORD }, 'password');
  };

  const member = await open('member@acme.test');
  expect(member.status).toBe(403);
  expect(member.html).toContain('asks for its own sign-in');
  expect(member.html).toContain('/sign-in/company/acme?return_to=%2Foauth%2Fconsent%3Ftransaction%3D');
  expect(member.html).not.toContain('name="access"');

  const owner = await open('owner@acme.test');
  expect(owner.status).toBe(200);
  expect(owner.html).toContain('name="access"');
  await store.companySignIn.setRequired(acme.id, false);
});
