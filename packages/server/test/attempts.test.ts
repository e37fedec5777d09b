import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../src/demo/demo-data.ts';
import { createPerson } from '../src/demo/person.ts';
import { verdictOf } from '../src/audit/attempts/verdict.ts';
import type { ConnectionAttempt } from '../src/store/queries/connection-attempts.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { NODES_SECRET, startSecondNode } from './support/second-node.ts';
import { authorizeUrl, connect, newVerifier, postToken, REDIRECT_URI, rpc } from './support/oauth-client.ts';

/** What is noted is written a moment later. */
const SOON = { timeout: 20_000 };

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
});
afterAll(() => demo.close());

async function attemptsOf(slug: string): Promise<ConnectionAttempt[]> {
  const { store } = demo.latchkey;
  const organisation = await store.people.findOrganisationBySlug(slug);
  if (organisation === undefined) throw new Error(`no organisation ${slug}`);
  const [owner] = await store.people.listMembers(organisation.id);
  if (owner === undefined) throw new Error(`nobody in ${slug}`);
  const listed = await store.connectionAttempts.list({
    orgId: organisation.id,
    viewer: owner.userId,
    seesAll: true,
    limit: 500,
  });
  return listed.map(({ attempt }) => attempt);
}

/** The attempt of one user agent, once it has these steps. */
async function attemptBy(slug: string, userAgent: string, steps: string[]): Promise<ConnectionAttempt> {
  let found: ConnectionAttempt | undefined;
  await expect
    .poll(async () => {
      found = (await attemptsOf(slug)).find((one) => one.userAgent === userAgent);
      return found?.steps.map(({ fault, step }) => (fault === undefined ? step : `${step}!${fault}`));
    }, SOON)
    .toEqual(steps);
  if (found === undefined) throw new Error('no attempt');
  return found;
}

const as = (userAgent: string) => ({ headers: { 'user-agent': userAgent } });

/** What an app does before it opens the browser. */
async function findOut(path: string, userAgent: string, name: string): Promise<string> {
  const challenged = await rpc(demo.url + path, as(userAgent).headers, 'initialize');
  expect(challenged.status).toBe(401);
  await fetch(`${demo.url}/.well-known/oauth-protected-resource${path}`, as(userAgent));
  await fetch(`${demo.url}/.well-known/oauth-authorization-server`, as(userAgent));
  const response = await fetch(`${demo.url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'none',
    }),
  });
  return ((await response.json()) as { client_id: string }).client_id;
}

const FOUND_OUT = ['challenged', 'resource_metadata', 'server_metadata', 'registered'];

describe('an attempt to connect', () => {
  test('is one, from the first 401 to the first call, though a browser and an app take its steps', async () => {
    const path = '/mcp/acme';
    const clientId = await findOut(path, 'Whole/1.0', 'Whole');
    const person = createPerson({ origins: [demo.url] });
    const made = await connect(demo.url, {
      email: 'owner@acme.test',
      access: 'read',
      path,
      clientId,
      person,
    });
    const bearer = { authorization: `Bearer ${made.tokens.access_token}`, 'user-agent': 'Whole/1.0' };
    const clientInfo = { name: 'whole‮-client', version: '1.0' };
    await rpc(demo.url + path, bearer, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo,
    });
    await rpc(demo.url + path, bearer, 'tools/list');
    await rpc(demo.url + path, bearer, 'tools/call', { name: 'list_bundles', arguments: {} });
    await rpc(demo.url + path, bearer, 'tools/call', { name: 'list_bundles', arguments: {} });
    const attempt = await attemptBy('acme', 'Whole/1.0', [
      ...FOUND_OUT,
      'authorize',
      'sign_in',
      'signed_in',
      'consent',
      'allowed',
      'token',
      'initialize',
      'tools_list',
      'tool_call',
    ]);
    expect(attempt).toMatchObject({ resource: path, clientName: 'Whole', destination: '127.0.0.1:33418' });
    expect(attempt.network).toBe('this computer');
    expect(attempt.steps.find(({ step }) => step === 'initialize')?.detail).toBe('whole-client 1.0');
    expect(verdictOf(attempt.steps, Date.now())).toMatchObject({ state: 'connected', code: 'called' });
  });

  test('that was denied says so, and one whose code came with a wrong verifier says that', async () => {
    const path = '/mcp/acme';
    const person = createPerson({ origins: [demo.url] });
    const { challenge, verifier } = newVerifier();
    const denied = await findOut(path, 'Denied/1.0', 'Denied');
    const email = 'member@acme.test';
    await person.decide(
      authorizeUrl(demo.url, { client_id: denied, code_challenge: challenge, resource: demo.url + path }),
      { email, password: DEMO_PASSWORD, decision: 'deny' },
    );
    const ended = ['authorize', 'sign_in', 'signed_in', 'consent', 'denied'];
    const one = await attemptBy('acme', 'Denied/1.0', [...FOUND_OUT, ...ended]);
    expect(verdictOf(one.steps, Date.now()).code).toBe('denied');

    const wrong = await findOut(path, 'Wrong/1.0', 'Wrong');
    const { callback } = await person.decide(
      authorizeUrl(demo.url, { client_id: wrong, code_challenge: challenge, resource: demo.url + path }),
      { email, password: DEMO_PASSWORD, access: 'read' },
    );
    const code = callback.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, client_id: wrong, redirect_uri: REDIRECT_URI };
    const refused = await postToken(demo.url, { ...form, code_verifier: newVerifier().verifier });
    expect(refused.status).toBe(400);
    const steps = [...FOUND_OUT, 'authorize', 'consent', 'allowed', 'token!wrong code verifier'];
    const other = await attemptBy('acme', 'Wrong/1.0', steps);
    expect(verdictOf(other.steps, Date.now()).code).toBe('wrong_verifier');

    expect((await postToken(demo.url, { ...form, code_verifier: verifier })).status).toBe(200);
    const mended = await attemptBy('acme', 'Wrong/1.0', [...steps, 'token']);
    expect(verdictOf(mended.steps, Date.now()).code).toBe('token_out');
  });

  test('is one also where its steps are taken on two nodes', async () => {
    const path = '/mcp/acme';
    const second = await startSecondNode(demo);
    const userAgent = 'Nodes/1.0';
    await rpc(second.url + path, as(userAgent).headers, 'initialize');
    await attemptBy('acme', userAgent, ['challenged']);
    await fetch(`${demo.url}/.well-known/oauth-protected-resource${path}`, as(userAgent));
    await attemptBy('acme', userAgent, ['challenged', 'resource_metadata']);
    const response = await fetch(`${second.url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': userAgent },
      body: JSON.stringify({ client_name: 'Nodes', redirect_uris: [REDIRECT_URI] }),
    });
    const { client_id: clientId } = (await response.json()) as { client_id: string };
    const made = await connect(demo.url, { email: 'owner@acme.test', access: 'read', path, clientId });
    const bearer = { authorization: `Bearer ${made.tokens.access_token}`, 'user-agent': userAgent };
    expect((await rpc(second.url + path, bearer, 'tools/list')).status).toBe(200);
    const signedIn = ['authorize', 'sign_in', 'signed_in', 'consent', 'allowed', 'token', 'tools_list'];
    await attemptBy('acme', userAgent, ['challenged', 'resource_metadata', 'registered', ...signedIn]);
    await second.close();
  });

  test('that stops at the authorize URL says which check it failed', async () => {
    const path = '/mcp/acme';
    const clientId = await findOut(path, 'Plain/1.0', 'Plain');
    const resource = demo.url + path;
    const parameters = { client_id: clientId, code_challenge: newVerifier().challenge, resource };
    await fetch(authorizeUrl(demo.url, { ...parameters, code_challenge_method: 'plain' }), as('Browser'));
    const attempt = await attemptBy('acme', 'Plain/1.0', [...FOUND_OUT, 'authorize!no_pkce']);
    expect(verdictOf(attempt.steps, Date.now()).code).toBe('no_pkce');
  });

  test('with a key shows how it began, once for each app', async () => {
    const path = '/mcp/acme';
    const wrong = { 'x-api-key': 'lk_test_wrong', 'user-agent': 'Keyed/1.0' };
    expect((await rpc(demo.url + path, wrong, 'tools/list')).status).toBe(401);
    const refused = await attemptBy('acme', 'Keyed/1.0', ['challenged!key_refused']);
    expect(verdictOf(refused.steps, Date.now()).code).toBe('key_refused');

    const { store, keys } = demo.latchkey;
    const organisation = await store.people.findOrganisationBySlug('acme');
    const [holder] = await store.people.listMembers(organisation?.id ?? ('' as never));
    if (organisation === undefined || holder === undefined) throw new Error('no acme');
    const { secret } = await keys.create({
      orgId: organisation.id,
      holder: { userId: holder.userId },
      name: 'Script',
      access: 'read',
      expiresInDays: 7,
      createdBy: holder.userId,
      requestId: 'req_test' as never,
    });
    const right = { 'x-api-key': secret, 'user-agent': 'Scripted/1.0' };
    for (let call = 0; call < 3; call += 1) {
      await rpc(demo.url + path, right, 'tools/list');
      await rpc(demo.url + path, right, 'tools/call', { name: 'list_bundles', arguments: {} });
    }
    const attempt = await attemptBy('acme', 'Scripted/1.0', ['tools_list', 'tool_call']);
    expect(attempt).toMatchObject({ userId: holder.userId });
    expect(attempt.steps.map(({ times }) => times)).toEqual([undefined, undefined]);
    expect(JSON.stringify(attempt)).not.toContain(secret);
  });
});

describe('what strangers can do', () => {
  test('an organisation never sees what was tried at another’s URL, nor what belongs to nobody yet', async () => {
    await findOut('/mcp/globex', 'Foreign/1.0', 'Foreign');
    await findOut('/mcp', 'Nobodys/1.0', 'Nobodys');
    await attemptBy('globex', 'Foreign/1.0', FOUND_OUT);
    const seen = JSON.stringify(await attemptsOf('acme'));
    expect(seen).not.toContain('Foreign');
    expect(seen).not.toContain('Nobodys');
    expect(JSON.stringify(await attemptsOf('globex'))).not.toMatch(/Nobodys|Whole/);
  });

  test('what was tried at the one URL for all is seen by the organisation that it ended in', async () => {
    const clientId = await findOut('/mcp', 'Single/1.0', 'Single');
    await connect(demo.url, { email: 'owner@globex.test', access: 'read', path: '/mcp', clientId });
    await expect
      .poll(
        async () =>
          (await attemptsOf('globex')).find(({ clientName }) => clientName === 'Single')?.steps.length,
        SOON,
      )
      .toBeGreaterThanOrEqual(FOUND_OUT.length + 6);
    expect(JSON.stringify(await attemptsOf('acme'))).not.toContain('Single');
  });

  test('nobody gets a success into the trace who has no code, no key and no token', async () => {
    const clientId = await findOut('/mcp/acme', 'Forger/1.0', 'Forger');
    const form = { grant_type: 'authorization_code', code: 'made-up', client_id: clientId };
    expect((await postToken(demo.url, { ...form, code_verifier: newVerifier().verifier })).status).toBe(400);
    const forged = { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.', 'user-agent': 'Forger/1.0' };
    await rpc(`${demo.url}/mcp/acme`, forged, 'tools/list');
    const mine = async () => (await attemptsOf('acme')).filter(({ userAgent }) => userAgent === 'Forger/1.0');
    await expect
      .poll(async () => (await mine()).flatMap(({ steps }) => steps).length, SOON)
      .toBe(FOUND_OUT.length + 1);
    for (const { grantId, steps, userId } of await mine()) {
      expect({ grantId, userId }).toEqual({ grantId: null, userId: null });
      expect(verdictOf(steps, Date.now()).state).not.toBe('connected');
    }
  });

  test('hostile names are one clean line', async () => {
    const hostile = `Evil\u0009<script>alert(1)</script>${'x'.repeat(3000)}`;
    await rpc(`${demo.url}/mcp/acme`, { 'user-agent': hostile }, 'initialize');
    await expect
      .poll(
        async () =>
          (await attemptsOf('acme')).find(({ userAgent }) => userAgent.startsWith('Evil'))?.userAgent,
        SOON,
      )
      .toHaveLength(160);
  });

  test('a URL of no organisation leaves nothing', async () => {
    expect(
      (await rpc(`${demo.url}/mcp/nobody-here`, { 'user-agent': 'Lost/1.0' }, 'initialize')).status,
    ).toBe(404);
    await fetch(`${demo.url}/.well-known/oauth-protected-resource/mcp/nobody-here`, as('Lost/1.0'));
    await fetch(`${demo.url}/.well-known/oauth-authorization-server/mcp/nobody-here`, as('Lost/1.0'));
    await rpc(`${demo.url}/mcp/acme`, { 'user-agent': 'Afterwards/1.0' }, 'initialize');
    await attemptBy('acme', 'Afterwards/1.0', ['challenged']);
    const { rows } = await demo.latchkey.store.pool.query(
      `select 1 from connection_attempts where user_agent = 'Lost/1.0'`,
    );
    expect(rows).toEqual([]);
  });

  test('a flood of 401s is one line with a number, and a flood of new ones is cut off', async () => {
    const path = '/mcp/globex';
    const flood = Array.from({ length: 60 }, () =>
      rpc(demo.url + path, as('Flood/1.0').headers, 'initialize'),
    );
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([401]));
    // What is written first may be one of them alone.
    await expect
      .poll(async () => (await attemptBy('globex', 'Flood/1.0', ['challenged'])).steps[0]?.times, SOON)
      .toBeGreaterThan(1);

    const many = Array.from({ length: 80 }, (_, index) =>
      rpc(demo.url + path, as(`Many/${index}`).headers, 'initialize'),
    );
    await Promise.all(many);
    const seen = async () =>
      (await attemptsOf('globex')).filter(({ userAgent }) => userAgent.startsWith('Many/')).length;
    await expect.poll(seen, SOON).toBeGreaterThan(0);
    await attemptBy('globex', 'Flood/1.0', ['challenged']);
    expect(await seen()).toBeLessThanOrEqual(60);
  });
});
