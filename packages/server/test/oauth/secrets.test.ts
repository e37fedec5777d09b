import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Log } from '../../src/kernel/log.ts';
import { newVerifier, postToken, refresh, register, rpc, type Tokens } from '../support/oauth-client.ts';
import { openWorld, type World } from './support/world.ts';

const logged: string[] = [];
const write = (fields: object, message: string) => {
  logged.push(
    JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.stack : value)),
    message,
  );
};
const log: Log = { debug: write, info: write, warn: write, error: write };

let world: World;
beforeAll(async () => {
  world = await openWorld({ log });
});
afterAll(() => world.close());

/** Every row of every table, as one text. */
async function dump(): Promise<string> {
  const tables = await world.rows<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const rows = await world.rows<{ row: string }>(`select t::text as row from ${name} t`);
    parts.push(name, ...rows.map(({ row }) => row));
  }
  return parts.join('\n');
}

/** Every credential of a whole life: registration, approval, tokens in both modes, refreshes, misuse, revocation. */
async function live(mode: 'token' | 'key'): Promise<Record<string, string>> {
  const member = await world.newMember([await world.newOrganisation(mode), 'member']);
  const metadata = { token_endpoint_auth_method: 'client_secret_post', client_name: `Confidential ${mode}` };
  const { client_id, client_secret } = (await register(world.url, metadata)) as {
    client_id: string;
    client_secret: string;
  };
  const { verifier, challenge } = newVerifier();
  const request = await world.newRequest({ client_id, code_challenge: challenge, state: 'st' });
  const first = await member.browser.get(request.href);
  const page = await member.browser.follow(first.location ?? '');
  const transaction = new URL(page.at).searchParams.get('transaction') ?? '';
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
  const answer = await member.browser.decide({ transaction, csrf }, { access: 'full', decision: 'allow' });
  const code = /[?&]code=([\w-]+)/.exec(answer.html.replaceAll('&amp;', '&'))?.[1] ?? '';

  const proof = { client_id, client_secret };
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, ...proof };
  await postToken(world.url, { ...form, code_verifier: newVerifier().verifier });
  await postToken(world.url, { ...form, client_secret: `${client_secret}x` });
  const tokens = (await (await postToken(world.url, form)).json()) as Tokens;
  const next = (await (
    await refresh(world.url, client_id, tokens.refresh_token, { client_secret })
  ).json()) as Tokens;
  await refresh(world.url, client_id, tokens.refresh_token, { client_secret });
  for (const token of [tokens.access_token, next.access_token, tokens.refresh_token, code]) {
    await rpc(`${world.url}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list');
    await rpc(`${world.url}/mcp?access_token=${token}`, { 'x-api-key': token }, 'tools/list');
  }
  await postToken(world.url, form);
  return {
    code,
    verifier,
    transaction,
    csrf,
    ticket: new URL(first.location ?? '').searchParams.get('handoff') ?? '',
    client_secret,
    'first access token': secretPartOf(tokens.access_token),
    'second access token': secretPartOf(next.access_token),
    'first refresh token': tokens.refresh_token,
    'second refresh token': next.refresh_token,
    ...Object.fromEntries(
      [...member.browser.cookies].map(([name, value]) => [
        `cookie ${name}`,
        decodeURIComponent(value).split('.')[0] ?? '',
      ]),
    ),
  };
}

/** What makes a token good: the signature of a JWT, all of a key. */
const secretPartOf = (token: string) => token.split('.').at(-1) ?? '';

test('7 and O1: no credential of a whole life is in the database or in the log', async () => {
  const secrets = { ...(await live('token')) };
  for (const [name, value] of Object.entries(await live('key'))) secrets[`${name} (key mode)`] = value;
  const short = Object.entries(secrets).filter(([, value]) => value.length < 32);
  expect(short).toEqual([]);
  const stored = await dump();
  const found = Object.entries(secrets).flatMap(([name, value]) => [
    ...(stored.includes(value) ? [`${name} in the database`] : []),
    ...(logged.join('\n').includes(value) ? [`${name} in the log`] : []),
  ]);
  expect(found).toEqual([]);
  // The same search finds what is there.
  expect(stored).toContain('Confidential token');
});

test('7: what was under way when the database failed is not in the log either', async () => {
  const member = await world.newMember([await world.newOrganisation(), 'member']);
  const approved = await world.approve(member, 'read');
  const state = 'state-that-only-the-client-knows';
  const { href } = await world.newRequest({ state });
  await world.rows('alter table authorizations rename to authorizations_away');
  try {
    const answers = await Promise.all([
      member.browser.get(href),
      member.browser.get(`/oauth/consent?transaction=${approved.fields['transaction']}`),
      world.redeem(approved),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([500, 500, 500]);
  } finally {
    await world.rows('alter table authorizations_away rename to authorizations');
  }
  const lines = logged.join('\n');
  expect(lines).toContain('authorizations');
  for (const secret of [state, approved.code, approved.verifier, approved.fields['transaction'] ?? '']) {
    expect(lines).not.toContain(secret);
  }
});

test('E1: the trail tells what happened, by whom, to what, under which request, and nothing secret', async () => {
  const organisation = await world.newOrganisation();
  const member = await world.newMember([organisation, 'member']);
  const refused = await world.newRequest({ response_type: 'token' });
  await member.browser.get(refused.href);
  const denied = await world.newRequest();
  const { fields } = await member.browser.open(denied.href);
  await member.browser.decide(fields, { decision: 'deny' });
  const connection = await world.connect(member, 'read');
  await world.redeem({ ...connection, verifier: newVerifier().verifier });
  const next = (await (
    await refresh(world.url, connection.clientId, connection.tokens.refresh_token)
  ).json()) as Tokens;
  await refresh(world.url, connection.clientId, connection.tokens.refresh_token);
  const form = { client_id: connection.clientId };
  const revoke = (token: string) =>
    fetch(`${world.url}/revoke`, { method: 'POST', body: new URLSearchParams({ ...form, token }) });
  await revoke(next.access_token);
  await refresh(world.url, connection.clientId, next.refresh_token);
  await refresh(world.url, connection.clientId, connection.tokens.refresh_token);
  const other = await world.connect(member, 'read');
  await fetch(`${world.url}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: other.clientId, token: other.tokens.refresh_token }),
  });

  const clients = [refused, denied, connection, other].map(({ clientId }) => clientId);
  const trail = () =>
    world.rows<{
      action: string;
      org_id: string | null;
      request_id: string | null;
      why: string | null;
      kind: string;
    }>(
      `select action, org_id, request_id, detail->>'why' as why, actor_kind as kind
       from audit_events where client_id = any($1) order by id`,
      [clients],
    );
  const actions = async () =>
    (await trail()).map(({ action, why }) => (why === null ? action : `${action}: ${why}`)).toSorted();
  await expect
    .poll(actions)
    .toEqual(
      [
        ...clients.map(() => 'client.registered'),
        'authorize.refused',
        'consent.denied',
        'consent.allowed',
        'grant.created',
        'code.refused: wrong code verifier',
        'token.refreshed',
        'token.replayed',
        'token.revoked',
        'token.refreshed',
        'grant.revoked: refresh_token_reused',
        'consent.allowed',
        'grant.created',
        'grant.revoked: by_client',
      ].toSorted(),
    );
  const rows = await trail();
  expect(rows.filter(({ request_id }) => request_id === null)).toEqual([]);
  const inOrganisation = rows.filter(({ action }) => !/^(client|authorize)\.|consent\.denied/.test(action));
  expect(new Set(inOrganisation.map(({ org_id }) => org_id))).toEqual(new Set([organisation.orgId]));
});

test('E1: a client that does not authenticate is on record, without what it presented', async () => {
  const response = await postToken(world.url, {
    client_id: 'cli_nobody',
    client_secret: 'presented-secret',
    grant_type: 'x',
  });
  const requestId = response.headers.get('x-request-id');
  const found = () =>
    world.rows<{ row: string }>('select t::text as row from audit_events t where request_id = $1', [
      requestId,
    ]);
  await expect.poll(async () => (await found()).length).toBe(1);
  const [event] = await found();
  expect(event?.row).toContain('client.refused');
  expect(event?.row).not.toContain('presented-secret');
});
