import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../src/demo/person.ts';
import { openEvents } from './gateway/support/events.ts';
import { createBrowser, returnUrl, type Browser } from './oauth/support/browser.ts';
import { assertionForm, newSigner, signAssertion } from './oauth/support/machines.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { fetchNonce, newProofKey, postProvenToken } from './support/dpop.ts';
import { freePort } from './support/free-port.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';
import {
  authorizeUrl,
  newVerifier,
  postToken,
  REDIRECT_URI,
  refresh,
  register,
  rpc,
  type Tokens,
} from './support/oauth-client.ts';

// Two processes of the built command behind one name, as behind a load balancer: what they share is the database.
const EMAIL = 'first@initech.test';
const PASSWORD = 'a long enough password';
const AT_ONCE = 50;
const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Tiny', version: '1' },
  paths: {
    '/ping': { get: { operationId: 'ping', summary: 'Ping', responses: { 200: { description: 'pong' } } } },
  },
};

let database: TestDatabase;
let sql: pg.Client;
let folder: string;
let upstream: Server;
let browser: Browser;
/** The name of both, in every URL and every token: here the address of the first. */
let url: string;
let nodes: [string, string];
let environment: Record<string, string>;
const running: StartedCommand[] = [];

beforeAll(async () => {
  upstream = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"pong":true}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  database = await createTestDatabase();
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-two-processes-'));
  await writeFile(join(folder, 'tiny.json'), JSON.stringify(OPENAPI));
  const declared = {
    organisations: [
      { slug: 'tokens', name: 'Tokens', token_mode: 'token' },
      { slug: 'keys', name: 'Keys', token_mode: 'key' },
    ],
    connectors: [{ slug: 'tiny', name: 'Tiny', document: 'tiny.json', base_url: `http://127.0.0.1:${port}` }],
  };
  await writeFile(join(folder, 'latchkey.json'), JSON.stringify(declared));

  const ports = [await freePort(), await freePort()] as const;
  url = `http://localhost:${ports[0]}`;
  nodes = [url, `http://127.0.0.1:${ports[1]}`];
  environment = {
    PUBLIC_MCP_BASE_URL: url,
    LATCHKEY_SECRET: 'one secret for both nodes, 32 characters',
    DATABASE_URL: database.url,
    LATCHKEY_CONFIG: './latchkey.json',
    LOG_LEVEL: 'silent',
  };
  // At the same moment, as after a deployment.
  const started = ports.map((each) =>
    startCommand(['serve'], { cwd: folder, environment: { ...environment, PORT: String(each) } }),
  );
  running.push(...started);
  await Promise.all(started.map(untilReady));

  const account = { email: EMAIL, name: 'First', password: PASSWORD };
  const organisation = { organisation_name: 'Initech', slug: 'initech' };
  // Each said one, and a new link ends the one before.
  const links = started.map(({ err }) => /http:\S+\/setup\?token=\S+/.exec(err())?.[0] ?? '');
  const visits = links.map(async (link) => {
    const person = createPerson({ origins: [url] });
    return { person, page: await person.visit(link) };
  });
  const open = (await Promise.all(visits)).filter(
    ({ page }) => !page.html.includes('no longer, the right one'),
  );
  if (open[0] === undefined || open.length > 1) throw new Error(`${open.length} links lead to the form`);
  await open[0].person.submit(open[0].page, { ...account, ...organisation }, 'email');
  browser = createBrowser(url);
  await browser.signIn(EMAIL, PASSWORD);
});
afterAll(async () => {
  await Promise.all(running.map(stopCommand));
  await sql.end();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  await new Promise((resolve) => upstream.close(resolve));
});

type Approved = Awaited<ReturnType<typeof approve>>;

async function approve(slug: string) {
  const { client_id: clientId } = await register(url, { client_name: `App ${crypto.randomUUID()}` });
  const { verifier, challenge } = newVerifier();
  const href = authorizeUrl(url, { client_id: clientId, code_challenge: challenge });
  const { fields } = await browser.open(href);
  const allow = { access: 'full', organisation: slug, decision: 'allow' };
  const target = returnUrl(await browser.decide(fields, allow));
  return { clientId, verifier, code: target.searchParams.get('code') ?? '' };
}

const codeForm = ({ clientId, code, verifier }: Approved) => ({
  grant_type: 'authorization_code',
  client_id: clientId,
  code,
  code_verifier: verifier,
  redirect_uri: REDIRECT_URI,
});

async function connect(slug: string) {
  const approved = await approve(slug);
  const response = await postToken(url, codeForm(approved));
  expect(response.status).toBe(200);
  return { ...approved, tokens: (await response.json()) as Tokens };
}

/** The same request many times at the same moment, half of them to each process. */
const race = (send: (node: string) => Promise<Response>) =>
  Promise.all(
    Array.from({ length: AT_ONCE }, async (_, index) => {
      const response = await send(nodes[index % 2 === 0 ? 0 : 1]);
      return {
        status: response.status,
        body: (await response.json()) as Partial<Tokens & { error: string }>,
      };
    }),
  );

const callAt = (node: string, { access_token }: Pick<Tokens, 'access_token'>) =>
  rpc(`${node}/mcp`, { authorization: `Bearer ${access_token}` }, 'tools/call', {
    name: 'ping',
    arguments: {},
  });
const statusAt = async (node: string, tokens: Pick<Tokens, 'access_token'>) =>
  (await callAt(node, tokens)).status;

async function refusalOf(response: Response) {
  return { status: response.status, error: ((await response.json()) as { error?: string }).error };
}

const grantsOf = async (clientId: string) =>
  (
    await sql.query<{ revoked_reason: string | null; tokens: number }>(
      `select g.revoked_reason, (select count(*)::int from refresh_tokens t where t.grant_id = g.id) as tokens
       from grants g where g.client_id = $1`,
      [clientId],
    )
  ).rows;

/** Once the news is there, and from then on, wherever one asks. */
async function expectDeadEverywhere(tokens: Pick<Tokens, 'access_token'>): Promise<void> {
  for (const node of nodes) await expect.poll(() => statusAt(node, tokens)).toBe(401);
}

test('both processes came up at once, and each declared organisation is there once', async () => {
  for (const node of nodes) expect((await fetch(`${node}/readyz`)).status).toBe(200);
  const { rows } = await sql.query<{ slug: string }>('select slug from organisations order by slug');
  expect(rows.map(({ slug }) => slug)).toEqual(['initech', 'keys', 'tokens']);
});

describe.each([
  ['token', 'tokens', /^eyJ/],
  ['key', 'keys', /^lk_live_/],
])('on two server processes, in %s mode', (_mode, slug, credential) => {
  test('what one of them issued works at the other, through to the API', async () => {
    const { clientId, tokens } = await connect(slug);
    expect(tokens.access_token).toMatch(credential);
    for (const node of nodes) expect(await (await callAt(node, tokens)).text()).toContain('pong');
    const next = (await (await refresh(nodes[1], clientId, tokens.refresh_token)).json()) as Tokens;
    for (const node of nodes) expect(await statusAt(node, next)).toBe(200);
  });

  test('2: of 50 redemptions of one code at the same moment exactly one succeeds, and no grant outlives the replay', async () => {
    const approved = await approve(slug);
    const answers = await race((node) => postToken(node, codeForm(approved)));
    const [won, ...others] = answers.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    const lost = answers.filter(({ status }) => status !== 200);
    expect(lost.map(({ status, body: { error } }) => ({ status, error }))).toEqual(
      Array(AT_ONCE - 1).fill(INVALID_GRANT),
    );
    expect(await grantsOf(approved.clientId)).toEqual([{ revoked_reason: 'code_replayed', tokens: 1 }]);
    await expectDeadEverywhere({ access_token: won?.body.access_token ?? '' });
  });

  test('41 and 42: 50 refreshes of one token at the same moment all get the same answer, and one successor', async () => {
    const { clientId, tokens } = await connect(slug);
    const answers = await race((node) => refresh(node, clientId, tokens.refresh_token));
    expect(answers.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(200));
    const [first] = answers;
    for (const { body } of answers) expect(body).toEqual({ ...first?.body, expires_in: body.expires_in });
    expect(first?.body.refresh_token).not.toBe(tokens.refresh_token);
    expect(await grantsOf(clientId)).toEqual([{ revoked_reason: null, tokens: 2 }]);
    for (const node of nodes) {
      expect(await statusAt(node, { access_token: first?.body.access_token ?? '' })).toBe(200);
    }
    expect((await refresh(nodes[1], clientId, first?.body.refresh_token ?? '')).status).toBe(200);
  });

  test('1: a code replayed at one process ends the grant at the other, which had it in memory', async () => {
    const connection = await connect(slug);
    expect(await statusAt(nodes[0], connection.tokens)).toBe(200);
    expect(await refusalOf(await postToken(nodes[1], codeForm(connection)))).toEqual(INVALID_GRANT);
    await expectDeadEverywhere(connection.tokens);
    const again = await refresh(nodes[0], connection.clientId, connection.tokens.refresh_token);
    expect(await refusalOf(again)).toEqual(INVALID_GRANT);
  });

  test('43: a refresh token reused at one process after its successor was used at the other ends the family at both', async () => {
    const { clientId, tokens } = await connect(slug);
    const second = (await (await refresh(nodes[0], clientId, tokens.refresh_token)).json()) as Tokens;
    const third = (await (await refresh(nodes[1], clientId, second.refresh_token)).json()) as Tokens;
    expect(await statusAt(nodes[1], third)).toBe(200);
    expect(await refusalOf(await refresh(nodes[0], clientId, tokens.refresh_token))).toEqual(INVALID_GRANT);
    await expectDeadEverywhere(third);
    expect(await refusalOf(await refresh(nodes[1], clientId, third.refresh_token))).toEqual(INVALID_GRANT);
  });

  test('48: 50 refreshes that race a revocation leave nothing alive at either process', async () => {
    const { clientId, tokens } = await connect(slug);
    const revoke = () =>
      fetch(`${nodes[1]}/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: clientId, token: tokens.refresh_token }),
      });
    const [answers, revoked] = await Promise.all([
      race((node) => refresh(node, clientId, tokens.refresh_token)),
      revoke(),
    ]);
    expect(revoked.status).toBe(200);
    for (const { status, body } of answers) {
      expect([200, 400]).toContain(status);
      const { access_token = tokens.access_token, refresh_token = tokens.refresh_token } = body;
      await expectDeadEverywhere({ access_token });
      expect(await refusalOf(await refresh(nodes[0], clientId, refresh_token))).toEqual(INVALID_GRANT);
    }
  });

  test('39: a client assertion is good once for both, for fifty at the same time too', async () => {
    const client = await newSigningClient(slug);
    const ask = (node: string, assertion: string) =>
      postToken(node, { grant_type: 'client_credentials', ...assertionForm(assertion) });
    const once = await signAssertion(client, url);
    expect((await ask(nodes[0], once)).status).toBe(200);
    expect(await refusalOf(await ask(nodes[1], once))).toEqual({ status: 401, error: 'invalid_client' });

    const contested = await signAssertion(client, url);
    const answers = await race((node) => ask(node, contested));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });
});

describe('59: on two server processes, a DPoP proof', () => {
  test('that one process took at the token endpoint is refused at the other', async () => {
    const key = await newProofKey();
    const [one, other] = [await approve('tokens'), await approve('tokens')];
    const proof = await key.proof({ url: `${url}/token`, nonce: await fetchNonce(nodes[0]) });
    const send = (node: string, approved: Approved) =>
      fetch(`${node}/token`, {
        method: 'POST',
        body: new URLSearchParams(codeForm(approved)),
        headers: { dpop: proof },
      });
    expect((await send(nodes[0], one)).status).toBe(200);
    expect(await refusalOf(await send(nodes[1], other))).toEqual({
      status: 400,
      error: 'invalid_dpop_proof',
    });
  });

  test('is good for one call at both together, for fifty at the same time too', async () => {
    const key = await newProofKey();
    const response = await postProvenToken(url, codeForm(await approve('tokens')), key);
    const { access_token: accessToken } = (await response.json()) as Tokens;
    const newProof = async () =>
      key.proof({ url: `${url}/mcp`, accessToken, nonce: await fetchNonce(nodes[1]) });
    const present = (node: string, proof: string) =>
      rpc(`${node}/mcp`, { authorization: `DPoP ${accessToken}`, dpop: proof }, 'tools/list');
    const once = await newProof();
    expect((await present(nodes[0], once)).status).toBe(200);
    expect((await present(nodes[1], once)).status).toBe(401);

    const contested = await newProof();
    const statuses = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        return (await present(nodes[index % 2 === 0 ? 0 : 1], contested)).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(AT_ONCE - 1);
  });
});

describe('a session of HTTP+SSE on one of two server processes', () => {
  async function openSession(node: string, slug: string) {
    const { tokens } = await connect(slug);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const stream = await openEvents(`${node}/mcp/${slug}/sse`, { headers });
    const endpoint = (await stream.next())?.data ?? '';
    const post = (at: string, id: number) =>
      fetch(at + endpoint, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'ping' } }),
      });
    return { stream, post };
  }

  test.each(['tokens', 'keys'])('takes messages at both (%s)', async (slug) => {
    const { post, stream } = await openSession(nodes[0], slug);
    for (const [id, node] of nodes.entries()) {
      expect((await post(node, id)).status).toBe(202);
      const said = JSON.parse((await stream.next())?.data ?? '{}');
      expect(said).toMatchObject({ id, result: { content: [{ text: '{"pong":true}' }] } });
    }
    stream.close();
  });

  test('is no more once its process was killed: the other answers 404, and nothing is left of the message', async () => {
    const port = await freePort();
    const third = startCommand(['serve'], {
      cwd: folder,
      environment: { ...environment, PORT: String(port) },
    });
    running.push(third);
    await untilReady(third);
    const { post, stream } = await openSession(`http://127.0.0.1:${port}`, 'tokens');
    expect((await post(nodes[1], 1)).status).toBe(202);
    expect(JSON.parse((await stream.next())?.data ?? '{}')).toMatchObject({ id: 1 });
    third.child.kill('SIGKILL');
    await third.exit;
    expect((await post(nodes[1], 2)).status).toBe(404);
    expect((await sql.query('select id from node_mail')).rows).toEqual([]);
  });
});

/** As the dashboard makes one for a machine. */
async function newSigningClient(slug: string) {
  const signer = newSigner();
  const response = await fetch(`${url}/portal/v1/organisations/${slug}/clients`, {
    method: 'POST',
    headers: {
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      origin: url,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      name: `Machine ${crypto.randomUUID()}`,
      auth_method: 'private_key_jwt',
      agent_role: 'member',
      jwks: { keys: [signer.publicJwk] },
    }),
  });
  expect(response.status).toBe(201);
  return { ...((await response.json()) as { client_id: string }), ...signer };
}
