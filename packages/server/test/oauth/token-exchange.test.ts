import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChangeFeed } from '../../src/grants/change-feed.ts';
import { createSigning, type Signing } from '../../src/grants/signing.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { startLatchkey, type StartedLatchkey } from '../../src/start.ts';
import { newProofKey, postProvenToken } from '../support/dpop.ts';
import { postToken, register, rpc } from '../support/oauth-client.ts';
import {
  assertionForm,
  openWorkshop,
  signAssertion,
  type PortalClient,
  type Workshop,
} from './support/machines.ts';
import { openWorld, refusalOf, type Connected, type World } from './support/world.ts';

const SECRET = 'one secret for both nodes, 32 characters';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

let aheadMs = 0;
let world: World;
let second: StartedLatchkey;
let folder: string;
let signing: Signing;
let workshop: Workshop;
let service: PortalClient;
let subject: Connected;

beforeAll(async () => {
  const clock = { nowMs: () => Date.now() + aheadMs };
  world = await openWorld({ secret: SECRET, clock, connectorPaths: ['/api/ext/mcp'] });
  folder = await mkdtemp(join(tmpdir(), 'latchkey-node-'));
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: world.url,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: world.demo.databaseUrl,
      dataDir: folder,
      secret: SECRET,
      connectorPaths: [],
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'test', say: () => {}, log: silentLog, clock },
  );
  if (!started.ok) throw new Error(started.error.message);
  second = started.value;
  const { store } = world.latchkey;
  // What our own key signs for other purposes.
  signing = await createSigning({
    store,
    feed: createChangeFeed({ store, log: silentLog }),
    sealKey: deriveKey(SECRET, 'signing keys'),
  });
  workshop = await openWorkshop(world);
  service = await workshop.newClient({ token_exchange: true });
  subject = await world.connect(workshop.admin, 'full');
});
afterAll(async () => {
  await second.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

interface Exchanged {
  access_token: string;
  scope: string;
  expires_in: number;
}

const formOf = (token: string, client: PortalClient, more: Record<string, string> = {}) => ({
  grant_type: EXCHANGE,
  client_id: client.client_id,
  client_secret: client.client_secret,
  subject_token: token,
  subject_token_type: ACCESS_TOKEN,
  ...more,
});
const exchange = (token: string, more: Record<string, string> = {}, client = service) =>
  postToken(world.url, formOf(token, client, more));

async function exchanged(
  token: string,
  more: Record<string, string> = {},
  client = service,
): Promise<Exchanged> {
  const response = await exchange(token, more, client);
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
  return (await response.json()) as Exchanged;
}

const listAt = async (path: string, token: string, url = world.url) =>
  (await rpc(url + path, { authorization: `Bearer ${token}` }, 'tools/list')).status;
const secondUrl = () => `http://127.0.0.1:${second.port}`;
const introspect = async (token: string, { client_id, client_secret }: PortalClient) => {
  const body = new URLSearchParams({ client_id, client_secret, token });
  const response = await fetch(`${world.url}/introspect`, { method: 'POST', body });
  return (await response.json()) as Record<string, unknown>;
};
const refused = (error: string, status = 400) => ({ status, error });
const UNAUTHORIZED = refused('unauthorized_client');
const BAD_SUBJECT = refused('invalid_request');

describe('T12: token exchange', () => {
  test.each([ACCESS_TOKEN, JWT])(
    'an allowed client trades a person’s token, called %s, for one of its own for the same person',
    async (subject_token_type) => {
      const response = await exchange(subject.tokens.access_token, { subject_token_type });
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const answer = (await response.json()) as Exchanged;
      expect(Object.keys(answer).toSorted()).toEqual(
        ['access_token', 'expires_in', 'issued_token_type', 'scope', 'token_type'].toSorted(),
      );
      expect(answer).toMatchObject({
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        scope: 'mcp:call',
      });
      const [before, after] = [decodeJwt(subject.tokens.access_token), decodeJwt(answer.access_token)];
      for (const claim of ['sub', 'org', 'gid', 'key', 'aud', 'access', 'role']) {
        expect([claim, after[claim]]).toEqual([claim, before[claim]]);
      }
      expect(after).toMatchObject({ client_id: service.client_id, act: { sub: service.client_id } });
      expect(after.jti).not.toBe(before.jti);
      expect(Number(after.exp)).toBeLessThanOrEqual(Number(before.exp));
      expect(await listAt('/mcp', answer.access_token)).toBe(200);
    },
  );

  test('who acts is in the audit of the exchange and of each call', async () => {
    const { access_token } = await exchanged(subject.tokens.access_token);
    const call = await rpc(`${world.url}/mcp`, { authorization: `Bearer ${access_token}` }, 'tools/call', {
      name: 'get_credit_balance',
      arguments: {},
    });
    expect(call.status).toBe(200);
    const { orgId } = workshop.organisation;
    await expect
      .poll(() =>
        world.rows(
          `select action, actor_id, client_id, grant_id, detail->'acting' as acting from audit_events
           where org_id = $1 and action in ('token.exchanged', 'tool.call') order by id desc limit 1`,
          [orgId],
        ),
      )
      .toEqual([
        {
          action: 'tool.call',
          actor_id: workshop.admin.userId,
          client_id: service.client_id,
          grant_id: subject.grantId,
          acting: [service.client_id],
        },
      ]);
    const [row] = await world.rows(
      `select actor_id, client_id, grant_id, detail from audit_events where org_id = $1 and action = 'token.exchanged'`,
      [orgId],
    );
    expect(row).toMatchObject({
      actor_id: workshop.admin.userId,
      client_id: service.client_id,
      grant_id: subject.grantId,
      detail: { from: subject.clientId, acting: [service.client_id], access: 'full', resource: '/mcp' },
    });
  });

  test('introspection tells the acting client, and nobody else, who acts', async () => {
    const { access_token } = await exchanged(subject.tokens.access_token);
    expect(await introspect(access_token, service)).toMatchObject({
      active: true,
      sub: workshop.admin.userId,
      client_id: service.client_id,
      act: { sub: service.client_id },
    });
    expect(await introspect(access_token, await workshop.newClient())).toEqual({ active: false });
  });

  test('in key mode the key that the grant minted is the subject, and the answer is a JWT all the same', async () => {
    const keyed = await openWorkshop(world, 'key');
    const client = await keyed.newClient({ token_exchange: true });
    const { tokens, grantId } = await world.connect(keyed.admin, 'read');
    const { access_token, scope } = await exchanged(tokens.access_token, {}, client);
    expect(decodeJwt(access_token)).toMatchObject({ gid: grantId, sub: keyed.admin.userId, access: 'read' });
    expect(scope).toBe('mcp:read');
    expect(await listAt(`/mcp/${keyed.organisation.slug}`, access_token)).toBe(200);
    // A key is no JWT, and one that was made by hand came of no grant.
    expect(await refusalOf(await exchange(tokens.access_token, { subject_token_type: JWT }, client))).toEqual(
      BAD_SUBJECT,
    );
    const made = await keyed.send('POST', '/keys', { name: 'CI', access: 'full', expires_in_days: 30 });
    const { secret } = (await made.json()) as { secret: string };
    expect(await listAt('/mcp', secret)).toBe(200);
    expect(await refusalOf(await exchange(secret, {}, client))).toEqual(BAD_SUBJECT);
  });

  test('a machine’s token can be a subject, and a client may sign to prove itself', async () => {
    const machine = await workshop.newClient({ agent_role: 'viewer' });
    const response = await postToken(world.url, { grant_type: 'client_credentials', ...machine });
    const { access_token } = (await response.json()) as Exchanged;
    const signer = await workshop.newSigningClient({ token_exchange: true });
    const form = {
      grant_type: EXCHANGE,
      subject_token: access_token,
      subject_token_type: ACCESS_TOKEN,
      ...assertionForm(await signAssertion(signer, world.url)),
    };
    const answer = (await (await postToken(world.url, form)).json()) as Exchanged;
    expect(decodeJwt(answer.access_token)).toMatchObject({
      sub: decodeJwt(access_token).sub,
      access: 'read',
      act: { sub: signer.client_id },
    });
  });
});

describe('who may exchange', () => {
  test('a public client, a registered one, one that nobody allowed, and one of another organisation may not', async () => {
    const token = subject.tokens.access_token;
    const other = await openWorkshop(world);
    const theirs = await other.newClient({ token_exchange: true });
    const open = await register(world.url);
    const registered = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: [EXCHANGE],
    })) as PortalClient;
    const unlisted = await workshop.newClient();
    const form = { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN };
    expect(await refusalOf(await postToken(world.url, { ...form, client_id: open.client_id }))).toEqual(
      UNAUTHORIZED,
    );
    expect(await refusalOf(await exchange(token, {}, registered))).toEqual(UNAUTHORIZED);
    expect(await refusalOf(await exchange(token, {}, unlisted))).toEqual(UNAUTHORIZED);
    // To the client of another organisation the token is as unknown as one that never was.
    const strange = await exchange(token, {}, theirs);
    const unknown = await exchange('a.b.c', {}, theirs);
    expect([strange.status, await strange.text()]).toEqual([unknown.status, await unknown.text()]);
    expect(strange.status).toBe(400);
  });

  test('a client that was made for it alone can do nothing else: no token of its own, no consent page', async () => {
    const alone = await workshop.send('POST', '/clients', {
      name: 'Exchange alone',
      auth_method: 'client_secret_post',
      token_exchange: true,
    });
    const client = (await alone.json()) as PortalClient;
    expect((await exchange(subject.tokens.access_token, {}, client)).status).toBe(200);
    const own = await postToken(world.url, { grant_type: 'client_credentials', ...client });
    expect(await refusalOf(own)).toEqual(UNAUTHORIZED);
    const request = await world.newRequest();
    const page = await workshop.admin.browser.follow(
      request.href.replace(request.clientId, client.client_id),
    );
    expect(page.status).toBe(400);
    expect(page.html).toContain('never registered');
  });

  test('nobody who knows the id but not the secret may', async () => {
    for (const client_secret of ['', 'x', subject.tokens.access_token]) {
      expect(await refusalOf(await exchange(subject.tokens.access_token, { client_secret }))).toEqual(
        refused('invalid_client', 401),
      );
    }
  });

  test('an admin allows it and withdraws it, which counts at once on each node and for what was exchanged', async () => {
    const client = await workshop.newClient();
    const token = subject.tokens.access_token;
    const decide = (allowed: boolean) =>
      workshop.send('POST', `/clients/${client.client_id}/token-exchange`, { allowed });
    expect((await decide(true)).status).toBe(200);
    const { access_token } = await exchanged(token, {}, client);
    const everywhere = () =>
      Promise.all([world.url, secondUrl()].map((url) => listAt('/mcp', access_token, url)));
    expect(await everywhere()).toEqual([200, 200]);
    expect((await decide(false)).status).toBe(200);
    expect(await refusalOf(await exchange(token, {}, client))).toEqual(UNAUTHORIZED);
    await expect.poll(everywhere).toEqual([401, 401]);
    expect(await introspect(access_token, client)).toEqual({ active: false });
    expect(await listAt('/mcp', token)).toBe(200);
    // Machines keep what they were made for.
    expect((await postToken(world.url, { grant_type: 'client_credentials', ...client })).status).toBe(200);
  });

  test.each(['deleted', 'blocked'] as const)(
    'what a client exchanged ends when it is %s, and the subject lives on',
    async (fate) => {
      const client = await workshop.newClient({ token_exchange: true });
      const { access_token } = await exchanged(subject.tokens.access_token, {}, client);
      expect(await listAt('/mcp', access_token, secondUrl())).toBe(200);
      const ended =
        fate === 'deleted'
          ? await workshop.send('POST', `/clients/${client.client_id}/delete`, {})
          : await workshop.send('PUT', '/client-rules', { subject: client.client_id, rule: 'blocked' });
      expect(ended.ok).toBe(true);
      expect(await listAt('/mcp', access_token)).toBe(401);
      await expect.poll(() => listAt('/mcp', access_token, secondUrl())).toBe(401);
      expect((await exchange(subject.tokens.access_token, {}, client)).status).toBe(
        fate === 'deleted' ? 401 : 400,
      );
      expect(await listAt('/mcp', subject.tokens.access_token)).toBe(200);
    },
  );
});

describe('a machine whose agent an admin stops', () => {
  const token = () => subject.tokens.access_token;

  async function exchangedByMachine() {
    const client = await workshop.newClient({ token_exchange: true });
    const { access_token } = await exchanged(token(), {}, client);
    const [row] = await world.rows<{ agent_id: string }>('select agent_id from clients where id = $1', [
      client.client_id,
    ]);
    const everywhere = () =>
      Promise.all([world.url, secondUrl()].map((url) => listAt('/mcp', access_token, url)));
    expect(await everywhere()).toEqual([200, 200]);
    const tell = async (verb: 'suspend' | 'resume' | 'delete') => {
      const answer = await workshop.send('POST', `/agents/${row?.agent_id}/${verb}`, {});
      expect(answer.status).toBe(200);
    };
    return { client, everywhere, tell };
  }

  test('may not exchange while it is suspended, nor use what it exchanged before', async () => {
    const { client, everywhere, tell } = await exchangedByMachine();
    await tell('suspend');
    expect(await refusalOf(await exchange(token(), {}, client))).toEqual(UNAUTHORIZED);
    await expect.poll(everywhere).toEqual([401, 401]);
    await tell('resume');
    await expect.poll(everywhere).toEqual([200, 200]);
    expect((await exchange(token(), {}, client)).status).toBe(200);
  });

  test('is gone with its agent, and so is what it exchanged', async () => {
    const { client, everywhere, tell } = await exchangedByMachine();
    await tell('delete');
    expect((await exchange(token(), {}, client)).ok).toBe(false);
    await expect.poll(everywhere).toEqual([401, 401]);
    expect(await listAt('/mcp', token())).toBe(200);
  });
});

describe('what may be exchanged', () => {
  test('50: nothing but a live access token: no refresh token, code, secret, client assertion or made-up text', async () => {
    const signer = await workshop.newSigningClient();
    const strange = [
      subject.tokens.refresh_token,
      subject.code,
      service.client_secret,
      await signAssertion(signer, world.url),
      'x',
      'a.b.c',
      'lk_live_x',
      '\0',
      'é'.repeat(500),
      subject.tokens.access_token.slice(0, -2),
      `${subject.tokens.access_token}.x`,
    ];
    for (const token of strange) {
      for (const subject_token_type of [ACCESS_TOKEN, JWT]) {
        expect([token, await refusalOf(await exchange(token, { subject_token_type }))]).toEqual([
          token,
          BAD_SUBJECT,
        ]);
      }
    }
    // The refresh token was shown by a client that it is not for, but here it means nothing: the family lives.
    expect(await listAt('/mcp', subject.tokens.access_token)).toBe(200);
  });

  test.each([
    'JWT',
    'jwt',
    'latchkey-assertion+jwt',
    'oauth-id-jag+jwt',
    'id_token',
    'dpop+jwt',
    'AT+JWT',
    '',
  ])('51: what our own key signed as %j is no access token, whatever it claims', async (typ) => {
    const claims = decodeJwt(subject.tokens.access_token);
    // The same claims under the right type are good, so it is the type that counts.
    expect((await exchange(signing.sign('at+jwt', claims))).status).toBe(200);
    expect(await refusalOf(await exchange(signing.sign(typ, claims)))).toEqual(BAD_SUBJECT);
  });

  test.each([
    ['another issuer', { iss: 'https://elsewhere.test' }],
    ['another audience', { aud: 'https://elsewhere.test/mcp' }],
    ['an audience that only begins like ours', { aud: 'x' }],
    ['no grant', { gid: undefined }],
    ['a grant that never was', { gid: 'grt_never' }],
    ['another organisation', { org: 'org_other' }],
    ['an end in the past', { exp: Math.floor(Date.now() / 1000) - 3600 }],
    ['an acting client that may not', { act: { sub: 'cli_nobody' } }],
    ['an actor that is no client', { act: { act: { sub: 'x' } } }],
  ])('a token with %s is refused', async (_, claims) => {
    const bent = signing.sign('at+jwt', { ...decodeJwt(subject.tokens.access_token), ...claims });
    expect(await refusalOf(await exchange(bent))).toEqual(BAD_SUBJECT);
  });

  test('an expired one is refused, in its half minute of leeway too', async () => {
    const other = await openWorkshop(world);
    const client = await other.newClient({ token_exchange: true });
    const { tokens } = await world.connect(other.admin, 'read');
    try {
      aheadMs = 3_610_000;
      expect(await listAt('/mcp', tokens.access_token)).toBe(200);
      expect(await refusalOf(await exchange(tokens.access_token, {}, client))).toEqual(BAD_SUBJECT);
    } finally {
      aheadMs = 0;
    }
  });

  test('54: what a client or a person revoked is refused: the token alone, or the whole grant', async () => {
    const { tokens, clientId, grantId } = await world.connect(workshop.admin, 'full');
    const revoke = (token: string) =>
      fetch(`${world.url}/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: clientId, token }),
      });
    expect((await exchange(tokens.access_token)).status).toBe(200);
    await revoke(tokens.access_token);
    expect(await refusalOf(await exchange(tokens.access_token))).toEqual(BAD_SUBJECT);

    const again = await world.connect(workshop.admin, 'full');
    const { access_token } = await exchanged(again.tokens.access_token);
    const [key] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [
      again.grantId,
    ]);
    await workshop.send('POST', `/keys/${key?.id}/revoke`, {});
    expect(await refusalOf(await exchange(again.tokens.access_token))).toEqual(BAD_SUBJECT);
    expect(await refusalOf(await exchange(access_token))).toEqual(BAD_SUBJECT);
    expect(grantId).not.toBe(again.grantId);
  });

  test('54: ending the grant ends what was exchanged, on every node at once, chains included', async () => {
    const { tokens, grantId } = await world.connect(workshop.admin, 'full');
    const one = await exchanged(tokens.access_token);
    const two = await exchanged(one.access_token, {}, await workshop.newClient({ token_exchange: true }));
    const all = [tokens, one, two].map(({ access_token }) => access_token);
    const statuses = (url: string) => Promise.all(all.map((token) => listAt('/mcp', token, url)));
    expect(await statuses(world.url)).toEqual([200, 200, 200]);
    expect(await statuses(secondUrl())).toEqual([200, 200, 200]);
    const [key] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [grantId]);
    expect((await workshop.send('POST', `/keys/${key?.id}/revoke`, {})).status).toBe(200);
    expect(await statuses(world.url)).toEqual([401, 401, 401]);
    await expect.poll(() => statuses(secondUrl())).toEqual([401, 401, 401]);
    expect(await introspect(one.access_token, service)).toEqual({ active: false });
  });

  test('of twenty exchanges that race the end of the grant, none leaves anything alive', async () => {
    const { tokens, grantId } = await world.connect(workshop.admin, 'full');
    const [key] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [grantId]);
    const [, ...answers] = await Promise.all([
      workshop.send('POST', `/keys/${key?.id}/revoke`, {}),
      ...Array.from({ length: 20 }, () => exchange(tokens.access_token)),
    ]);
    for (const answer of answers) {
      expect([200, 400]).toContain(answer.status);
      const { access_token = 'none' } = (await answer.json()) as Partial<Exchanged>;
      expect(await listAt('/mcp', access_token)).toBe(401);
    }
  });

  test('47: a removed member’s token is refused, and a lowered role cuts what is exchanged and what was', async () => {
    const { organisation } = workshop;
    const member = await world.newMember([organisation, 'member']);
    const { tokens } = await world.connect(member, 'full');
    const before = await exchanged(tokens.access_token);
    expect(before.scope).toBe('mcp:call');
    await world.latchkey.people.setRole({ ...member, ...organisation, role: 'viewer' });
    const after = await exchanged(tokens.access_token, { scope: 'mcp:call' });
    expect(after.scope).toBe('mcp:read');
    expect(decodeJwt(after.access_token)).toMatchObject({ access: 'read', role: 'viewer' });
    expect(await introspect(before.access_token, service)).toMatchObject({ scope: 'mcp:read' });
    await world.latchkey.people.removeMember({ ...member, ...organisation });
    expect(await refusalOf(await exchange(tokens.access_token))).toEqual(BAD_SUBJECT);
    expect(await listAt('/mcp', after.access_token)).toBe(401);
  });

  test('47: a suspended organisation exchanges nothing', async () => {
    const other = await openWorkshop(world);
    const client = await other.newClient({ token_exchange: true });
    const { tokens } = await world.connect(other.admin, 'read');
    await world.rows('update organisations set suspended_at = now() where id = $1', [
      other.organisation.orgId,
    ]);
    expect(await refusalOf(await exchange(tokens.access_token, {}, client))).toEqual(BAD_SUBJECT);
  });
});

describe('never for more than the subject', () => {
  const narrow = (path: string) => world.connect(workshop.admin, 'full', { resource: world.url + path });

  test.each([
    ['mcp:call', 'mcp:read'],
    ['mcp:call mcp:read offline_access admin', 'mcp:read'],
    ['anything', 'mcp:read'],
    [undefined, 'mcp:read'],
  ])('46: a read-only subject and the scope %s make %s', async (scope, granted) => {
    const { tokens } = await world.connect(workshop.admin, 'read');
    const answer = await exchanged(tokens.access_token, scope === undefined ? {} : { scope });
    expect(answer.scope).toBe(granted);
    expect(decodeJwt(answer.access_token)['access']).toBe('read');
  });

  test('a full subject can be cut to read-only, and what was cut stays so', async () => {
    const { access_token, scope } = await exchanged(subject.tokens.access_token, { scope: 'mcp:read' });
    expect(scope).toBe('mcp:read');
    expect((await exchanged(access_token, { scope: 'mcp:call' })).scope).toBe('mcp:read');
  });

  test('61: without a resource it is the subject’s', async () => {
    const path = `/mcp/${workshop.organisation.slug}/c/reelport`;
    const { tokens } = await narrow(path);
    const { access_token } = await exchanged(tokens.access_token);
    expect(decodeJwt(access_token).aud).toBe(world.url + path);
    expect(await listAt(`/mcp/${workshop.organisation.slug}`, access_token)).toBe(401);
    expect(await listAt('/mcp', access_token)).toBe(401);
    expect(await listAt(path, access_token)).toBe(200);
  });

  test('46: a resource at or below the subject’s is given, by resource or audience; no other is', async () => {
    const { slug } = workshop.organisation;
    const other = await world.newOrganisation();
    const { tokens } = await narrow(`/mcp/${slug}`);
    const within = [`/mcp/${slug}`, `/mcp/${slug}/`, `/mcp/${slug}/sse`, `/mcp/${slug}/c/reelport`];
    for (const path of within) {
      for (const name of ['resource', 'audience']) {
        const { access_token } = await exchanged(tokens.access_token, { [name]: world.url + path });
        expect(decodeJwt(access_token).aud).toBe(world.url + path.replace(/\/$/, ''));
      }
    }
    const outside = [
      '/mcp',
      '/api/ext/mcp',
      `/mcp/${other.slug}`,
      `/mcp/${slug}x`,
      `/mcp/${slug}/../${other.slug}`,
      '/api/reelport',
      '/elsewhere',
    ];
    for (const path of outside) {
      for (const name of ['resource', 'audience']) {
        expect([
          path,
          await refusalOf(await exchange(tokens.access_token, { [name]: world.url + path })),
        ]).toEqual([path, refused('invalid_target')]);
      }
    }
    const contradiction = { resource: `${world.url}/mcp/${slug}`, audience: `${world.url}/mcp/${slug}/sse` };
    expect(await refusalOf(await exchange(tokens.access_token, contradiction))).toEqual(
      refused('invalid_target'),
    );
    expect(await refusalOf(await exchange(tokens.access_token, { audience: 'reelport' }))).toEqual(
      refused('invalid_target'),
    );
  });

  test('52: a token for /mcp can be narrowed to its own organisation and to no other', async () => {
    const other = await world.newOrganisation();
    const { slug } = workshop.organisation;
    const { access_token } = await exchanged(subject.tokens.access_token, {
      resource: `${world.url}/mcp/${slug}`,
    });
    expect(await listAt(`/mcp/${slug}`, access_token)).toBe(200);
    expect(await listAt('/mcp', access_token)).toBe(401);
    expect(
      await refusalOf(
        await exchange(subject.tokens.access_token, { resource: `${world.url}/mcp/${other.slug}` }),
      ),
    ).toEqual(refused('invalid_target'));
  });

  test('exchanging again never prolongs: each token ends with the first', async () => {
    const { exp } = decodeJwt(subject.tokens.access_token);
    try {
      aheadMs = 1_800_000;
      const one = await exchanged(subject.tokens.access_token);
      expect(decodeJwt(one.access_token).exp).toBe(exp);
      expect(one.expires_in).toBeLessThanOrEqual(1800);
      const two = await exchanged(one.access_token);
      expect(decodeJwt(two.access_token).exp).toBe(exp);
    } finally {
      aheadMs = 0;
    }
  });

  test('it does not outlive a grant that ends sooner', async () => {
    const { tokens, grantId } = await world.connect(workshop.admin, 'full');
    await world.rows(`update grants set expires_at = now() + interval '10 minutes' where id = $1`, [grantId]);
    expect((await exchanged(tokens.access_token)).expires_in).toBeLessThanOrEqual(600);
  });

  test('a chain names everybody who acted, the latest outermost, and has an end', async () => {
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => workshop.newClient({ token_exchange: true })));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no clients');
    const one = await exchanged(subject.tokens.access_token, {}, a);
    const two = await exchanged(one.access_token, {}, b);
    const three = await exchanged(two.access_token, {}, c);
    const act = { sub: c.client_id, act: { sub: b.client_id, act: { sub: a.client_id } } };
    expect(decodeJwt(three.access_token)['act']).toEqual(act);
    expect(await introspect(three.access_token, c)).toMatchObject({ act });
    expect(await listAt('/mcp', three.access_token)).toBe(200);
    expect(await refusalOf(await exchange(three.access_token))).toEqual(BAD_SUBJECT);
    // Who acted in the middle may no longer: nothing that passed through its hands is good.
    expect((await workshop.send('POST', `/clients/${b.client_id}/delete`, {})).status).toBe(200);
    expect(await listAt('/mcp', three.access_token)).toBe(401);
    expect(await listAt('/mcp', one.access_token)).toBe(200);
  });
});

describe('requests that mean something else', () => {
  test.each<[string, Record<string, string>]>([
    ['no subject', { subject_token: '' }],
    ['no type', { subject_token_type: '' }],
    ['a refresh token’s type', { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['an ID token’s type', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['a SAML type', { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }],
    [
      'a wish for a refresh token',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    ],
    ['a wish for an ID token', { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['a wish for an ID-JAG', { requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag' }],
    ['an actor token', { actor_token: 'x', actor_token_type: ACCESS_TOKEN }],
    ['an actor token’s type alone', { actor_token_type: ACCESS_TOKEN }],
  ])('with %s get invalid_request', async (_, more) => {
    expect(await refusalOf(await exchange(subject.tokens.access_token, more))).toEqual(BAD_SUBJECT);
  });

  test('a repeated parameter is refused', async () => {
    const body = new URLSearchParams(formOf(subject.tokens.access_token, service));
    body.append('audience', `${world.url}/mcp`);
    body.append('audience', `${world.url}/mcp`);
    expect(await refusalOf(await fetch(`${world.url}/token`, { method: 'POST', body }))).toEqual(BAD_SUBJECT);
  });
});

describe('DPoP', () => {
  test('P1: a bound subject needs a proof of that very key, and what comes of it is bound to it', async () => {
    const client = await workshop.newClient({ token_exchange: true });
    const key = await newProofKey();
    const machine = await workshop.newClient();
    const response = await postProvenToken(world.url, { grant_type: 'client_credentials', ...machine }, key);
    const { access_token: bound } = (await response.json()) as Exchanged;
    expect(await refusalOf(await exchange(bound, {}, client))).toEqual(BAD_SUBJECT);
    const thief = await newProofKey();
    expect(await refusalOf(await postProvenToken(world.url, formOf(bound, client), thief))).toEqual(
      BAD_SUBJECT,
    );
    const answer = await postProvenToken(world.url, formOf(bound, client), key);
    const tokens = (await answer.json()) as Exchanged & { token_type: string };
    expect(tokens.token_type).toBe('DPoP');
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
    expect(await listAt('/mcp', tokens.access_token)).toBe(401);
  });

  test('a bearer subject and a proof make a token that is bound to the proof’s key', async () => {
    const key = await newProofKey();
    const answer = await postProvenToken(world.url, formOf(subject.tokens.access_token, service), key);
    const tokens = (await answer.json()) as Exchanged & { token_type: string };
    expect([tokens.token_type, decodeJwt(tokens.access_token)['cnf']]).toEqual([
      'DPoP',
      { jkt: key.thumbprint },
    ]);
    expect(await listAt('/mcp', tokens.access_token)).toBe(401);
  });

  test('59: a proof is good for one exchange', async () => {
    const key = await newProofKey();
    const url = `${world.url}/token`;
    const send = (proof: string) =>
      fetch(url, {
        method: 'POST',
        body: new URLSearchParams(formOf(subject.tokens.access_token, service)),
        headers: { dpop: proof },
      });
    const nonce = (await send('none yet')).headers.get('dpop-nonce') ?? '';
    const proof = await key.proof({ url, nonce });
    expect((await send(proof)).status).toBe(200);
    expect(await refusalOf(await send(proof))).toEqual(refused('invalid_dpop_proof'));
  });
});

test('D4: the metadata names the grant', async () => {
  const response = await fetch(`${world.url}/.well-known/oauth-authorization-server`);
  expect(await response.json()).toMatchObject({ grant_types_supported: expect.arrayContaining([EXCHANGE]) });
});
