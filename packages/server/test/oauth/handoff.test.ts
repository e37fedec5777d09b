import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedDemo } from '../../src/commands/demo/seed.ts';
import { readConfig } from '../../src/config.ts';
import { DEMO_PASSWORD } from '../../src/demo/demo-data.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { createHandoff, type HandoffFault } from '../../src/oauth/handoff.ts';
import { startLatchkey, type StartedLatchkey } from '../../src/start.ts';
import { freePort } from '../support/free-port.ts';
import { createTestDatabase, createTestStore } from '../support/database.ts';
import {
  authorizeUrl,
  newVerifier,
  postToken,
  register,
  REDIRECT_URI,
  rpc,
} from '../support/oauth-client.ts';
import { createBrowser, returnUrl } from './support/browser.ts';

const SECRET = 'a handoff secret of 32 characters';
const MCP = 'https://mcp.example.test';
const WEB = 'https://web.example.test';
const ALLOW = { access: 'read', decision: 'allow', organisation: 'acme' };

describe('H1: the ticket', () => {
  let database: Awaited<ReturnType<typeof createTestStore>>;
  beforeAll(async () => {
    database = await createTestStore();
  });
  afterAll(() => database.close());

  const toWeb = (secret = SECRET, issuer = MCP, audience = WEB) =>
    createHandoff({
      secret,
      direction: 'to-web',
      issuer,
      audience,
      claimOnce: (jti, expiresAtSeconds) => database.store.usedIds.claim('handoff', jti, expiresAtSeconds),
    });
  const toGateway = () =>
    createHandoff({
      secret: SECRET,
      direction: 'to-gateway',
      issuer: WEB,
      audience: MCP,
      claimOnce: (jti, expiresAtSeconds) => database.store.usedIds.claim('handoff', jti, expiresAtSeconds),
    });

  test('26: it works once, for one of many at the same moment', async () => {
    const ticket = await toWeb().issue('txn-1');
    const claims = await Promise.all(Array.from({ length: 20 }, () => toWeb().claim(ticket)));
    expect(claims.filter((claim) => claim.ok)).toEqual([{ ok: true, value: 'txn-1' }]);
    expect(await toWeb().claim(ticket)).toEqual({ ok: false, error: 'used' });
  });

  const now = () => Math.floor(Date.now() / 1000);
  const made = (
    change: {
      key?: Uint8Array;
      typ?: string;
      iss?: string;
      aud?: string | string[];
      exp?: number | null;
      jti?: string | null;
      txn?: unknown;
    } = {},
  ) => {
    const jwt = new SignJWT({ txn: 'txn' in change ? change.txn : 'txn-2' })
      .setProtectedHeader({ alg: 'HS256', typ: change.typ ?? 'latchkey-handoff+jwt' })
      .setIssuer(change.iss ?? MCP)
      .setAudience(change.aud ?? WEB);
    if (change.exp !== null) jwt.setExpirationTime(change.exp ?? now() + 30);
    if (change.jti !== null) jwt.setJti(change.jti ?? `jti-${Math.random()}`);
    return jwt.sign(change.key ?? deriveKey(SECRET, 'handoff to-web'));
  };

  test.each<[string, HandoffFault, Parameters<typeof made>[0]]>([
    ['expired', 'expired', { exp: Math.floor(Date.now() / 1000) - 1 }],
    ['without an expiry', 'forged', { exp: null }],
    ['without an id', 'forged', { jti: null }],
    ['for another audience', 'misdirected', { aud: 'https://other.test' }],
    ['from another issuer', 'misdirected', { iss: 'https://other.test' }],
    ['of another type', 'forged', { typ: 'JWT' }],
    ['under the secret itself', 'forged', { key: Buffer.from(SECRET) }],
    ['under the key of the other direction', 'forged', { key: deriveKey(SECRET, 'handoff to-gateway') }],
    [
      'under another secret',
      'forged',
      { key: deriveKey('another secret of 32 characters!!', 'handoff to-web') },
    ],
    ['that names no transaction', 'forged', { txn: 7 }],
  ])('26: one %s is refused as %s', async (_what, fault, change) => {
    expect(await toWeb().claim(await made())).toEqual({ ok: true, value: 'txn-2' });
    expect(await toWeb().claim(await made(change))).toEqual({ ok: false, error: fault });
  });

  test('26: a ticket cannot be reflected, and neither can its answer', async () => {
    const forged = { ok: false, error: 'forged' };
    expect(await toGateway().claim(await toWeb().issue('txn-3'))).toEqual(forged);
    expect(await toWeb().claim(await toGateway().issue('txn-3'))).toEqual(forged);
  });

  test('28: it carries no person, access or decision, and lives a minute', async () => {
    const ticket = await toWeb().issue('txn-4');
    const claims = JSON.parse(Buffer.from(ticket.split('.')[1] ?? '', 'base64url').toString());
    expect(Object.keys(claims).toSorted()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'txn']);
    expect(claims.exp - claims.iat).toBe(60);
  });

  test.each(['', 'a', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'])('%j is no ticket', async (ticket) => {
    expect(await toWeb().claim(ticket)).toEqual({ ok: false, error: 'forged' });
  });
});

describe('H3: split hosts', () => {
  const both = { PUBLIC_MCP_BASE_URL: MCP, PUBLIC_WEB_BASE_URL: WEB };
  test.each([
    [{ ...both }, false],
    [{ ...both, OAUTH_HANDOFF_SECRET: '' }, false],
    [{ ...both, OAUTH_HANDOFF_SECRET: 'x'.repeat(31) }, false],
    [{ ...both, OAUTH_HANDOFF_SECRET: 'x'.repeat(32) }, true],
    [{ PUBLIC_MCP_BASE_URL: MCP, PUBLIC_WEB_BASE_URL: MCP }, true],
    [{ PUBLIC_MCP_BASE_URL: MCP }, true],
  ])('with %j the service starts: %s', (environment, starts) => {
    const read = readConfig(environment);
    expect(read.ok).toBe(starts);
    expect(read.ok ? '' : read.error.join()).toMatch(starts ? /^$/ : /OAUTH_HANDOFF_SECRET/);
  });
});

describe('H2: on two origins', () => {
  let started: StartedLatchkey;
  let mcp: string;
  let web: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const [database, dataDir, port] = await Promise.all([
      createTestDatabase(),
      mkdtemp(join(tmpdir(), 'latchkey-split-')),
      freePort(),
    ]);
    mcp = `http://localhost:${port}`;
    web = `http://127.0.0.1:${port}`;
    const config = readConfig({
      PORT: String(port),
      PUBLIC_MCP_BASE_URL: mcp,
      PUBLIC_WEB_BASE_URL: web,
      OAUTH_HANDOFF_SECRET: SECRET,
      DATABASE_URL: database.url,
      LATCHKEY_DATA_DIR: dataDir,
    });
    if (!config.ok) throw new Error(config.error.join());
    const result = await startLatchkey(config.value, { environment: 'test', say: () => {}, log: silentLog });
    if (!result.ok) throw new Error(result.error.message);
    started = result.value;
    await seedDemo(started.latchkey, 'http://127.0.0.1:1');
    close = async () => {
      await started.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    };
  });
  afterAll(() => close());

  async function signedIn(email: string) {
    const browser = createBrowser(web);
    await browser.signIn(email, DEMO_PASSWORD);
    return browser;
  }

  async function newRequest() {
    const { client_id } = await register(mcp, { client_name: `App ${Math.random()}` });
    const { verifier, challenge } = newVerifier();
    return {
      clientId: client_id,
      verifier,
      href: authorizeUrl(mcp, { client_id, code_challenge: challenge }),
    };
  }

  const redeem = (request: { clientId: string; verifier: string }, code: string) =>
    postToken(mcp, {
      grant_type: 'authorization_code',
      client_id: request.clientId,
      code,
      code_verifier: request.verifier,
    });

  test('the whole way, host to host and back, ends with tokens', async () => {
    const browser = await signedIn('owner@acme.test');
    const request = await newRequest();
    const page = await browser.open(request.href);
    expect(new URL(page.at).origin).toBe(web);
    const back = returnUrl(await browser.decide(page.fields, ALLOW));
    expect(back.origin).toBe(mcp);
    expect(back.href).not.toMatch(/[?&](code|state)=/);
    const target = returnUrl(await browser.get(back.href));
    expect(target.href.startsWith(REDIRECT_URI)).toBe(true);
    expect(target.searchParams.get('iss')).toBe(mcp);
    const response = await redeem(request, target.searchParams.get('code') ?? '');
    const { access_token } = (await response.json()) as { access_token: string };
    expect((await rpc(`${mcp}/mcp`, { authorization: `Bearer ${access_token}` }, 'ping')).status).toBe(200);
  });

  test('26: either ticket used again, or as an access token, is refused', async () => {
    const browser = await signedIn('owner@acme.test');
    const request = await newRequest();
    const first = await browser.get(request.href);
    const page = await browser.follow(first.location ?? '');
    expect((await browser.get(first.location ?? '')).status).toBe(400);
    const { fields } = await browser.open(request.href);
    const back = returnUrl(await browser.decide(fields, ALLOW));
    expect((await browser.get(back.href)).status).toBe(200);
    const again = await browser.get(back.href);
    expect(again.status).toBe(400);
    expect(again.html).not.toContain('code=');
    expect(page.status).toBe(200);
    for (const ticket of [first.location, back.href]) {
      const token = new URL(ticket ?? '').searchParams.get('handoff') ?? '';
      expect((await rpc(`${mcp}/mcp`, { authorization: `Bearer ${token}` }, 'ping')).status).toBe(401);
    }
  });

  test("18: an approval comes back only to the browser that began: a victim cannot finish an attacker's, nor the reverse", async () => {
    const attacker = createBrowser(web);
    const victim = await signedIn('member@acme.test');
    const request = await newRequest();
    const ticket = (await attacker.get(request.href)).location ?? '';
    const page = await victim.open(ticket);
    const back = returnUrl(await victim.decide(page.fields, ALLOW));
    const refused = await victim.get(back.href);
    expect(refused.status).toBe(403);
    expect(refused.html).not.toContain('code=');
    // The ticket is used up: the attacker gains nothing by having seen it.
    const late = await attacker.get(back.href);
    expect(late.status).toBe(400);
    expect(late.html).not.toContain('code=');
  });

  test('27: the answers of two transactions cannot be exchanged', async () => {
    const [one, two] = [await signedIn('owner@acme.test'), await signedIn('member@acme.test')];
    const [first, second] = [await newRequest(), await newRequest()];
    const pages = [await one.open(first.href), await two.open(second.href)] as const;
    const backOne = returnUrl(await one.decide(pages[0].fields, ALLOW));
    const backTwo = returnUrl(await two.decide(pages[1].fields, ALLOW));
    for (const answer of [await one.get(backTwo.href), await two.get(backOne.href)]) {
      expect(answer.status).toBe(403);
      expect(answer.html).not.toContain('code=');
    }
  });

  test.each(['', 'nonsense', 'eyJhbGciOiJub25lIn0.e30.'])(
    'the ticket %j gets a page that says what to fix',
    async (ticket) => {
      const browser = createBrowser(web);
      for (const place of [
        `${web}/oauth/consent?handoff=${ticket}`,
        `${mcp}/authorize/return?handoff=${ticket}`,
      ]) {
        const page = await browser.get(place);
        expect(page.status).toBe(400);
        expect(page.html).toContain('OAUTH_HANDOFF_SECRET');
      }
    },
  );
});
