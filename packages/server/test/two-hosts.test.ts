import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../src/demo/person.ts';
import { deriveKey } from '../src/kernel/seal.ts';
import { createBrowser, returnUrl, type Browser } from './oauth/support/browser.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { freePort } from './support/free-port.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';
import { authorizeUrl, newVerifier, postToken, register, REDIRECT_URI, rpc } from './support/oauth-client.ts';

// Two processes of the built command, on two origins, with nothing in common but a database and two secrets.
const HANDOFF_SECRET = 'a handoff secret of 32 characters';
const EMAIL = 'first@initech.test';
const PASSWORD = 'a long enough password';
const ALLOW = { access: 'read', decision: 'allow', organisation: 'initech' };
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Tiny', version: '1' },
  paths: {
    '/ping': { get: { operationId: 'ping', summary: 'Ping', responses: { 200: { description: 'pong' } } } },
  },
};

let database: TestDatabase;
let folder: string;
let mcp: string;
let web: string;
let base: Record<string, string>;
const running: StartedCommand[] = [];
let served: Awaited<ReturnType<typeof start>>[];
let setUp: { html: string };

async function start(only: 'gateway' | 'web', port: number, change: Record<string, string> = {}) {
  const environment = { ...base, PORT: String(port), ...change };
  const started = startCommand(['serve', '--only', only], { cwd: folder, environment });
  running.push(started);
  return { started, ready: await untilReady(started) };
}

beforeAll(async () => {
  const [atGateway, atWeb] = [await freePort(), await freePort()];
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-two-hosts-'));
  await writeFile(join(folder, 'tiny.json'), JSON.stringify(OPENAPI));
  const connectors = [{ slug: 'tiny', name: 'Tiny', document: 'tiny.json', base_url: 'http://127.0.0.1:9' }];
  await writeFile(join(folder, 'latchkey.json'), JSON.stringify({ connectors }));
  mcp = `http://localhost:${atGateway}`;
  web = `http://127.0.0.1:${atWeb}`;
  base = {
    PUBLIC_MCP_BASE_URL: mcp,
    PUBLIC_WEB_BASE_URL: web,
    OAUTH_HANDOFF_SECRET: HANDOFF_SECRET,
    LATCHKEY_SECRET: 'one secret for both hosts, 32 characters',
    DATABASE_URL: database.url,
    LATCHKEY_CONFIG: './latchkey.json',
    LOG_LEVEL: 'silent',
  };
  served = await Promise.all([start('web', atWeb), start('gateway', atGateway)]);
  // The first person sets up on the web host.
  const link = /http:\S+\/setup\?token=\S+/.exec(served[0]?.started.err() ?? '')?.[0] ?? '';
  const person = createPerson({ origins: [web] });
  const account = { email: EMAIL, name: 'First', password: PASSWORD };
  const organisation = { organisation_name: 'Initech', slug: 'initech' };
  setUp = await person.submit(await person.visit(link), { ...account, ...organisation }, 'email');
});
afterAll(async () => {
  await Promise.all(running.map(stopCommand));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function signedIn(): Promise<Browser> {
  const browser = createBrowser(web);
  await browser.signIn(EMAIL, PASSWORD);
  return browser;
}

async function newRequest(gateway = mcp) {
  const { client_id } = await register(gateway, { client_name: `App ${Math.random()}` });
  const { verifier, challenge } = newVerifier();
  const href = authorizeUrl(gateway, { client_id, code_challenge: challenge });
  return { clientId: client_id, verifier, href };
}

/** Where the web host sends the browser after an approval: the gateway, with a ticket. */
async function approved(browser: Browser): Promise<string> {
  const page = await browser.open((await newRequest()).href);
  return returnUrl(await browser.decide(page.fields, ALLOW)).href;
}

test('each host says where it is, and only the web host leads the first person to a connector URL', () => {
  expect(served.map(({ ready }) => ready)).toEqual([
    { event: 'ready', url: web, connector: `${mcp}/mcp`, only: 'web' },
    { event: 'ready', url: mcp, connector: `${mcp}/mcp`, only: 'gateway' },
  ]);
  expect(setUp.html).toContain(`${mcp}/mcp/initech`);
  expect(served[1]?.started.err()).not.toContain('/setup');
});

test('H1: from a pasted URL over both hosts to a tool list, and to 401 after the web host revoked it', async () => {
  const challenge = await rpc(`${mcp}/mcp/initech`, {}, 'tools/list');
  expect(challenge.headers.get('www-authenticate')).toContain(`${mcp}/.well-known/oauth-protected-resource`);
  const browser = await signedIn();
  const request = await newRequest();
  const page = await browser.open(request.href);
  expect(new URL(page.at).origin).toBe(web);
  expect(page.at).not.toContain('handoff=');
  const back = returnUrl(await browser.decide(page.fields, ALLOW));
  expect(back.origin).toBe(mcp);
  const target = returnUrl(await browser.get(back.href));
  expect(target.href.startsWith(REDIRECT_URI)).toBe(true);
  const tokens = (await (
    await postToken(mcp, {
      grant_type: 'authorization_code',
      client_id: request.clientId,
      code: target.searchParams.get('code') ?? '',
      code_verifier: request.verifier,
    })
  ).json()) as { access_token: string };
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const listed = await rpc(`${mcp}/mcp/initech`, bearer, 'tools/list');
  expect(listed.status).toBe(200);
  expect(await listed.text()).toContain('ping');

  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, origin: web, 'content-type': 'application/json' };
  const keysUrl = `${web}/portal/v1/organisations/initech/keys`;
  const { items } = (await (await fetch(keysUrl, { headers })).json()) as { items: { id: string }[] };
  const revoked = await fetch(`${keysUrl}/${items[0]?.id}/revoke`, { method: 'POST', headers, body: '{}' });
  expect(revoked.status).toBe(200);
  await expect.poll(async () => (await rpc(`${mcp}/mcp/initech`, bearer, 'tools/list')).status).toBe(401);
});

describe('each host serves its own half alone', () => {
  test.each(['/sign-in', '/oauth/consent', '/setup', '/app', '/app/initech/keys', '/portal/v1/me'])(
    'the gateway has no %s',
    async (path) => {
      expect((await fetch(mcp + path, { redirect: 'manual' })).status).toBe(404);
      expect((await fetch(web + path, { redirect: 'manual' })).status).not.toBe(404);
    },
  );

  test.each([
    '/mcp',
    '/mcp/initech',
    '/mcp/initech/sse',
    '/api/tiny/ping',
    '/authorize',
    '/authorize/return',
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/jwks.json',
  ])('the web host has no %s', async (path) => {
    expect((await fetch(web + path, { redirect: 'manual' })).status).toBe(404);
    expect((await fetch(mcp + path, { redirect: 'manual' })).status).not.toBe(404);
  });

  test.each(['/token', '/register', '/revoke', '/mcp'])('the web host takes no POST to %s', async (path) => {
    expect((await fetch(web + path, { method: 'POST' })).status).toBe(404);
  });

  test('both are alive and ready, and the front door of the gateway leads to the web host', async () => {
    for (const origin of [mcp, web]) {
      expect((await fetch(`${origin}/healthz`)).status).toBe(200);
      expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    }
    const front = await fetch(`${mcp}/`, { redirect: 'manual' });
    expect(front.headers.get('location')).toBe(web);
  });
});

describe('26: a ticket that does not hold gets a page that says what to fix', () => {
  /** A ticket as this pair of hosts would make it, but for the change. */
  function made(direction: 'to-web' | 'to-gateway', change: { secret?: string; aud?: string; exp?: number }) {
    const [from, to] = direction === 'to-web' ? [mcp, web] : [web, mcp];
    return new SignJWT({ txn: 'any' })
      .setProtectedHeader({ alg: 'HS256', typ: 'latchkey-handoff+jwt' })
      .setIssuer(from)
      .setAudience(change.aud ?? to)
      .setJti(`jti-${Math.random()}`)
      .setExpirationTime(change.exp ?? Math.floor(Date.now() / 1000) + 30)
      .sign(deriveKey(change.secret ?? HANDOFF_SECRET, `handoff ${direction}`));
  }

  test.each([
    ['under another secret', { secret: 'another secret of 32 characters!!' }, 'OAUTH_HANDOFF_SECRET'],
    [
      'for a host of another name',
      { aud: 'https://other.test' },
      'PUBLIC_MCP_BASE_URL and PUBLIC_WEB_BASE_URL',
    ],
    ['older than a minute', { exp: 1 }, 'Start again from the app'],
  ])('%s, on either host', async (_what, change, words) => {
    const browser = createBrowser(web);
    const arrivals = [
      `${web}/oauth/consent?handoff=${await made('to-web', change)}`,
      `${mcp}/authorize/return?handoff=${await made('to-gateway', change)}`,
    ];
    for (const arrival of arrivals) {
      const page = await browser.get(arrival);
      expect(page.status).toBe(400);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.html).toContain(words);
      expect(page.html).toContain('<link rel="stylesheet"');
    }
  });

  test('used before, on either host', async () => {
    const browser = await signedIn();
    const arrival = (await browser.get((await newRequest()).href)).location ?? '';
    expect((await browser.get(arrival)).status).toBe(303);
    const back = await approved(browser);
    expect((await browser.get(back)).status).toBe(200);
    for (const again of [await browser.get(arrival), await browser.get(back)]) {
      expect(again.status).toBe(400);
      expect(again.html).toContain('used before');
      expect(again.html).not.toContain('code=');
    }
  });

  test('27: swapped between two browsers', async () => {
    const [one, two] = [await signedIn(), await signedIn()];
    const [backOne, backTwo] = [await approved(one), await approved(two)];
    for (const answer of [await one.get(backTwo), await two.get(backOne)]) {
      expect(answer.status).toBe(403);
      expect(answer.html).toContain('in this browser');
      expect(answer.html).not.toContain('code=');
    }
  });

  test('from a gateway that was given another secret, there and back', async () => {
    const port = await freePort();
    const elsewhere = `http://localhost:${port}`;
    await start('gateway', port, {
      PUBLIC_MCP_BASE_URL: elsewhere,
      OAUTH_HANDOFF_SECRET: 'another secret of 32 characters!!',
    });
    const browser = await signedIn();
    const there = await browser.follow((await newRequest(elsewhere)).href);
    expect([there.status, new URL(there.at).origin]).toEqual([400, web]);
    expect(there.html).toContain('OAUTH_HANDOFF_SECRET');
    const back = await browser.get((await approved(browser)).replace(mcp, elsewhere));
    expect(back.status).toBe(400);
    expect(back.html).toContain('OAUTH_HANDOFF_SECRET');
  });
});

describe('H3: one half alone does not start', () => {
  const NEEDED = [
    'PUBLIC_MCP_BASE_URL',
    'PUBLIC_WEB_BASE_URL',
    'OAUTH_HANDOFF_SECRET',
    'DATABASE_URL',
    'LATCHKEY_SECRET',
  ];

  test.each(['gateway', 'web'])('as %s with nothing set, and names all that is missing', async (only) => {
    const refused = startCommand(['serve', '--only', only], { cwd: folder, environment: {} });
    expect(await refused.exit).toBe(1);
    for (const name of NEEDED) expect(refused.err()).toContain(`${name}: must be set with --only`);
  });

  test.each(['', 'x'.repeat(31)])('with the handoff secret %j', async (secret) => {
    const environment = { ...base, OAUTH_HANDOFF_SECRET: secret };
    const refused = startCommand(['serve', '--only', 'web'], { cwd: folder, environment });
    expect(await refused.exit).toBe(1);
    expect(refused.err()).toMatch(/OAUTH_HANDOFF_SECRET: .*32 characters/);
  });

  test('with one origin for both', async () => {
    const environment = { ...base, PUBLIC_WEB_BASE_URL: mcp };
    const refused = startCommand(['serve', '--only', 'web'], { cwd: folder, environment });
    expect(await refused.exit).toBe(1);
    expect(refused.err()).toContain('PUBLIC_WEB_BASE_URL: must be another origin');
  });

  test('with another LATCHKEY_SECRET than the first host, and says so in a sentence', async () => {
    const environment = {
      ...base,
      PORT: '0',
      LATCHKEY_SECRET: 'another secret than the first, 32 characters',
    };
    const refused = startCommand(['serve', '--only', 'web'], { cwd: folder, environment });
    expect(await refused.exit).toBe(1);
    expect(refused.err()).toContain('LATCHKEY_SECRET is not the one');
    expect(refused.err()).not.toMatch(/ at .*\.js:\d+/);
  });

  test('as a half that there is not', async () => {
    const refused = startCommand(['serve', '--only', 'doors'], { cwd: folder, environment: base });
    expect(await refused.exit).toBe(2);
    expect(refused.err()).toContain('--only gateway');
  });
});

test('accounts at upstreams are connected on the web host; the document that says so is the gateway’s', async () => {
  const document = await fetch(`${mcp}/oauth/upstream-client.json`);
  expect(await document.json()).toMatchObject({
    client_id: `${mcp}/oauth/upstream-client.json`,
    redirect_uris: [`${web}/oauth/upstream/callback`],
  });
  const statuses = async (url: string) => (await fetch(url, { redirect: 'manual' })).status;
  expect(await statuses(`${web}/oauth/upstream-client.json`)).toBe(404);
  expect(await statuses(`${web}/connect/initech/tiny`)).toBe(303);
  expect(await statuses(`${web}/oauth/upstream/callback?state=x&code=y`)).toBe(400);
  expect(await statuses(`${mcp}/connect/initech/tiny`)).toBe(404);
  expect(await statuses(`${mcp}/oauth/upstream/callback?state=x&code=y`)).toBe(404);
});
