import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CHROMIUM, openChromium } from '../../packages/server/test/portal/open-chromium.ts';
import { createTestDatabase, type TestDatabase } from '../../packages/server/test/support/database.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import {
  stopCommand,
  untilReady,
  type StartedCommand,
} from '../../packages/server/test/support/latchkey-command.ts';
import { CALLBACK, createMemory } from '../support/mcp-app.ts';
import { caddy, nginx, type Behind, type RunningProxy } from './support/proxies.ts';
import { openSite, type Site } from './support/site.ts';
import { openStack, type Stack } from './support/stack.ts';
import { startWaitingServer, type WaitingServer } from './support/waiting-server.ts';

// As it stands in the world: a gateway and a web host, two names, TLS, a proxy with the example of deploy/, a browser and
// an app that trust one certificate and nothing else. LATCHKEY_JOURNEY_ROOT: in a root that holds the image's files.
const EMAIL = 'ada@initech.test';
const PASSWORD = 'a long enough password';
const API = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  paths: {
    '/notes': {
      get: {
        operationId: 'listNotes',
        summary: 'List notes',
        responses: { 200: { description: 'The notes' } },
      },
    },
  },
};

let site: Site;
let database: TestDatabase;
let stack: Stack;
let waiting: WaitingServer;
let api: Server;
let browser: Browser | undefined;
let behind: Behind;
let web: StartedCommand | undefined;
let gateway: StartedCommand | undefined;
let proxy: RunningProxy | undefined;

beforeAll(async () => {
  [site, database, waiting, stack] = await Promise.all([
    openSite(),
    createTestDatabase(),
    startWaitingServer(),
    openStack(process.env['LATCHKEY_JOURNEY_ROOT']),
  ]);
  browser = await openChromium(site.chromiumArgs);
  api = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end('{"notes":["Buy milk"]}'),
  );
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  await stack.put('notes.json', JSON.stringify(API));
  const notes = {
    document: './notes.json',
    base_url: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
  };
  const connectors = [
    { slug: 'notes', name: 'Notes', ...notes },
    { slug: 'desk', name: 'Desk', mcp: { transport: 'streamable-http', url: waiting.url } },
  ];
  const [gatewayPort, webPort] = [await freePort(), await freePort()];
  behind = { gateway: `${site.mcp.address}:${gatewayPort}`, web: `${site.web.address}:${webPort}` };
  const environment = {
    PUBLIC_MCP_BASE_URL: site.mcp.origin,
    PUBLIC_WEB_BASE_URL: site.web.origin,
    OAUTH_HANDOFF_SECRET: randomBytes(32).toString('base64'),
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    DATABASE_URL: database.url,
    LATCHKEY_CONFIG: await stack.put('latchkey.json', JSON.stringify({ connectors })),
    TRUSTED_PROXIES: '127.0.0.1',
    LOG_LEVEL: 'silent',
  };
  const start = (only: 'gateway' | 'web', address: string, port: number) =>
    stack.start(['serve', '--only', only], { ...environment, HOST: address, PORT: String(port) });
  web = start('web', site.web.address, webPort);
  gateway = start('gateway', site.mcp.address, gatewayPort);
  await Promise.all([untilReady(web), untilReady(gateway)]);
});

afterAll(async () => {
  await browser?.close();
  await proxy?.stop();
  for (const half of [web, gateway]) if (half !== undefined) await stopCommand(half);
  await waiting.close();
  api.close();
  await database.drop();
  await stack.close();
  await site.close();
});

/** The official client, over the site's TLS, as an app that a person connects. */
function newApp(path: string) {
  const memory = createMemory<StoredOAuthClientInformation, StoredOAuthTokens, never>('Notebook');
  const open = () =>
    new StreamableHTTPClientTransport(new URL(path, site.mcp.origin), {
      authProvider: memory.provider,
      fetch: site.fetch,
    });
  const newClient = () => new Client({ name: 'Notebook', version: '1.0.0' });
  return {
    memory,
    async connect(approve: (authorizeUrl: string) => Promise<URL>): Promise<Client> {
      const first = open();
      await expect(newClient().connect(first)).rejects.toThrow(UnauthorizedError);
      const { searchParams } = await approve(memory.authorizeUrls.at(-1) ?? '');
      expect(searchParams.get('state')).toBe(memory.state);
      await first.finishAuth(searchParams);
      const client = newClient();
      await client.connect(open());
      return client;
    },
  };
}

/** A call whose first event is here before the call is over; otherwise it would never be. */
async function callWithEvent(client: Client): Promise<unknown> {
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const call = client.callTool({ name: 'wait_for_word', arguments: {} }, { onprogress: () => begun() });
  await Promise.race([hasBegun, call]);
  waiting.release();
  return call;
}

async function setUp(page: Page, link: string): Promise<string> {
  await page.goto(link);
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Organisation name').fill('Initech');
  await page.getByRole('button', { name: 'Finish set-up' }).click();
  return page.getByText(/^https\S+\/mcp\/initech$/).innerText();
}

async function approve(page: Page, authorizeUrl: string): Promise<URL> {
  expect(new URL(authorizeUrl).origin).toBe(site.mcp.origin);
  const wayBack = page.waitForRequest((request) => request.url().startsWith(CALLBACK));
  await page.goto(authorizeUrl);
  expect(new URL(page.url()).origin).toBe(site.web.origin);
  await page.getByLabel(/^Read-only/).check();
  await page.getByRole('button', { name: /^Allow/ }).click();
  return new URL((await wayBack).url());
}

test('two hosts under TLS: set up, connected, a stream that nobody holds back, through either proxy, and revoked', async (context) => {
  if (browser === undefined) return context.skip(NO_CHROMIUM);
  nginx.needs(context);
  caddy.needs(context);
  proxy = await nginx.start(site, behind);
  const person = await browser.newContext();
  const page = await person.newPage();
  const pasted = await setUp(page, /https:\S+\/setup\S*/.exec(web?.err() ?? '')?.[0] ?? '');
  expect(pasted).toBe(`${site.mcp.origin}/mcp/initech`);
  const cookies = await person.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const { name, secure } of cookies) expect([name, secure]).toEqual([name, true]);

  const { connect, memory } = newApp('/mcp/initech');
  const client = await connect((url) => approve(page, url));
  const listed = async () =>
    (await client.listTools(undefined, { cacheMode: 'bypass' })).tools.map(({ name }) => name).toSorted();
  // Its MCP server is asked after the start.
  await expect.poll(listed).toEqual(['list_notes', 'wait_for_word']);
  expect(await client.callTool({ name: 'list_notes', arguments: {} })).toMatchObject({
    content: [{ text: '{"notes":["Buy milk"]}' }],
  });
  expect(await callWithEvent(client)).toMatchObject({ content: [{ text: 'The word was said.' }] });

  await proxy.stop();
  proxy = await caddy.start(site, behind);
  expect(await callWithEvent(client)).toMatchObject({ content: [{ text: 'The word was said.' }] });

  await page.goto(`${site.web.origin}/app/initech/keys`);
  const row = page.getByRole('row', { name: /Notebook \(MCP connector\)/ });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
  await row.waitFor({ state: 'detached' });
  const authorization = `Bearer ${memory.credentials().access}`;
  const head = { authorization, 'content-type': 'application/json' };
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  // The one host hears of it from the other.
  await expect
    .poll(async () => (await site.fetch(pasted, { method: 'POST', headers: head, body })).status)
    .toBe(401);
  await expect(client.callTool({ name: 'list_notes', arguments: {} })).rejects.toThrow(UnauthorizedError);
  await client.close();
});
