import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { postToken, register, type Tokens } from '../support/oauth-client.ts';
import { assertionForm, openWorkshop, signAssertion, type PortalClient } from './support/machines.ts';
import { openWorld, refusalOf, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const proofOf = ({ client_id, client_secret }: PortalClient) => ({ client_id, client_secret });
const introspect = (token: string, proof: Record<string, string>) =>
  fetch(`${world.url}/introspect`, { method: 'POST', body: new URLSearchParams({ ...proof, token }) });

async function about(token: string, proof: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await introspect(token, proof);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return (await response.json()) as Record<string, unknown>;
}

/** A confidential app of the portal that a member has approved. */
async function connectedApp(mode: 'token' | 'key', access: 'read' | 'full' = 'full') {
  const workshop = await openWorkshop(world, mode);
  const app = await workshop.newClient({ redirect_uris: ['http://127.0.0.1:33418/callback'] });
  const member = await world.newMember([workshop.organisation, 'member']);
  const request = await world.newRequest();
  const { fields } = await member.browser.open(request.href.replace(request.clientId, app.client_id));
  const { html } = await member.browser.decide(fields, {
    access,
    organisation: workshop.organisation.slug,
    decision: 'allow',
  });
  const code = /[?&]code=([\w-]+)/.exec(html.replaceAll('&amp;', '&'))?.[1] ?? '';
  const proof = proofOf(app);
  const response = await world.redeem({ ...request, clientId: app.client_id, code }, proof);
  expect(response.status).toBe(200);
  return { ...workshop, app, member, proof, tokens: (await response.json()) as Tokens };
}

describe('V2: introspection', () => {
  test.each(['token', 'key'] as const)('tells a client of its own tokens in %s mode', async (mode) => {
    const { app, member, proof, tokens } = await connectedApp(mode);
    const own = {
      active: true,
      client_id: app.client_id,
      sub: member.userId,
      scope: 'mcp:call',
      iss: world.url,
    };
    expect(await about(tokens.access_token, proof)).toMatchObject({
      ...own,
      aud: `${world.url}/mcp`,
      token_type: 'Bearer',
      exp: expect.any(Number),
    });
    expect(await about(tokens.refresh_token, proof)).toMatchObject({ ...own, exp: expect.any(Number) });
  });

  test.each(['token', 'key'] as const)(
    '63: says of another client’s token in %s mode exactly what it says of none',
    async (mode) => {
      const { tokens, newClient } = await connectedApp(mode);
      // Of the same organisation, and of another one.
      const others = [await newClient(), await (await openWorkshop(world)).newClient()];
      for (const other of others) {
        const strange = [
          tokens.access_token,
          tokens.refresh_token,
          'x',
          'lk_live_x',
          'a.b.c',
          '\0',
          'é'.repeat(500),
        ];
        for (const token of strange) expect(await about(token, proofOf(other))).toEqual({ active: false });
      }
    },
  );

  test('63: says nothing of a key that was made by hand', async () => {
    const { send, newClient } = await openWorkshop(world);
    const key = { name: 'By hand', access: 'read', expires_in_days: 7 };
    const { secret } = (await (await send('POST', '/keys', key)).json()) as { secret: string };
    expect(await about(secret, proofOf(await newClient()))).toEqual({ active: false });
  });

  test('is refused to public clients and to who does not prove itself', async () => {
    const { app, tokens } = await connectedApp('token');
    const { client_id } = await register(world.url);
    for (const proof of [
      { client_id },
      { client_id: app.client_id },
      { client_id: app.client_id, client_secret: 'wrong' },
      {},
    ]) {
      expect(await refusalOf(await introspect(tokens.access_token, proof as Record<string, string>))).toEqual(
        {
          status: 401,
          error: 'invalid_client',
        },
      );
    }
  });

  test('answers 503 where it cannot tell: who is told nothing must not take a live token for a dead one', async () => {
    const { proof, tokens } = await connectedApp('token');
    await world.rows('alter table grants rename to grants_away');
    try {
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const response = await introspect(token, proof);
        expect(response.headers.get('retry-after')).toBe('1');
        expect(await refusalOf(response)).toEqual({ status: 503, error: 'temporarily_unavailable' });
      }
    } finally {
      await world.rows('alter table grants_away rename to grants');
    }
    expect(await about(tokens.access_token, proof)).toMatchObject({ active: true });
  });

  test('37: takes an assertion once', async () => {
    const { newSigningClient } = await openWorkshop(world);
    const client = await newSigningClient();
    const proof = assertionForm(await signAssertion(client, world.url));
    expect(await about('unknown', proof)).toEqual({ active: false });
    expect(await refusalOf(await introspect('unknown', proof))).toEqual({
      status: 401,
      error: 'invalid_client',
    });
  });

  test.each<[string, (connected: Awaited<ReturnType<typeof connectedApp>>) => Promise<unknown>]>([
    [
      'the grant was revoked',
      ({ proof, tokens }) =>
        fetch(`${world.url}/revoke`, {
          method: 'POST',
          body: new URLSearchParams({ ...proof, token: tokens.refresh_token }),
        }),
    ],
    [
      'the member was removed',
      ({ member, organisation }) =>
        world.latchkey.people.removeMember({ orgId: organisation.orgId, userId: member.userId }),
    ],
    [
      'the organisation was suspended',
      ({ organisation }) =>
        world.rows('update organisations set suspended_at = now() where id = $1', [organisation.orgId]),
    ],
  ])('is live: once %s, no token is active, whatever its expiry', async (_, end) => {
    for (const mode of ['token', 'key'] as const) {
      const connected = await connectedApp(mode);
      const { tokens, proof } = connected;
      expect((await about(tokens.access_token, proof))['active']).toBe(true);
      await end(connected);
      expect(await about(tokens.access_token, proof)).toEqual({ active: false });
      expect(await about(tokens.refresh_token, proof)).toEqual({ active: false });
    }
  });

  test('is live: a used refresh token and a single revoked access token are not active, the rest is', async () => {
    const { tokens, proof } = await connectedApp('token');
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const next = (await (await postToken(world.url, { ...form, ...proof })).json()) as Tokens;
    expect(await about(tokens.refresh_token, proof)).toEqual({ active: false });
    expect((await about(next.refresh_token, proof))['active']).toBe(true);
    await fetch(`${world.url}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ ...proof, token: next.access_token }),
    });
    expect(await about(next.access_token, proof)).toEqual({ active: false });
    expect((await about(tokens.access_token, proof))['active']).toBe(true);
  });

  test('is live: a connection that ended a moment ago, of which no node has heard yet, is not active', async () => {
    const { app, tokens, proof } = await connectedApp('token');
    expect((await about(tokens.access_token, proof))['active']).toBe(true);
    await world.rows('update grants set revoked_at = now() where client_id = $1', [app.client_id]);
    expect(await about(tokens.access_token, proof)).toEqual({ active: false });
  });

  test('is live: a refresh token that expired is not active', async () => {
    const { tokens, proof } = await connectedApp('token');
    expect((await about(tokens.refresh_token, proof))['active']).toBe(true);
    await world.rows('update refresh_tokens set expires_at = now() where token_hash = $1', [
      hashSecret(tokens.refresh_token),
    ]);
    expect(await about(tokens.refresh_token, proof)).toEqual({ active: false });
  });

  test('is live: the scope is that of today’s role', async () => {
    const { tokens, proof, member, organisation } = await connectedApp('token');
    expect(await about(tokens.access_token, proof)).toMatchObject({ scope: 'mcp:call' });
    await world.latchkey.people.setRole({ orgId: organisation.orgId, userId: member.userId, role: 'viewer' });
    expect(await about(tokens.access_token, proof)).toMatchObject({ scope: 'mcp:read' });
  });

  test('63: a machine cannot revoke another’s token', async () => {
    const { tokens, proof, newClient } = await connectedApp('token');
    const other = proofOf(await newClient());
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const body = new URLSearchParams({ ...other, token });
      expect((await fetch(`${world.url}/revoke`, { method: 'POST', body })).status).toBe(200);
      expect((await about(token, proof))['active']).toBe(true);
    }
  });
});
