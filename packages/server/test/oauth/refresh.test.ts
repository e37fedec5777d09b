import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { refresh, register, rpc, type Tokens } from '../support/oauth-client.ts';
import {
  openWorld,
  refusalOf,
  type Connected,
  type Member,
  type Organisation,
  type World,
} from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const MODES = ['token', 'key'] as const;

const send = (
  connection: Connected,
  token = connection.tokens.refresh_token,
  more: Record<string, string> = {},
) => refresh(world.url, connection.clientId, token, more);

async function rotate(connection: Connected, token?: string, more?: Record<string, string>): Promise<Tokens> {
  const response = await send(connection, token, more);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return (await response.json()) as Tokens;
}

const call = async (tokens: Tokens, path = '/mcp') =>
  (await rpc(world.url + path, { authorization: `Bearer ${tokens.access_token}` }, 'tools/list')).status;

async function toolNames(tokens: Tokens): Promise<string[]> {
  const response = await rpc(
    `${world.url}/mcp`,
    { authorization: `Bearer ${tokens.access_token}` },
    'tools/list',
  );
  const text = await response.text();
  return [...text.matchAll(/"name":"([a-z0-9_-]+)"/gi)].map(([, name = '']) => name);
}

async function familyOf(connection: Connected) {
  return world.rows<{ token_hash: string; used: boolean; replay: string | null; expires_at: Date }>(
    'select token_hash, used_at is not null as used, replay, expires_at from refresh_tokens where grant_id = $1 order by created_at',
    [connection.grantId],
  );
}

async function grantOf(connection: Connected) {
  const [grant] = await world.rows<{ revoked_reason: string | null; expires_at: Date }>(
    'select revoked_reason, expires_at from grants where id = $1',
    [connection.grantId],
  );
  return grant;
}

async function expectDead(connection: Connected, ...tokens: Tokens[]): Promise<void> {
  expect((await grantOf(connection))?.revoked_reason).not.toBeNull();
  for (const each of tokens) {
    expect(await call(each)).toBe(401);
    expect(await refusalOf(await send(connection, each.refresh_token))).toEqual(INVALID_GRANT);
  }
}

describe.each(MODES)('in %s mode', (mode) => {
  let organisation: Organisation;
  let member: Member;
  beforeAll(async () => {
    organisation = await world.newOrganisation(mode);
    member = await world.newMember([organisation, 'member']);
  });

  test('a refresh gives new tokens of the same scope, and those before still serve the calls under way', async () => {
    const connection = await world.connect(member, 'full');
    const next = await rotate(connection);
    expect(next.access_token).not.toBe(connection.tokens.access_token);
    expect(next.refresh_token).not.toBe(connection.tokens.refresh_token);
    expect(next.scope).toBe('mcp:call');
    expect(next.expires_in).toBeGreaterThan(300);
    expect(await call(connection.tokens)).toBe(200);
    expect(await call(next)).toBe(200);
  });

  test('41 and 42: 50 parallel refreshes of one token get one and the same answer, and one successor', async () => {
    const connection = await world.connect(member, 'read');
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(connection)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Tokens[];
    expect(
      new Set(bodies.map(({ access_token, refresh_token }) => `${access_token} ${refresh_token}`)).size,
    ).toBe(1);
    expect(await familyOf(connection)).toHaveLength(2);
    const [body] = bodies;
    expect(body && (await call(body))).toBe(200);
    expect(body && (await rotate(connection, body.refresh_token)).scope).toBe('mcp:read');
  });

  test('43: a lost answer, asked for again within 30 s, comes again; expires_in does not grow', async () => {
    const connection = await world.connect(member, 'read');
    const first = await rotate(connection);
    const again = await rotate(connection);
    expect(again).toEqual({ ...first, expires_in: again.expires_in });
    expect(again.expires_in).toBeLessThanOrEqual(first.expires_in);
    expect((await grantOf(connection))?.revoked_reason).toBeNull();
  });

  test('43: the same request in other words is the same request', async () => {
    const connection = await world.connect(member, 'full');
    const first = await rotate(connection, undefined, { scope: 'mcp:read mcp:call' });
    const again = await rotate(connection, undefined, {
      scope: 'mcp:call  mcp:read',
      resource: `${world.url}/mcp/`,
    });
    expect(again.refresh_token).toBe(first.refresh_token);
  });

  test('43: the same token for less is another request, and ends the family', async () => {
    const connection = await world.connect(member, 'full');
    const next = await rotate(connection);
    expect(await refusalOf(await send(connection, undefined, { scope: 'mcp:read' }))).toEqual(INVALID_GRANT);
    await expectDead(connection, connection.tokens, next);
  });

  test('43: after 31 s the same token ends the family', async () => {
    const connection = await world.connect(member, 'read');
    const next = await rotate(connection);
    await world.rows('update refresh_tokens set replay_until = now() where token_hash = $1', [
      hashSecret(connection.tokens.refresh_token),
    ]);
    expect(await refusalOf(await send(connection))).toEqual(INVALID_GRANT);
    await expectDead(connection, connection.tokens, next);
  });

  test('43: once its successor was used, the token ends the family', async () => {
    const connection = await world.connect(member, 'read');
    const second = await rotate(connection);
    const third = await rotate(connection, second.refresh_token);
    expect(await refusalOf(await send(connection))).toEqual(INVALID_GRANT);
    await expectDead(connection, connection.tokens, second, third);
  });

  test('T6: the kept answer is unreadable without the token, and is wiped when its time is over', async () => {
    const connection = await world.connect(member, 'read');
    const second = await rotate(connection);
    const [before] = await familyOf(connection);
    expect(before?.replay).not.toBeNull();
    expect(Buffer.from(before?.replay ?? '', 'base64url').toString('latin1')).not.toContain(
      second.refresh_token,
    );
    await rotate(connection, second.refresh_token);
    expect((await familyOf(connection))[0]?.replay).toBeNull();
    await world.rows('update refresh_tokens set replay_until = now() where grant_id = $1', [
      connection.grantId,
    ]);
    await world.latchkey.store.grants.wipeReplays();
    expect((await familyOf(connection)).map(({ replay }) => replay)).toEqual([null, null, null]);
  });

  test('44: reuse in one grant leaves the other grants of the same person and client alone', async () => {
    const one = await world.connect(member, 'read');
    const request = await member.browser.open(
      (await world.newRequest({ client_id: one.clientId, code_challenge: challengeOf(one) })).href,
    );
    const answer = await member.browser.decide(request.fields, { access: 'full', decision: 'allow' });
    const code = /[?&]code=([\w-]+)/.exec(answer.html.replaceAll('&amp;', '&'))?.[1] ?? '';
    const other = (await (await world.redeem({ ...one, code })).json()) as Tokens;
    const next = await rotate(one);
    await rotate(one, next.refresh_token);
    expect((await send(one)).status).toBe(400);
    expect(await call(next)).toBe(401);
    expect(await call(other)).toBe(200);
    expect((await send(one, other.refresh_token)).status).toBe(200);
  });

  test('45: a refresh token shown by another client is refused and ends the family', async () => {
    const connection = await world.connect(member, 'read');
    const thief = await register(world.url, { client_name: `thief of ${connection.grantId}` });
    const stolen = await refresh(world.url, thief.client_id, connection.tokens.refresh_token);
    expect(await refusalOf(stolen)).toEqual(INVALID_GRANT);
    await expectDead(connection, connection.tokens);
  });

  test('46: no scope widens: what was not granted is ignored', async () => {
    const connection = await world.connect(member, 'read');
    const readable = await toolNames(connection.tokens);
    expect(readable.length).toBeGreaterThan(0);
    for (const scope of ['mcp:call', 'mcp:read mcp:call', 'mcp:call offline_access admin']) {
      const next = await rotate(connection, connection.tokens.refresh_token, { scope });
      expect(next.scope).toBe('mcp:read');
      expect(await toolNames(next)).toEqual(readable);
      connection.tokens.refresh_token = next.refresh_token;
    }
  });

  test('T8: a narrower scope gives narrower tokens, and the next refresh the granted ones again', async () => {
    const connection = await world.connect(member, 'full');
    const all = await toolNames(connection.tokens);
    const narrow = await rotate(connection, undefined, { scope: 'mcp:read' });
    expect(narrow.scope).toBe('mcp:read');
    expect((await toolNames(narrow)).length).toBeLessThan(all.length);
    const wide = await rotate(connection, narrow.refresh_token);
    expect(wide.scope).toBe('mcp:call');
    expect(await toolNames(wide)).toEqual(all);
  });

  test.each(['/mcp/acme', '/mcp/SLUG', '/nothing'])(
    '46: the other resource %s is refused, and no row changes',
    async (path) => {
      const connection = await world.connect(member, 'read');
      const before = await familyOf(connection);
      const resource = world.url + path.replace('SLUG', organisation.slug);
      const response = await send(connection, undefined, { resource });
      expect(await refusalOf(response)).toEqual({ status: 400, error: 'invalid_target' });
      expect(await familyOf(connection)).toEqual(before);
      expect((await send(connection)).status).toBe(200);
    },
  );

  test('47: a removed member refreshes nothing', async () => {
    const removed = await world.newMember([organisation, 'member']);
    const connection = await world.connect(removed, 'full');
    await world.latchkey.people.removeMember({ orgId: organisation.orgId, userId: removed.userId });
    expect((await grantOf(connection))?.revoked_reason).toBe('member_removed');
    await expectDead(connection, connection.tokens);
  });

  test('47: a lowered role cuts what a refresh gives', async () => {
    const demoted = await world.newMember([organisation, 'member']);
    const connection = await world.connect(demoted, 'full');
    await world.latchkey.people.setRole({
      orgId: organisation.orgId,
      userId: demoted.userId,
      role: 'viewer',
    });
    expect((await rotate(connection)).scope).toBe('mcp:read');
  });

  test('47: a suspended organisation refreshes nothing, and consumes nothing', async () => {
    const suspended = await world.newOrganisation(mode);
    const connection = await world.connect(await world.newMember([suspended, 'owner']), 'full');
    await world.rows('update organisations set suspended_at = now() where id = $1', [suspended.orgId]);
    expect(await refusalOf(await send(connection))).toEqual(INVALID_GRANT);
    expect((await familyOf(connection)).map(({ used }) => used)).toEqual([false]);
    await world.rows('update organisations set suspended_at = null where id = $1', [suspended.orgId]);
    expect((await send(connection)).status).toBe(200);
  });

  test('49: a family keeps the lifetime that it began with, whatever the setting becomes', async () => {
    const org = await world.newOrganisation(mode);
    await world.rows('update organisations set refresh_days = 1 where id = $1', [org.orgId]);
    const connection = await world.connect(await world.newMember([org, 'owner']), 'read');
    await world.rows('update organisations set refresh_days = 90 where id = $1', [org.orgId]);
    await rotate(connection);
    const [first, second] = await familyOf(connection);
    expect(second?.expires_at).toEqual(first?.expires_at);
    expect((await grantOf(connection))?.expires_at).toEqual(first?.expires_at);
    const [row] = await world.rows<{ hours: number }>(
      'select extract(epoch from expires_at - created_at)::int / 3600 as hours from grants where id = $1',
      [connection.grantId],
    );
    expect(row?.hours).toBe(24);
  });

  test('an expired refresh token is refused', async () => {
    const connection = await world.connect(member, 'read');
    await world.rows('update refresh_tokens set expires_at = now() where grant_id = $1', [
      connection.grantId,
    ]);
    expect(await refusalOf(await send(connection))).toEqual(INVALID_GRANT);
  });

  test('50: a refresh token is no access token', async () => {
    const { tokens } = await world.connect(member, 'full');
    for (const headers of [
      { authorization: `Bearer ${tokens.refresh_token}` },
      { 'x-api-key': tokens.refresh_token },
    ]) {
      expect((await rpc(`${world.url}/mcp`, headers, 'tools/list')).status).toBe(401);
    }
  });

  test('an access token is no refresh token', async () => {
    const connection = await world.connect(member, 'full');
    expect(await refusalOf(await send(connection, connection.tokens.access_token))).toEqual(INVALID_GRANT);
  });

  test('48: a refresh that races a revocation leaves nothing live', async () => {
    for (let round = 0; round < 6; round += 1) {
      const connection = await world.connect(member, 'full');
      const [answers] = await Promise.all([
        Promise.all(Array.from({ length: 4 }, () => send(connection))),
        fetch(`${world.url}/revoke`, {
          method: 'POST',
          body: new URLSearchParams({
            client_id: connection.clientId,
            token: connection.tokens.refresh_token,
          }),
        }),
      ]);
      const minted = await Promise.all(
        answers.filter(({ status }) => status === 200).map((answer) => answer.json() as Promise<Tokens>),
      );
      expect((await familyOf(connection)).length).toBeLessThanOrEqual(2);
      await expectDead(connection, connection.tokens, ...minted);
    }
  });
});

describe('key mode', () => {
  test('a refresh replaces the secret in the same key; the one before overlaps, then ends', async () => {
    const organisation = await world.newOrganisation('key');
    const connection = await world.connect(await world.newMember([organisation, 'member']), 'full');
    expect(connection.tokens.access_token).toMatch(/^lk_test_/);
    const next = await rotate(connection);
    const keys = await world.rows<{ id: string; name: string; seconds: number }>(
      `select id, name, extract(epoch from previous_expires_at - now())::int as seconds from keys where grant_id = $1`,
      [connection.grantId],
    );
    expect(keys).toHaveLength(1);
    expect(keys[0]?.seconds).toBeGreaterThan(0);
    expect(keys[0]?.seconds).toBeLessThanOrEqual(600);
    await world.rows('update keys set previous_expires_at = now() where grant_id = $1', [connection.grantId]);
    await world.latchkey.store.transaction((queries) => queries.changes.add('key', keys[0]?.id ?? ''));
    expect(await call(connection.tokens)).toBe(401);
    expect(await call(next)).toBe(200);
  });
});

function challengeOf(connection: Connected): string {
  return new URL(connection.href).searchParams.get('code_challenge') ?? '';
}
