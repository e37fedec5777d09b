import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newVerifier, refresh, register, rpc, authorizeUrl, type Tokens } from '../support/oauth-client.ts';
import { returnUrl } from './support/browser.ts';
import { openWorld, refusalOf, type Connected, type Member, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const post = (form: Record<string, string>) =>
  fetch(`${world.url}/revoke`, { method: 'POST', body: new URLSearchParams(form) });

const revoke = async (
  { clientId }: { clientId: string },
  token: string,
  more: Record<string, string> = {},
) => {
  const response = await post({ client_id: clientId, token, ...more });
  return { status: response.status, body: await response.text() };
};

const call = async (token: string) =>
  (await rpc(`${world.url}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list')).status;

const refreshed = (connection: Connected, token = connection.tokens.refresh_token) =>
  refresh(world.url, connection.clientId, token);

async function state(connection: Connected): Promise<{ live: boolean; key: boolean }> {
  const [row] = await world.rows<{ live: boolean; key: boolean }>(
    `select g.revoked_at is null as live, k.revoked_at is null as key
     from grants g join keys k on k.grant_id = g.id where g.id = $1`,
    [connection.grantId],
  );
  return row ?? { live: false, key: false };
}

const DONE = { status: 200, body: '' };
const GONE = { live: false, key: false };

describe.each(['token', 'key'] as const)('V1 in %s mode', (mode) => {
  let member: Member;
  beforeAll(async () => {
    member = await world.newMember([await world.newOrganisation(mode), 'member']);
  });

  test.each(['refresh_token', 'access_token', 'nonsense', ''])(
    'a refresh token ends its grant with its key and all tokens, whatever the hint %j says',
    async (hint) => {
      const connection = await world.connect(member, 'full');
      expect(await call(connection.tokens.access_token)).toBe(200);
      expect(await revoke(connection, connection.tokens.refresh_token, { token_type_hint: hint })).toEqual(
        DONE,
      );
      expect(await call(connection.tokens.access_token)).toBe(401);
      expect(await refusalOf(await refreshed(connection))).toEqual({ status: 400, error: 'invalid_grant' });
      expect(await state(connection)).toEqual(GONE);
    },
  );

  test('a refresh token that was used before ends the grant as well', async () => {
    const connection = await world.connect(member, 'full');
    const next = (await (await refreshed(connection)).json()) as Tokens;
    expect(await revoke(connection, connection.tokens.refresh_token)).toEqual(DONE);
    expect(await call(next.access_token)).toBe(401);
    expect((await refreshed(connection, next.refresh_token)).status).toBe(400);
  });

  test('again, and with an unknown token, the answer is the same 200', async () => {
    const connection = await world.connect(member, 'read');
    const tokens = ['nonsense', 'lk_test_nonsense', 'a.b.c', '\0', connection.tokens.refresh_token];
    for (const token of [...tokens, ...tokens]) expect(await revoke(connection, token)).toEqual(DONE);
  });

  test("63: another client's tokens are out of reach, and it cannot tell them from nothing", async () => {
    const connection = await world.connect(member, 'full');
    const thief = await register(world.url, { client_name: `thief of ${connection.grantId}` });
    for (const token of [connection.tokens.refresh_token, connection.tokens.access_token, 'nonsense']) {
      expect(await revoke({ clientId: thief.client_id }, token)).toEqual(DONE);
    }
    expect(await call(connection.tokens.access_token)).toBe(200);
    expect((await refreshed(connection)).status).toBe(200);
  });

  test('V1: what could not be stored is answered 503, never 200, and is still live', async () => {
    const connection = await world.connect(member, 'full');
    await world.rows('alter table changes rename to changes_away');
    try {
      for (const token of [connection.tokens.refresh_token, connection.tokens.access_token]) {
        const response = await post({ client_id: connection.clientId, token });
        expect(response.headers.get('retry-after')).toBe('1');
        expect(await refusalOf(response)).toEqual({ status: 503, error: 'temporarily_unavailable' });
      }
    } finally {
      await world.rows('alter table changes_away rename to changes');
    }
    expect(await state(connection)).toEqual({ live: true, key: true });
    expect(await revoke(connection, connection.tokens.refresh_token)).toEqual(DONE);
    expect(await state(connection)).toEqual(GONE);
  });

  test('44: a new approval of the same client ends none before it: Read-only and Full live side by side', async () => {
    const { clientId, tokens: first, verifier } = await world.connect(member, 'read');
    const fresh = newVerifier();
    const { fields } = await member.browser.open(
      authorizeUrl(world.url, { client_id: clientId, code_challenge: fresh.challenge }),
    );
    const answer = await member.browser.decide(fields, { access: 'full', decision: 'allow' });
    const code = returnUrl(answer).searchParams.get('code') ?? '';
    const second = (await (
      await world.redeem({ clientId, code, verifier: fresh.verifier })
    ).json()) as Tokens;
    expect(verifier).not.toBe(fresh.verifier);
    expect(await call(first.access_token)).toBe(200);
    expect(await call(second.access_token)).toBe(200);
    expect(await revoke({ clientId }, second.refresh_token)).toEqual(DONE);
    expect(await call(first.access_token)).toBe(200);
    expect(await call(second.access_token)).toBe(401);
  });

  test('56: a client id that strangers share: ending one grant ends no one else’s', async () => {
    const stranger = await world.newMember([await world.newOrganisation(mode), 'owner']);
    const metadata = { client_name: `Shared ${mode}` };
    const mine = await world.approve(member, 'read', {}, metadata);
    const theirs = await world.approve(stranger, 'read', {}, metadata);
    await world.rows('update authorizations set client_id = $1 where client_id = $2', [
      mine.clientId,
      theirs.clientId,
    ]);
    const [one, other] = (await Promise.all(
      [mine, { ...theirs, clientId: mine.clientId }].map(async (each) => (await world.redeem(each)).json()),
    )) as [Tokens, Tokens];
    expect(await revoke(mine, one.refresh_token)).toEqual(DONE);
    expect(await call(one.access_token)).toBe(401);
    expect(await call(other.access_token)).toBe(200);
  });
});

describe('V1: the access token', () => {
  test('in token mode it ends alone: the grant lives, and a refresh gives another', async () => {
    const member = await world.newMember([await world.newOrganisation('token'), 'member']);
    const connection = await world.connect(member, 'full');
    expect(await call(connection.tokens.access_token)).toBe(200);
    expect(await revoke(connection, connection.tokens.access_token)).toEqual(DONE);
    expect(await call(connection.tokens.access_token)).toBe(401);
    const next = (await (await refreshed(connection)).json()) as Tokens;
    expect(await call(next.access_token)).toBe(200);
    expect(await state(connection)).toEqual({ live: true, key: true });
  });

  test('in key mode the key is the grant: today’s secret and the one before end all of it', async () => {
    const member = await world.newMember([await world.newOrganisation('key'), 'member']);
    for (const which of ['now', 'before'] as const) {
      const connection = await world.connect(member, 'full');
      const next = (await (await refreshed(connection)).json()) as Tokens;
      const token = which === 'now' ? next.access_token : connection.tokens.access_token;
      expect(await revoke(connection, token)).toEqual(DONE);
      for (const secret of [next.access_token, connection.tokens.access_token])
        expect(await call(secret)).toBe(401);
      expect((await refreshed(connection, next.refresh_token)).status).toBe(400);
      expect(await state(connection)).toEqual(GONE);
    }
  });
});

describe('how the endpoint answers', () => {
  test.each([
    [{ token: 'x' }, 401, 'invalid_client'],
    [{ client_id: 'cli_unknown', token: 'x' }, 401, 'invalid_client'],
    [{ client_id: 'KNOWN' }, 400, 'invalid_request'],
  ])('%j is refused', async (form, status, error) => {
    const { client_id } = await register(world.url);
    const response = await post({
      ...form,
      ...('client_id' in form && form.client_id === 'KNOWN' ? { client_id } : {}),
    } as Record<string, string>);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await refusalOf(response)).toEqual({ status, error });
  });

  test('a body over 16 KiB is refused in JSON', async () => {
    expect(await refusalOf(await post({ token: 'x'.repeat(20_000) }))).toEqual({
      status: 413,
      error: 'invalid_request',
    });
  });
});
