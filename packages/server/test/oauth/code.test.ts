import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { newVerifier, postToken, refresh, register, rpc, type Tokens } from '../support/oauth-client.ts';
import { untilBlocked } from '../support/until-blocked.ts';
import { openWorld, refusalOf, type Member, type Organisation, type World } from './support/world.ts';

let world: World;
let organisation: Organisation;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  organisation = await world.newOrganisation();
  member = await world.newMember([organisation, 'member']);
});
afterAll(() => world.close());

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const bearer = (tokens: Tokens) => ({ authorization: `Bearer ${tokens.access_token}` });
const callStatus = async (tokens: Tokens) =>
  (await rpc(`${world.url}/mcp`, bearer(tokens), 'tools/list')).status;

async function grantsOf(clientId: string) {
  return world.rows<{ id: string; revoked_reason: string | null }>(
    'select id, revoked_reason from grants where client_id = $1',
    [clientId],
  );
}

describe('a code works once', () => {
  test('1: a code replayed with its verifier is refused, and the grant dies with all that it minted', async () => {
    const approved = await world.approve(member, 'full');
    const first = await world.redeem(approved);
    const tokens = (await first.json()) as Tokens;
    const refreshed = (await (
      await refresh(world.url, approved.clientId, tokens.refresh_token)
    ).json()) as Tokens;
    expect(await callStatus(tokens)).toBe(200);

    expect(await refusalOf(await world.redeem(approved))).toEqual(INVALID_GRANT);
    for (const dead of [tokens, refreshed]) expect(await callStatus(dead)).toBe(401);
    expect(await refusalOf(await refresh(world.url, approved.clientId, refreshed.refresh_token))).toEqual(
      INVALID_GRANT,
    );
    expect(await grantsOf(approved.clientId)).toMatchObject([{ revoked_reason: 'code_replayed' }]);
  });

  test('4: a used code without the right verifier is refused and ends nothing, but it is on record', async () => {
    const approved = await world.approve(member, 'read');
    const tokens = (await (await world.redeem(approved)).json()) as Tokens;
    const replay = await world.redeem({ ...approved, verifier: newVerifier().verifier });
    expect(await refusalOf(replay)).toEqual(INVALID_GRANT);
    const stranger = await register(world.url, { client_name: 'thief' });
    expect(await refusalOf(await world.redeem({ ...approved, clientId: stranger.client_id }))).toEqual(
      INVALID_GRANT,
    );
    expect(await callStatus(tokens)).toBe(200);
    expect((await refresh(world.url, approved.clientId, tokens.refresh_token)).status).toBe(200);
    const recorded = await world.rows(
      `select org_id, grant_id, client_id from audit_events where action = 'code.refused' and request_id = $1`,
      [replay.headers.get('x-request-id')],
    );
    expect(recorded).toMatchObject([
      {
        org_id: organisation.orgId,
        client_id: approved.clientId,
        grant_id: (await grantsOf(approved.clientId))[0]?.id,
      },
    ]);
  });

  test.each([
    ['half of it', (code: string) => code.slice(0, 20)],
    ['its last character changed', (code: string) => `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`],
    ['its hash, as a thief of the database has it', (code: string) => hashSecret(code)],
    ['its transaction', (_code: string, transaction: string) => transaction],
    ['a wildcard', () => '%'],
    ['a NUL', () => '\0'],
  ])('4: %s in place of the code opens nothing and ends nothing', async (_what, bend) => {
    const approved = await world.approve(member, 'read');
    const tokens = (await (await world.redeem(approved)).json()) as Tokens;
    const bent = bend(approved.code, approved.fields['transaction'] ?? '');
    expect(await refusalOf(await world.redeem({ ...approved, code: bent }))).toEqual(INVALID_GRANT);
    expect(await callStatus(tokens)).toBe(200);
  });

  test('2: of 50 redemptions of one code at the same moment exactly one succeeds, and one grant exists', async () => {
    const approved = await world.approve(member, 'read');
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.redeem(approved)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(await refusalOf(answer)).toEqual(INVALID_GRANT);
    }
    expect(await grantsOf(approved.clientId)).toHaveLength(1);
    const [row] = await world.rows<{ n: number }>(
      'select count(*)::int as n from refresh_tokens t join grants g on g.id = t.grant_id where g.client_id = $1',
      [approved.clientId],
    );
    expect(row?.n).toBe(1);
  });

  test('1: a replay that runs beside the redemption ends the grant, as one that comes after it does', async () => {
    const approved = await world.approve(member, 'full');
    const holder = await world.latchkey.store.pool.connect();
    await holder.query('begin');
    await holder.query('select 1 from authorizations where code_hash = $1 for update', [
      hashSecret(approved.code),
    ]);
    // Both have read the unused code, and neither can claim it yet.
    const answers = Promise.all([world.redeem(approved), world.redeem(approved)]);
    await untilBlocked(world.latchkey.store, 2);
    await holder.query('commit');
    holder.release();
    const [won, lost] = (await answers).toSorted((a, b) => a.status - b.status);
    expect(won?.status).toBe(200);
    expect(lost && (await refusalOf(lost))).toEqual(INVALID_GRANT);
    expect(await grantsOf(approved.clientId)).toMatchObject([{ revoked_reason: 'code_replayed' }]);
    expect(await callStatus((await won?.json()) as Tokens)).toBe(401);
  });
});

describe('T3: a code is bound to what was approved', () => {
  const wrong: [string, (clientId: string) => Record<string, string>, string][] = [
    ['the verifier of another request', () => ({ code_verifier: newVerifier().verifier }), 'invalid_grant'],
    ['the challenge as verifier', () => ({ code_verifier: 'A'.repeat(43) }), 'invalid_grant'],
    ['a verifier that is too short', () => ({ code_verifier: 'short' }), 'invalid_grant'],
    ['a verifier that is too long', () => ({ code_verifier: 'x'.repeat(129) }), 'invalid_grant'],
    ['a verifier of other letters', () => ({ code_verifier: 'ü'.repeat(43) }), 'invalid_grant'],
    ['no verifier', () => ({ code_verifier: '' }), 'invalid_request'],
    ['another redirect URI', () => ({ redirect_uri: 'http://127.0.0.1:33419/callback' }), 'invalid_grant'],
    ['a redirect URI of others', () => ({ redirect_uri: 'https://evil.test/' }), 'invalid_grant'],
    ['another resource of the organisation', () => ({ resource: 'ORIGIN/mcp/SLUG/sse' }), 'invalid_target'],
    ['a resource of another organisation', () => ({ resource: 'ORIGIN/mcp/acme' }), 'invalid_target'],
    ['a resource elsewhere', () => ({ resource: 'https://other.test/mcp' }), 'invalid_target'],
  ];

  test.each(['short', 'x'.repeat(129), 'ü'.repeat(43)])(
    'the verifier %s has not the form of one, so it is refused though it is the right one',
    async (verifier) => {
      const code_challenge = createHash('sha256').update(verifier).digest('base64url');
      const approved = await world.approve(member, 'read', { code_challenge });
      expect(await refusalOf(await world.redeem({ ...approved, verifier }))).toEqual(INVALID_GRANT);
    },
  );

  test.each(wrong)('3 and 11: %s is refused, and the code is still good', async (_what, bend, error) => {
    const approved = await world.approve(member, 'read', {
      resource: `${world.url}/mcp/${organisation.slug}`,
    });
    const bent = Object.fromEntries(
      Object.entries(bend(approved.clientId)).map(([name, value]) => [
        name,
        value.replace('ORIGIN', world.url).replace('SLUG', organisation.slug),
      ]),
    );
    expect(await refusalOf(await world.redeem(approved, bent))).toEqual({ status: 400, error });
    expect((await world.redeem(approved)).status).toBe(200);
  });

  test('3: another client cannot redeem it, and does not burn it', async () => {
    const approved = await world.approve(member, 'read');
    const thief = await register(world.url, { client_name: `Thief ${randomBytes(4).toString('hex')}` });
    expect(await refusalOf(await world.redeem({ ...approved, clientId: thief.client_id }))).toEqual(
      INVALID_GRANT,
    );
    expect((await world.redeem(approved)).status).toBe(200);
  });

  test('five wrong attempts burn it', async () => {
    const approved = await world.approve(member, 'read');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await world.redeem({ ...approved, verifier: newVerifier().verifier })).status).toBe(400);
    }
    expect(await refusalOf(await world.redeem(approved))).toEqual(INVALID_GRANT);
    expect(await grantsOf(approved.clientId)).toEqual([]);
  });

  test('wrong attempts are on record for as long as the code could be tried, and then no more', async () => {
    const approved = await world.approve(member, 'read');
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect((await world.redeem({ ...approved, verifier: newVerifier().verifier })).status).toBe(400);
    }
    const recorded = await world.rows(
      `select 1 from audit_events where action = 'code.refused' and client_id = $1`,
      [approved.clientId],
    );
    expect(recorded).toHaveLength(5);
  });

  test('redirect URI and resource may be left out', async () => {
    const approved = await world.approve(member, 'read', {
      resource: `${world.url}/mcp/${organisation.slug}`,
    });
    expect((await world.redeem(approved, { redirect_uri: '' })).status).toBe(200);
  });

  test('an expired code is refused', async () => {
    const approved = await world.approve(member, 'read');
    await world.rows('update authorizations set code_expires_at = now() where code_hash = $1', [
      hashSecret(approved.code),
    ]);
    expect(await refusalOf(await world.redeem(approved))).toEqual(INVALID_GRANT);
  });

  test('5: a downgrade is not possible: the challenge is in the row, so a client cannot do without its verifier', async () => {
    const approved = await world.approve(member, 'read');
    const response = await postToken(world.url, {
      grant_type: 'authorization_code',
      client_id: approved.clientId,
      code: approved.code,
      code_challenge_method: 'plain',
      code_verifier: new URL(approved.href).searchParams.get('code_challenge') ?? '',
    });
    expect(await refusalOf(response)).toEqual(INVALID_GRANT);
  });
});

describe('who approved may have changed', () => {
  test('47: a member who was removed before the code was redeemed gets nothing', async () => {
    const removed = await world.newMember([organisation, 'member']);
    const approved = await world.approve(removed, 'read');
    await world.latchkey.people.removeMember({ orgId: organisation.orgId, userId: removed.userId });
    expect(await refusalOf(await world.redeem(approved))).toEqual(INVALID_GRANT);
    expect(await grantsOf(approved.clientId)).toEqual([]);
  });

  test('a member who became a viewer gets read-only access', async () => {
    const demoted = await world.newMember([organisation, 'member']);
    const approved = await world.approve(demoted, 'full');
    await world.latchkey.people.setRole({
      orgId: organisation.orgId,
      userId: demoted.userId,
      role: 'viewer',
    });
    expect(await (await world.redeem(approved)).json()).toMatchObject({ scope: 'mcp:read' });
  });

  test('a suspended organisation gives nothing', async () => {
    const suspended = await world.newOrganisation();
    const approved = await world.approve(await world.newMember([suspended, 'owner']), 'read');
    await world.rows('update organisations set suspended_at = now() where id = $1', [suspended.orgId]);
    expect(await refusalOf(await world.redeem(approved))).toEqual(INVALID_GRANT);
  });

  test('a redemption that races the removal of the member leaves no live grant', async () => {
    for (let round = 0; round < 6; round += 1) {
      const removed = await world.newMember([organisation, 'member']);
      const approved = [];
      for (let each = 0; each < 4; each += 1) approved.push(await world.approve(removed, 'read'));
      await Promise.all([
        ...approved.map((each) => world.redeem(each)),
        world.latchkey.people.removeMember({ orgId: organisation.orgId, userId: removed.userId }),
      ]);
      const live = await world.rows('select id from grants where user_id = $1 and revoked_at is null', [
        removed.userId,
      ]);
      expect(live).toEqual([]);
    }
  });
});

describe('T1: how the endpoint answers', () => {
  test('a success is JSON that nobody caches, readable by any page', async () => {
    const approved = await world.approve(member, 'full');
    const response = await world.redeem(approved);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(Object.keys((await response.json()) as object).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'scope',
      'token_type',
    ]);
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('%s is not allowed, in JSON', async (method) => {
    const response = await fetch(`${world.url}/token?grant_type=refresh_token`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await refusalOf(response)).toMatchObject({ error: 'invalid_request' });
  });

  test.each([
    ['JSON', 'application/json', '{"grant_type":"authorization_code"}', 400],
    ['multipart', 'multipart/form-data; boundary=x', '--x--', 400],
    ['plain text', 'text/plain', 'grant_type=refresh_token', 400],
    ['a form of 20 KiB', 'application/x-www-form-urlencoded', `x=${'y'.repeat(20 * 1024)}`, 413],
    ['a repeated parameter', 'application/x-www-form-urlencoded', 'client_id=a&client_id=b', 400],
    ['nothing', 'application/x-www-form-urlencoded', '', 401],
  ])('%s is refused with an OAuth error that nobody caches', async (_what, type, body, status) => {
    const response = await fetch(`${world.url}/token`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const answer = (await response.json()) as { error: string };
    expect(answer.error).toBe(status === 401 ? 'invalid_client' : 'invalid_request');
  });

  test('parameters in the query are not looked at', async () => {
    const approved = await world.approve(member, 'read');
    const query = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: approved.clientId,
      code: approved.code,
      code_verifier: approved.verifier,
    });
    const response = await fetch(`${world.url}/token?${query.toString()}`, {
      method: 'POST',
      body: new URLSearchParams(),
    });
    expect(response.status).toBe(401);
    expect((await world.redeem(approved)).status).toBe(200);
  });

  test.each([
    ['', 'invalid_request'],
    ['password', 'unsupported_grant_type'],
    ['client_credentials', 'unauthorized_client'],
    ['<script>alert(1)</script>', 'unsupported_grant_type'],
  ])('the grant type %j is refused without an echo', async (grantType, error) => {
    const { client_id } = await register(world.url);
    const response = await postToken(world.url, { grant_type: grantType, client_id });
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error });
    expect(text).not.toContain('<script');
  });

  test('a fault of ours is an OAuth error too, says nothing of itself, and leaves the code good', async () => {
    const approved = await world.approve(member, 'read');
    await world.rows('alter table refresh_tokens rename to refresh_tokens_away');
    try {
      const response = await world.redeem(approved);
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(JSON.parse(text)).toEqual({ error: 'server_error', error_description: expect.any(String) });
      expect(text).not.toMatch(/refresh_tokens|select|insert/i);
    } finally {
      await world.rows('alter table refresh_tokens_away rename to refresh_tokens');
    }
    expect((await world.redeem(approved)).status).toBe(200);
  });
});
