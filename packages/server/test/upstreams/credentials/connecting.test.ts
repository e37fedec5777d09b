import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '../../oauth/support/browser.ts';
import { openWorld, type Member, type Organisation, type World } from '../../oauth/support/world.ts';
import { dumpOf } from '../../people/open-people.ts';
import type { Log } from '../../../src/kernel/log.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { startService, type Service } from './support/authorization-server.ts';
import {
  approveAt,
  callTool,
  connectAccount,
  depart,
  newConnector,
  refreshOf,
} from './support/people-with-accounts.ts';

const logged: string[] = [];
const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note };

let world: World;
let service: Service;
let acme: Organisation;
let ada: Member;
beforeAll(async () => {
  world = await openWorld({ log, trustedProxies: ['127.0.0.1'] });
});
afterAll(() => world.close());
beforeEach(async () => {
  service = await startService();
  acme = await world.newOrganisation();
  ada = await world.newMember([acme, 'member']);
  await newConnector(world, acme, service.resource);
});
afterEach(() => service.close());

const accounts = (orgId: string) =>
  world.rows('select user_id, state from upstream_accounts where org_id = $1', [orgId]);

describe('a person’s own account', () => {
  test('is asked for by the diagnostic of a tool, connected at the address that it names, and used', async () => {
    const { tokens } = await world.connect(ada, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
    const asked = await callTool(world.url, acme.slug, tokens.access_token);
    const connectUrl = `${world.url}/connect/${acme.slug}/drive`;
    expect(asked).toMatchObject({
      isError: true,
      structuredContent: { code: 'connect_needed', status: 403, connect_url: connectUrl },
    });
    expect(asked.content[0]?.text).toContain(connectUrl);
    expect(service.seen.api.filter(({ authorization }) => authorization !== undefined)).toEqual([]);

    const back = await connectAccount(ada);
    expect(back).toMatchObject({ status: 303, location: connectUrl });
    expect((await ada.browser.get(connectUrl)).html).toContain('Connected');

    const called = await callTool(world.url, acme.slug, tokens.access_token);
    expect(JSON.parse(called.content[0]?.text ?? '')).toEqual({ account: 'ada' });
    expect(service.seen.api.at(-1)?.authorization).not.toContain(tokens.access_token);

    // Nobody else of the organisation has it.
    const bob = await world.newMember([acme, 'member']);
    const connected = await world.connect(bob, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
    expect(await callTool(world.url, acme.slug, connected.tokens.access_token)).toMatchObject({
      structuredContent: { code: 'connect_needed' },
    });
  });

  test('is asked for with PKCE, the resource, a state and our exact address, by a client that is registered once', async () => {
    await connectAccount(ada);
    const bob = await world.newMember([acme, 'member']);
    await connectAccount(bob);
    expect(service.seen.register).toHaveLength(1);
    expect(service.seen.register[0]).toMatchObject({
      redirect_uris: [`${world.url}/oauth/upstream/callback`],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const [first, second] = service.seen.authorize;
    expect(Object.fromEntries(first ?? [])).toEqual({
      prompt: 'consent',
      response_type: 'code',
      client_id: 'client-0',
      redirect_uri: `${world.url}/oauth/upstream/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      scope: 'files',
      resource: service.resource,
    });
    expect(second?.get('state')).not.toBe(first?.get('state'));
    expect(service.seen.token[0]?.form.get('resource')).toBe(service.resource);
    expect(await accounts(acme.orgId)).toHaveLength(2);
  });

  test('is no agent’s: its call is refused with a sentence that says so', async () => {
    const { orgId, slug } = acme;
    const boss = await world.newMember([acme, 'owner']);
    const who = { orgId, createdBy: boss.userId, requestId: newId('req'), name: 'Robot' };
    const made = await world.latchkey.agents.create({ ...who, role: 'member' });
    const agentId = made.ok ? made.value.agentId : newId('agt');
    const holder = { agentId };
    const key = { ...who, holder, access: 'read', expiresInDays: undefined } as const;
    const { secret } = await world.latchkey.keys.create(key);
    const answer = await callTool(world.url, slug, secret);
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: {
        code: 'credential_unavailable',
        message: expect.stringContaining('an agent has none'),
      },
    });
    expect(answer.structuredContent).not.toHaveProperty('connect_url');
  });

  test('of a service that changed its mind, or a person who did, is not connected, and the page says so', async () => {
    service.bends.denies = true;
    const back = await connectAccount(ada);
    expect(back.status).toBe(400);
    expect(back.html).toContain('connect_access_denied');
    expect(back.html).toContain(`href="/connect/${acme.slug}/drive"`);
    expect(await accounts(acme.orgId)).toEqual([]);
    expect(service.seen.token).toEqual([]);
  });
});

describe('attacks on the way to an upstream and back', () => {
  test('an answer is good once', async () => {
    const callback = await approveAt(refreshOf(await depart(ada.browser, `/connect/${acme.slug}/drive`)));
    expect((await ada.browser.get(callback)).status).toBe(303);
    expect((await ada.browser.get(callback)).status).toBe(400);
    expect(service.seen.token).toHaveLength(1);
  });

  test('of fifty answers at once with one state, one is taken', async () => {
    const callback = await approveAt(refreshOf(await depart(ada.browser, `/connect/${acme.slug}/drive`)));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ada.browser.get(callback)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(service.seen.token).toHaveLength(1);
  });

  test('another browser cannot bring the answer, though the same person is signed in there, and does not spoil it', async () => {
    const callback = await approveAt(refreshOf(await depart(ada.browser, `/connect/${acme.slug}/drive`)));
    const foreign = createBrowser(world.url, { from: '198.18.200.1' });
    await world.signIn(ada, foreign);
    expect((await foreign.get(callback)).status).toBe(400);
    const nobody = createBrowser(world.url);
    expect((await nobody.get(callback)).status).toBe(400);
    expect(service.seen.token).toEqual([]);
    expect((await ada.browser.get(callback)).status).toBe(303);
  });

  test('an attacker’s own account is not slipped to another person', async () => {
    const mallory = await world.newMember([acme, 'member']);
    const callback = await approveAt(refreshOf(await depart(mallory.browser, `/connect/${acme.slug}/drive`)));
    expect((await ada.browser.get(callback)).status).toBe(400);
    expect(await accounts(acme.orgId)).toEqual([]);
  });

  test('another account in the same browser does not inherit what was begun', async () => {
    const callback = await approveAt(refreshOf(await depart(ada.browser, `/connect/${acme.slug}/drive`)));
    const bob = await world.newMember([acme, 'member']);
    for (const name of ada.browser.cookies.keys())
      if (!name.includes('browser')) ada.browser.cookies.delete(name);
    await world.signIn(bob, ada.browser);
    expect((await ada.browser.get(callback)).status).toBe(400);
    expect(await accounts(acme.orgId)).toEqual([]);
  });

  test.each([
    ['a made-up state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['two states', (url: URL) => url.searchParams.append('state', 'x')],
    ['two codes', (url: URL) => url.searchParams.append('code', 'x')],
    ['two issuers', (url: URL) => url.searchParams.append('iss', 'https://evil.example')],
  ])('%s leads nowhere', async (_, bend) => {
    const callback = new URL(
      await approveAt(refreshOf(await depart(ada.browser, `/connect/${acme.slug}/drive`))),
    );
    bend(callback);
    const answer = await ada.browser.get(callback.href);
    expect(answer.status).toBe(400);
    expect(answer.html).toContain('connect_unknown');
    expect(service.seen.token).toEqual([]);
  });

  test.each([
    ['another issuer', 'https://evil.example'],
    ['no issuer, though the server says that it names itself', null],
  ])('an answer with %s is refused before its code is shown to anybody (mix-up)', async (_, iss) => {
    service.bends.iss = iss;
    const back = await connectAccount(ada);
    expect(back.status).toBe(400);
    expect(back.html).toContain('connect_another_issuer');
    expect(service.seen.token).toEqual([]);
    expect(await accounts(acme.orgId)).toEqual([]);
  });

  test('nobody connects anything in an organisation of others, by its address or by an answer', async () => {
    const globex = await world.newOrganisation();
    const boss = await world.newMember([globex, 'owner']);
    await newConnector(world, globex, service.resource);
    expect((await ada.browser.get(`/connect/${globex.slug}/drive`)).status).toBe(404);
    const own = await ada.browser.get(`/connect/${acme.slug}/drive`);
    const csrf = /name="csrf" value="([^"]*)"/.exec(own.html)?.[1] ?? '';
    expect(
      (await ada.browser.post(`/connect/${globex.slug}/drive`, { csrf, action: 'connect' })).status,
    ).toBe(403);

    // Begun as a member, and no longer one when the answer comes.
    const callback = await approveAt(refreshOf(await depart(boss.browser, `/connect/${globex.slug}/drive`)));
    await world.rows('delete from memberships where user_id = $1', [boss.userId]);
    const answer = await boss.browser.get(callback);
    expect(answer.html).toContain('connect_not_a_member');
    expect(service.seen.token).toEqual([]);
    expect(await accounts(globex.orgId)).toEqual([]);
  });

  test('a form from elsewhere, or of another page, connects and disconnects nothing', async () => {
    await connectAccount(ada);
    const path = `/connect/${acme.slug}/drive`;
    for (const action of ['connect', 'disconnect']) {
      const bare = await ada.browser.post(path, { csrf: '', action });
      expect(bare.status).toBe(403);
      const page = await ada.browser.get(path);
      const csrf = /action="\/connect[\s\S]*?name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
      const foreign = await ada.browser.post(path, { csrf, action }, { origin: 'https://evil.example' });
      expect(foreign.status).toBe(403);
    }
    expect(await accounts(acme.orgId)).toHaveLength(1);
    expect(service.seen.authorize).toHaveLength(1);
  });

  test('a connector where nobody has an account has no such page, nor has one that is not there', async () => {
    await newConnector(world, acme, service.resource, { slug: 'plain', credential: { kind: 'none' } });
    expect((await ada.browser.get(`/connect/${acme.slug}/plain`)).status).toBe(404);
    expect((await ada.browser.get(`/connect/${acme.slug}/nothing`)).status).toBe(404);
  });

  test('who is not signed in signs in first, and comes back to the same page', async () => {
    const answer = await createBrowser(world.url).get(`/connect/${acme.slug}/drive`);
    expect(answer.location).toBe(
      `${world.url}/sign-in?return_to=${encodeURIComponent(`/connect/${acme.slug}/drive`)}`,
    );
  });

  test('ways out are counted for each person', async () => {
    const path = `/connect/${acme.slug}/drive`;
    const page = await ada.browser.get(path);
    const csrf = /action="\/connect[\s\S]*?name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
    const answers = [];
    for (let count = 0; count < 45; count += 1)
      answers.push(await ada.browser.post(path, { csrf, action: 'connect' }));
    expect(answers.slice(0, 30).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    // One comes back every two seconds, and the rest take less than half a minute.
    const refused = answers.slice(30).find(({ status }) => status !== 200);
    expect(refused?.status).toBe(429);
    expect(refused?.html).toMatch(/Too many attempts\. Try again in [12] seconds?\./);
    const told = ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => refused?.headers.get(name));
    expect(told).toEqual([
      expect.stringMatching(/^[12]$/),
      expect.stringMatching(/^"account";r=0;t=\d+$/),
      '"account";q=30;w=60',
    ]);
  });
});

describe('an authorization server that is not what it should be', () => {
  test.each([
    ['describes another resource', { resource: { resource: 'https://elsewhere.example/v1' } }],
    ['names an issuer whose description is another’s', { metadata: { issuer: 'https://elsewhere.example' } }],
    ['does no PKCE', { metadata: { code_challenge_methods_supported: ['plain'] } }],
    ['does not say that it does PKCE', { metadata: { code_challenge_methods_supported: undefined } }],
    ['sends people to a script', { metadata: { authorization_endpoint: 'javascript:alert(1)' } }],
    ['has its tokens in a file', { metadata: { token_endpoint: 'file:///etc/passwd' } }],
    ['registers nobody', { metadata: { registration_endpoint: undefined } }],
    [
      'is at the address of cloud metadata',
      { resource: { authorization_servers: ['http://169.254.169.254/latest'] } },
    ],
    [
      'has a NUL in its name',
      {
        resource: { authorization_servers: ['http://127.0.0.1/\u0000'] },
        metadata: { issuer: 'http://127.0.0.1/\u0000' },
      },
    ],
    ['is nowhere', { resource: { authorization_servers: ['http://127.0.0.1:1'] } }],
  ])('that %s is not gone to: the page says that it cannot be', async (_, bends) => {
    Object.assign(service.bends, bends);
    const answer = await depart(ada.browser, `/connect/${acme.slug}/drive`);
    expect(answer.status).toBe(422);
    expect(answer.html).toContain('cannot be connected at the moment');
    expect(refreshOf(answer)).toBeUndefined();
    expect(service.seen.authorize).toEqual([]);
  });

  test.each([
    ['another type of token', { access_token: 'a'.repeat(20), token_type: 'mac' }],
    ['a token with a line break', { access_token: 'a\r\nX-Evil: 1', token_type: 'bearer' }],
    ['no token', { token_type: 'bearer' }],
    ['a list', [1]],
  ])('and answers with %s is not believed', async (_, body) => {
    service.bends.token = (_form, res) =>
      void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const back = await connectAccount(ada);
    expect(back.html).toContain('connect_invalid_response');
    expect(await accounts(acme.orgId)).toEqual([]);
  });

  test('a redirect of the token endpoint is not followed', async () => {
    const other = await startService();
    service.bends.token = (_form, res) => void res.writeHead(307, { location: `${other.url}/token` }).end();
    const back = await connectAccount(ada);
    expect(back.html).toContain('connect_unreachable');
    expect(other.seen.token).toEqual([]);
    await other.close();
  });
});

test('no token, code, secret, state or verifier of an upstream is in the database, a page or the log', async () => {
  const before = service.issued.length;
  const left = await depart(ada.browser, `/connect/${acme.slug}/drive`);
  const pending = await dumpOf(world.latchkey.store);
  const state = new URL(refreshOf(left) ?? '').searchParams.get('state') ?? '';
  expect(pending).not.toContain(state);
  await ada.browser.get(await approveAt(refreshOf(left)));
  const verifier = service.seen.token[0]?.form.get('code_verifier') ?? '';
  expect(verifier).toMatch(/^[\w-]{43}$/);
  const page = await ada.browser.get(`/connect/${acme.slug}/drive`);
  const stored = `${pending}\n${await dumpOf(world.latchkey.store)}\n${page.html}\n${logged.join('\n')}`;
  const secrets = [...service.issued.slice(before), state, verifier];
  expect(secrets.length).toBeGreaterThan(4);
  expect(secrets.filter((secret) => stored.includes(secret))).toEqual([]);
  const portal = await ada.browser.get(`/portal/v1/organisations/${acme.slug}`, {
    accept: 'application/json',
  });
  expect(secrets.filter((secret) => portal.html.includes(secret))).toEqual([]);
});
