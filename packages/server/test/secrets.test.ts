import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from '../src/connectors/import-connector.ts';
import { DEMO_PASSWORD } from '../src/demo/demo-data.ts';
import { refreshTarget } from '../src/demo/html.ts';
import { createPerson } from '../src/demo/person.ts';
import { systemClock } from '../src/kernel/clock.ts';
import type { Log } from '../src/kernel/log.ts';
import { createPasswordResets } from '../src/people/password-resets.ts';
import { JWT_BEARER, newIdentityProvider } from './oauth/support/identity-provider.ts';
import { assertionForm, newSigner, signAssertion } from './oauth/support/machines.ts';
import type { Credential } from '../src/upstreams/credentials/credential.ts';
import { codeOf } from './people/enrol.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, postToken, refresh, register, rpc, type Tokens } from './support/oauth-client.ts';
import { SERVICE_DOCUMENT, startService } from './upstreams/credentials/support/authorization-server.ts';

const logged: string[] = [];
const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note };

let demo: RunningDemo;
let database: pg.Client;
beforeAll(async () => {
  demo = await startDemo({ log });
  database = new pg.Client({ connectionString: demo.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await demo.close();
});

async function listTables(): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(`
    select case table_schema when 'public' then '' else table_schema || '.' end || table_name as name
    from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`);
  return rows.map(({ name }) => name);
}

async function dump(): Promise<string> {
  const tables = await listTables();
  const parts: string[] = [];
  for (const table of tables) {
    const quoted = table
      .split('.')
      .map((part) => pg.escapeIdentifier(part))
      .join('.');
    const { rows } = await database.query<{ row: string }>(
      `select row_to_json(t)::text as row from ${quoted} t`,
    );
    parts.push(...rows.map(({ row }) => `${table} ${row}`));
  }
  return parts.join('\n');
}

/** Everything secret that one run hands out or is given, by name. */
async function liveThroughEverything(): Promise<Record<string, string>> {
  const secrets: Record<string, string> = { password: DEMO_PASSWORD };
  for (const [mode, email, path] of [
    ['token', 'owner@acme.test', '/mcp/acme'],
    ['key', 'owner@globex.test', '/mcp/globex'],
  ] as const) {
    const visited: string[] = [];
    const person = createPerson({ origins: [demo.url], onVisit: (url) => visited.push(url.search) });
    const connection = await connect(demo.url, { email, access: 'full', path, person });
    const { tokens, clientId, code, verifier } = connection;
    const authorization = { authorization: `Bearer ${tokens.access_token}` };
    expect((await rpc(demo.url + path, authorization, 'tools/list')).status).toBe(200);
    const refreshed = (await (await refresh(demo.url, clientId, tokens.refresh_token)).json()) as Tokens;
    const headers = { cookie: person.cookieHeader(), origin: demo.url, 'content-type': 'application/json' };
    const made = await fetch(`${demo.url}/portal/v1/organisations${path.slice('/mcp'.length)}/keys`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'By hand', access: 'read', expires_in_days: 7 }),
    });
    const { secret } = (await made.json()) as { secret: string };
    expect((await rpc(demo.url + path, { 'x-api-key': secret }, 'tools/list')).status).toBe(200);
    const slug = path.slice('/mcp/'.length);
    const invited = await fetch(`${demo.url}/portal/v1/organisations/${slug}/invitations`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ role: 'viewer' }),
    });
    const { url: invitation } = (await invited.json()) as { url: string };
    expect((await fetch(invitation)).status).toBe(200);
    const resets = createPasswordResets({ store: demo.latchkey.store, clock: systemClock });
    const userId = await demo.latchkey.store.people.findUserByEmail('viewer@acme.test');
    const reset = userId && (await resets.createForOperator(userId));
    if (!reset || !reset.ok) throw new Error('no reset link');
    expect((await fetch(`${demo.url}/reset/${reset.value.token}`)).status).toBe(200);
    secrets[`${mode}: invitation`] = invitation.split('/').at(-1) ?? '';
    secrets[`${mode}: reset link`] = reset.value.token;
    // A wrong credential is the likeliest thing to be logged.
    await rpc(demo.url + path, { 'x-api-key': `${secret}x` }, 'tools/list');
    await postToken(demo.url, {
      grant_type: 'authorization_code',
      code,
      client_id: clientId,
      code_verifier: verifier,
    });

    Object.assign(secrets, {
      [`${mode}: access token`]: tokens.access_token,
      [`${mode}: its signature`]: tokens.access_token.split('.').at(-1) ?? '',
      [`${mode}: refresh token`]: tokens.refresh_token,
      [`${mode}: next access token`]: refreshed.access_token,
      [`${mode}: next refresh token`]: refreshed.refresh_token,
      [`${mode}: code`]: code,
      [`${mode}: code verifier`]: verifier,
      [`${mode}: key by hand`]: secret,
    });
    for (const [name, value] of person.cookies()) {
      secrets[`${mode}: cookie ${name}`] = value;
      // A signed cookie's first part alone must not be there either.
      secrets[`${mode}: cookie ${name}, without its signature`] =
        decodeURIComponent(value).split('.')[0] ?? '';
    }
    for (const search of visited) {
      for (const name of ['transaction', 'handoff']) {
        const value = new URLSearchParams(search).get(name);
        if (value !== null) secrets[`${mode}: ${name} ${value.slice(0, 4)}`] = value;
      }
    }
  }
  const confidential = (await register(demo.url, { token_endpoint_auth_method: 'client_secret_post' })) as {
    client_id: string;
    client_secret?: string;
  };
  secrets['client secret'] = confidential.client_secret ?? '';
  await useMachines(secrets);
  await useUpstreams(secrets);
  await useSecondStep(secrets);
  return secrets;
}

/** An authenticator app, a backup code, and a sign-in that asks for one. */
async function useSecondStep(secrets: Record<string, string>): Promise<void> {
  const viewer = createPerson({ origins: [demo.url] });
  const signIn = async () =>
    viewer.submit(
      await viewer.visit(`${demo.url}/sign-in?confirm=1`),
      { email: 'viewer@acme.test', password: DEMO_PASSWORD },
      'password',
    );
  await signIn();
  const post = async (path: string, body: Record<string, unknown>) => {
    const headers = { cookie: viewer.cookieHeader(), origin: demo.url, 'content-type': 'application/json' };
    const url = `${demo.url}/portal/v1/me/two-factor${path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { secret?: string; backup_codes?: string[] };
  };
  const { secret = '' } = await post('/begin', {});
  const confirmed = await post('/confirm', { code: codeOf(secret, Date.now()) });
  const [code = ''] = confirmed.backup_codes ?? [];
  const page = await signIn();
  secrets['second step: pending sign-in'] = viewer.cookies().get('latchkey_second_factor') ?? '';
  await viewer.submit(page, { code, remember: 'yes' }, 'code');
  Object.assign(secrets, {
    'second step: secret of the app': secret,
    'second step: backup code': code,
    'second step: backup code without dashes': code.replaceAll('-', ''),
    'second step: remembered browser': viewer.cookies().get('latchkey_remembered') ?? '',
  });
}

/** Upstreams: a secret of the operator's, an account of a person's own, and a token that is exchanged. */
async function useUpstreams(secrets: Record<string, string>): Promise<void> {
  const { latchkey, url } = demo;
  const { store, setCredential } = latchkey;
  const acme = await store.people.findOrganisationBySlug('acme');
  if (acme === undefined) throw new Error('no demo');
  const service = await startService();
  const owner = createPerson({ origins: [url, service.url] });
  const path = '/mcp/acme/c/drive';
  const { tokens } = await connect(url, { email: 'owner@acme.test', access: 'read', path, person: owner });
  const call = () =>
    rpc(url + path, { authorization: `Bearer ${tokens.access_token}` }, 'tools/call', {
      name: 'list_files',
      arguments: {},
    });
  const secret = 'a-secret-of-the-operator-0123456789';
  const audience = service.resource;
  const imported = await importConnector(store, {
    orgId: acme.id,
    slug: 'drive',
    name: 'Drive',
    baseUrl: audience,
    document: SERVICE_DOCUMENT,
    compile: compileCatalogue,
  });
  if (!imported.ok) throw new Error(imported.error.message);
  const { connectorId } = imported.value;
  for (const credential of [
    { kind: 'bearer', token: secret },
    { kind: 'basic', username: 'u', password: secret },
    { kind: 'header', name: 'x-key', value: secret },
    { kind: 'query', name: 'key', value: secret },
    {
      kind: 'token_exchange',
      tokenEndpoint: `${service.url}/token`,
      clientId: 'latchkey',
      clientSecret: secret,
      scopes: [],
    },
    { kind: 'oauth', scopes: [] },
  ] satisfies Credential[]) {
    await setCredential({ connectorId, orgId: acme.id, audience, credential });
    await call();
  }
  const page = await owner.visit(`${url}/connect/acme/drive`);
  const left = await owner.submit(page, { action: 'connect' }, 'action');
  await owner.visit(refreshTarget(left.html) ?? '');
  await call();
  await store.pool.query(`update upstream_accounts set token_expires_at = now() - interval '1 hour'`);
  expect((await call()).status).toBe(200);
  const again = await owner.visit(`${url}/connect/acme/drive`);
  await owner.submit(again, { action: 'disconnect' }, 'action');
  await call();
  service.issued.forEach((value, index) => {
    secrets[`upstream: ${value.split('-')[0]} ${index}`] = value;
  });
  expect(service.issued.length).toBeGreaterThan(5);
  Object.assign(secrets, {
    'upstream: secret of the operator': secret,
    'upstream: the same in Basic': Buffer.from(`u:${secret}`).toString('base64'),
    'upstream: state': service.seen.authorize[0]?.get('state') ?? '',
    'upstream: code verifier': service.seen.token.at(-2)?.form.get('code_verifier') ?? '',
    'upstream: exchanged assertion': service.seen.token[0]?.form.get('subject_token') ?? '',
  });
  await service.close();
}

/** Machines that an admin makes in the portal: a secret, an assertion, and the tokens for them. */
async function useMachines(secrets: Record<string, string>): Promise<void> {
  const admin = createPerson({ origins: [demo.url] });
  await connect(demo.url, { email: 'owner@acme.test', access: 'read', path: '/mcp/acme', person: admin });
  const post = (path: string, body: Record<string, unknown>) => {
    const headers = { cookie: admin.cookieHeader(), origin: demo.url, 'content-type': 'application/json' };
    const url = `${demo.url}/portal/v1/organisations/acme${path}`;
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  const make = async (body: Record<string, unknown>) => {
    const isApp = 'redirect_uris' in body;
    const made = await post('/clients', { ...(isApp ? {} : { agent_role: 'member' }), ...body });
    return (await made.json()) as { client_id: string; client_secret: string };
  };
  const use = async (name: string, proof: Record<string, string>) => {
    const response = await postToken(demo.url, { grant_type: 'client_credentials', ...proof });
    const { access_token } = (await response.json()) as Tokens;
    secrets[`${name}: access token`] = access_token;
    await rpc(`${demo.url}/mcp/acme`, { authorization: `Bearer ${access_token}` }, 'tools/list');
    const body = new URLSearchParams({ ...proof, token: access_token });
    await fetch(`${demo.url}/introspect`, { method: 'POST', body });
    await postToken(demo.url, { grant_type: 'client_credentials', ...proof, client_secret: 'wrong' });
  };
  const secretive = await make({ name: 'Secretive', auth_method: 'client_secret_post' });
  secrets['machine: client secret'] = secretive.client_secret;
  await use('machine', secretive);
  const signer = newSigner();
  const jwks = { keys: [signer.publicJwk] };
  const signing = { ...(await make({ name: 'Signing', auth_method: 'private_key_jwt', jwks })), ...signer };
  const jti = 'an-assertion-id-that-is-known-to-the-client-alone';
  const assertion = await signAssertion(signing, demo.url, { jti });
  secrets['signing machine: assertion'] = assertion;
  secrets['signing machine: id of the assertion'] = jti;
  await use('signing machine', assertionForm(assertion));
  const desk = await make({
    name: 'Desk',
    auth_method: 'client_secret_post',
    redirect_uris: ['https://desk.test/callback'],
  });
  await useProvider(secrets, desk, post);
}

/** An identity provider whose word an admin takes, and a token on it. */
async function useProvider(
  secrets: Record<string, string>,
  client: { client_id: string; client_secret: string },
  post: (path: string, body: Record<string, unknown>) => Promise<Response>,
): Promise<void> {
  const provider = await newIdentityProvider('https://idp.test');
  const { issuer, jwks } = provider;
  await post('/trusted-issuers', { issuer, jwks, access: 'full' });
  await post('/identity-links', { issuer, subject: 'u-1', member: 'member@acme.test' });
  const jti = 'an-id-that-the-provider-and-the-client-alone-know';
  const about = { subject: 'u-1', clientId: client.client_id, audience: demo.url };
  const assertion = await provider.assert(about, { claims: { jti } });
  const response = await postToken(demo.url, { grant_type: JWT_BEARER, assertion, ...client });
  const { access_token } = (await response.json()) as Tokens;
  Object.assign(secrets, {
    'identity assertion': assertion,
    'id of the identity assertion': jti,
    'identity assertion: client secret': client.client_secret,
    'identity assertion: access token': access_token,
  });
  // Refused, which is the likeliest to be logged.
  await postToken(demo.url, { grant_type: JWT_BEARER, assertion, ...client });
}

test('neither the database nor the logs hold any secret that a run handed out', async () => {
  const secrets = await liveThroughEverything();
  expect(Object.keys(secrets).length).toBeGreaterThan(25);
  // What is missing or short would be found nowhere, or everywhere.
  expect(Object.entries(secrets).filter(([, secret]) => secret.length <= 10)).toEqual([]);
  // The refused key is the last thing that the batches of the audit trail bring.
  await expect.poll(async () => await dump()).toContain('"action":"key.created"');

  const stored = await dump();
  const said = logged.join('\n');
  expect(stored).toContain('"email":"owner@acme.test"');
  const leaks = Object.entries(secrets).flatMap(([name, secret]) => [
    ...(stored.includes(secret) ? [`${name} is in the database`] : []),
    ...(said.includes(secret) ? [`${name} is in the log`] : []),
  ]);
  expect(leaks).toEqual([]);
});

test('docs/storage.md lists every table and no other', async () => {
  const page = await readFile(new URL('../../../docs/storage.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z_.]+)` +\|.*\|.*\|.*\|$/gm)].map(([, name = '']) => name);
  expect(listed.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(await listTables());
});
