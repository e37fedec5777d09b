import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { register } from '../support/oauth-client.ts';
import { openWorld, refusalOf, type Member, type World } from './support/world.ts';

let world: World;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  member = await world.newMember([await world.newOrganisation(), 'member']);
});
afterAll(() => world.close());

type Secret = { client_id: string; client_secret: string };

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(world.url + path, { method: 'POST', headers, body: new URLSearchParams(form) });

async function newClient(method: string): Promise<Secret> {
  const metadata = { client_name: randomBytes(6).toString('hex'), token_endpoint_auth_method: method };
  return (await register(world.url, metadata)) as Secret;
}

/** A confidential client with a refresh token, and ways to present itself. */
async function connected(method: 'client_secret_basic' | 'client_secret_post') {
  const approved = await world.approve(member, 'read', {}, { token_endpoint_auth_method: 'none' });
  const client = await newClient(method);
  // The same approval, but as if this client had asked for it.
  await world.rows('update authorizations set client_id = $1 where client_id = $2', [
    client.client_id,
    approved.clientId,
  ]);
  const proof = {
    client_secret_basic: { form: {}, headers: basic(client.client_id, client.client_secret) },
    client_secret_post: { form: { ...client, client_secret: client.client_secret }, headers: {} },
  }[method];
  const form = { grant_type: 'authorization_code', code: approved.code, code_verifier: approved.verifier };
  return { client, form, proof };
}

const METHODS = ['client_secret_basic', 'client_secret_post'] as const;
const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

describe.each(METHODS)('T2: a client registered for %s', (method) => {
  test('37: proves itself at each grant: no code, no refresh and no revocation without its secret', async () => {
    const { client, form, proof } = await connected(method);
    expect(await refusalOf(await post('/token', { ...form, client_id: client.client_id }))).toEqual(
      INVALID_CLIENT,
    );
    const response = await post('/token', { ...form, ...proof.form }, proof.headers);
    expect(response.status).toBe(200);
    const { refresh_token } = (await response.json()) as { refresh_token: string };

    const bare = { client_id: client.client_id };
    const refresh = { grant_type: 'refresh_token', refresh_token };
    expect(await refusalOf(await post('/token', { ...refresh, ...bare }))).toEqual(INVALID_CLIENT);
    expect(await refusalOf(await post('/revoke', { token: refresh_token, ...bare }))).toEqual(INVALID_CLIENT);
    // None of it cost the client anything.
    expect((await post('/token', { ...refresh, ...proof.form }, proof.headers)).status).toBe(200);
  });

  test('38: is refused by the other method, by none, by two at once and by half of one', async () => {
    const { client, form, proof } = await connected(method);
    const id = { client_id: client.client_id };
    const secret = { client_secret: client.client_secret };
    const attempts: [Record<string, string>, Record<string, string>][] = [
      method === 'client_secret_basic'
        ? [{ ...id, ...secret }, {}]
        : [{}, basic(client.client_id, client.client_secret)],
      [id, {}],
      [{ ...id, ...secret }, basic(client.client_id, client.client_secret)],
      [{ ...id, client_secret: '' }, {}],
      [id, basic(client.client_id, '')],
      [id, { authorization: 'Basic' }],
      [id, { authorization: 'Basic !!!' }],
      [id, { authorization: `Basic ${Buffer.from('%zz:%zz').toString('base64')}` }],
      [{ client_id: 'somebody-else' }, basic(client.client_id, client.client_secret)],
    ];
    for (const [index, [more, headers]] of attempts.entries()) {
      const response = await post('/token', { ...form, ...more }, headers);
      expect([index, response.ok, response.status === 401 || response.status === 400]).toEqual([
        index,
        false,
        true,
      ]);
      expect(['invalid_client', 'invalid_request']).toContain((await refusalOf(response)).error);
    }
    expect((await post('/token', { ...form, ...proof.form }, proof.headers)).status).toBe(200);
  });

  test('40: an unknown client, a wrong secret and a wrong method get one and the same answer', async () => {
    const client = await newClient(method);
    const present = (id: string, secret: string) =>
      method === 'client_secret_basic'
        ? post('/token', { grant_type: 'refresh_token', refresh_token: 'x' }, basic(id, secret))
        : post('/token', {
            grant_type: 'refresh_token',
            refresh_token: 'x',
            client_id: id,
            client_secret: secret,
          });
    const answers = await Promise.all([
      present('cli_unknown', client.client_secret),
      present(client.client_id, otherLastCharacter(client.client_secret)),
      present(client.client_id, 'x'),
      present('cli_\0', 'x'),
    ]);
    const seen = await Promise.all(
      answers.map(async (answer) => [
        answer.status,
        answer.headers.get('www-authenticate'),
        await answer.text(),
      ]),
    );
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(seen[0]?.[0]).toBe(401);
    expect(seen[0]?.[1]).toBe(method === 'client_secret_basic' ? 'Basic realm="latchkey"' : null);
  });
});

test('the parts of Basic are form-decoded (RFC 6749 section 2.3.1)', async () => {
  const client = await newClient('client_secret_basic');
  const encoded = Array.from(client.client_secret, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join(
    '',
  );
  const header = Buffer.from(`${client.client_id}:${encoded}`).toString('base64');
  const response = await post(
    '/token',
    { grant_type: 'refresh_token', refresh_token: 'unknown' },
    { authorization: `Basic ${header}` },
  );
  expect(await refusalOf(response)).toEqual({ status: 400, error: 'invalid_grant' });
});

test('38: a public client with a secret that it was never given is refused', async () => {
  const { client_id } = await register(world.url);
  const form = { grant_type: 'refresh_token', refresh_token: 'x' };
  expect(await refusalOf(await post('/token', { ...form, client_id, client_secret: 'x' }))).toEqual(
    INVALID_CLIENT,
  );
  expect(await refusalOf(await post('/token', form, basic(client_id, '')))).toEqual(INVALID_CLIENT);
});

test('a confidential client is no one else: its secret opens no other client', async () => {
  const [one, two] = [await newClient('client_secret_post'), await newClient('client_secret_post')];
  const form = { grant_type: 'refresh_token', refresh_token: 'x' };
  expect(
    await refusalOf(
      await post('/token', { ...form, client_id: one.client_id, client_secret: two.client_secret }),
    ),
  ).toEqual(INVALID_CLIENT);
});

function otherLastCharacter(secret: string): string {
  return `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`;
}

test('37: two Authorization headers are no authentication, and neither are two in one', async () => {
  const { form, proof } = await connected('client_secret_basic');
  const { authorization = '' } = proof.headers as { authorization?: string };
  const body = new URLSearchParams(form).toString();
  const send = (...authorizations: string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = http.request(`${world.url}/token`, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.once('error', reject);
      request.setHeader('content-type', 'application/x-www-form-urlencoded');
      request.setHeader('authorization', authorizations);
      request.end(body);
    });
  expect(await send(authorization, basic('cli_other', 'x').authorization)).toBe(401);
  expect(await send(authorization, authorization)).toBe(401);
  expect(await send(authorization, 'Bearer x')).toBe(401);
  expect(await send(`${authorization}, ${authorization}`)).toBe(401);
  expect(await send(authorization)).toBe(200);
});
