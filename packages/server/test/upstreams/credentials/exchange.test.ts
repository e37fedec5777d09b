import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import type { Log } from '../../../src/kernel/log.ts';
import type { Credential } from '../../../src/upstreams/credentials/credential.ts';
import { openWorld, type Member, type Organisation, type World } from '../../oauth/support/world.ts';
import { dumpOf } from '../../people/open-people.ts';
import { callTool, newConnector } from './support/people-with-accounts.ts';

const CLIENT_SECRET = 'the-secret-of-our-client-there-1234';

const logged: string[] = [];
const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note };

let world: World;
let acme: Organisation;
let ada: Member;
let aheadMs = 0;

/** An operator's own security token service, and the API that takes its tokens. */
const seen: { form: URLSearchParams; authorization: string | undefined; token: string }[] = [];
const apiSaw: (string | undefined)[] = [];
let answer: ((res: ServerResponse) => void) | undefined;
let expiresIn: number | undefined = 3600;
let accepts: (token: string) => boolean = () => true;
const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { authorization } = req.headers;
    const json = (status: number, body: unknown) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (req.url !== '/token') {
      apiSaw.push(authorization);
      return accepts(authorization ?? '') ? json(200, { ok: true }) : json(401, {});
    }
    const token = `exchanged-${seen.length}-0123456789`;
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    seen.push({ form, authorization, token });
    if (answer !== undefined) return answer(res);
    const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';
    return json(200, {
      access_token: token,
      issued_token_type,
      token_type: 'Bearer',
      ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
    });
  });
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = await openWorld({
    log,
    trustedProxies: ['127.0.0.1'],
    clock: { nowMs: () => Date.now() + aheadMs },
  });
});
afterAll(async () => {
  await world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  [seen.length, apiSaw.length, aheadMs, expiresIn, answer] = [0, 0, 0, 3600, undefined];
  accepts = () => true;
  acme = await world.newOrganisation();
  ada = await world.newMember([acme, 'member']);
  const credential: Credential = {
    kind: 'token_exchange',
    tokenEndpoint: `${url}/token`,
    clientId: 'latchkey',
    clientSecret: CLIENT_SECRET,
    audience: 'crm',
    resource: `${url}/v1`,
    scopes: ['files.read', 'files.write'],
  };
  await newConnector(world, acme, `${url}/v1`, { credential });
});

const keyOf = async (member: Member) => {
  const { secret } = await world.latchkey.keys.create({
    orgId: acme.orgId,
    holder: { userId: member.userId },
    name: 'By hand',
    access: 'read',
    expiresInDays: undefined,
    createdBy: member.userId,
    requestId: newId('req'),
  });
  return secret;
};

test('our own word of who is calling is exchanged, and the caller’s token is not', async () => {
  const key = await keyOf(ada);
  await callTool(world.url, acme.slug, key);
  expect(apiSaw).toEqual([`Bearer ${seen[0]?.token}`]);
  const { authorization, form } = seen[0] ?? { form: new URLSearchParams(), authorization: '' };
  expect(authorization).toBe(`Basic ${Buffer.from(`latchkey:${CLIENT_SECRET}`).toString('base64')}`);
  const { subject_token: subject = '', ...rest } = Object.fromEntries(form);
  expect(rest).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: 'crm',
    resource: `${url}/v1`,
    scope: 'files.read files.write',
  });
  const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(subject, keys, {
    algorithms: ['ES256'],
    typ: 'latchkey-assertion+jwt',
    issuer: world.url,
    audience: `${url}/token`,
  });
  expect(payload).toMatchObject({ sub: ada.userId, actor: 'user', org: acme.slug, role: 'member' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  expect(JSON.stringify([...seen, apiSaw])).not.toContain(key);
});

test('what was exchanged is kept for each caller until shortly before it ends, and for nobody else', async () => {
  const [key, bobs] = [await keyOf(ada), await keyOf(await world.newMember([acme, 'member']))];
  await Promise.all(Array.from({ length: 10 }, () => callTool(world.url, acme.slug, key)));
  expect(seen).toHaveLength(1);
  await callTool(world.url, acme.slug, bobs);
  expect(seen).toHaveLength(2);
  aheadMs = 3_560_000;
  await callTool(world.url, acme.slug, key);
  expect(seen).toHaveLength(2);
  aheadMs = 3_571_000;
  await callTool(world.url, acme.slug, key);
  expect(seen).toHaveLength(3);
});

test('what was exchanged for somebody is not used once their role is another', async () => {
  const key = await keyOf(ada);
  await callTool(world.url, acme.slug, key);
  await world.latchkey.people.setRole({ orgId: acme.orgId, userId: ada.userId, role: 'viewer' });
  await callTool(world.url, acme.slug, key);
  const roles = seen.map(({ form }) => decodeJwt(form.get('subject_token') ?? '')['role']);
  expect(roles).toEqual(['member', 'viewer']);
  expect(apiSaw).toEqual(seen.map(({ token }) => `Bearer ${token}`));
});

test('a token whose lifetime nobody told is not kept for long', async () => {
  expiresIn = undefined;
  const key = await keyOf(ada);
  await callTool(world.url, acme.slug, key);
  aheadMs = 31_000;
  await callTool(world.url, acme.slug, key);
  expect(seen).toHaveLength(2);
});

test('a token that the upstream refuses is exchanged anew, once', async () => {
  const key = await keyOf(ada);
  await callTool(world.url, acme.slug, key);
  aheadMs = 60_000;
  accepts = (authorization) => authorization !== `Bearer ${seen[0]?.token}`;
  const answered = await callTool(world.url, acme.slug, key);
  expect(answered.isError).toBeUndefined();
  accepts = () => false;
  expect(await callTool(world.url, acme.slug, key)).toMatchObject({
    structuredContent: { code: 'upstream_unauthorized' },
  });
  expect(seen).toHaveLength(2);
});

test.each([
  ['refuses', (res: ServerResponse) => res.writeHead(400).end('{"error":"invalid_target"}')],
  ['fails', (res: ServerResponse) => res.writeHead(500).end()],
  ['hangs up', (res: ServerResponse) => res.destroy()],
  ['answers nonsense', (res: ServerResponse) => res.writeHead(200).end('{"access_token":7}')],
  ['redirects', (res: ServerResponse) => res.writeHead(307, { location: '/other' }).end()],
])(
  'an authorization server that %s leaves the call unsent, with a diagnostic that says nothing of it',
  async (_, how) => {
    answer = how;
    const answered = await callTool(world.url, acme.slug, await keyOf(ada));
    expect(answered).toMatchObject({ isError: true, structuredContent: { code: 'credential_unavailable' } });
    expect(JSON.stringify(answered)).not.toContain(url);
    expect(apiSaw).toEqual([]);
  },
);

test('an agent’s calls are exchanged too: it is named as one', async () => {
  const boss = await world.newMember([acme, 'owner']);
  const who = { orgId: acme.orgId, createdBy: boss.userId, requestId: newId('req'), name: 'Robot' };
  const made = await world.latchkey.agents.create({ ...who, role: 'member' });
  const holder = { agentId: made.ok ? made.value.agentId : newId('agt') };
  const { secret } = await world.latchkey.keys.create({
    ...who,
    holder,
    access: 'read',
    expiresInDays: undefined,
  });
  await callTool(world.url, acme.slug, secret);
  const [, payload = ''] = (seen[0]?.form.get('subject_token') ?? '').split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ actor: 'agent' });
});

test('neither secret nor tokens are in the database or the log', async () => {
  await callTool(world.url, acme.slug, await keyOf(ada));
  const stored = `${await dumpOf(world.latchkey.store)}\n${logged.join('\n')}`;
  for (const secret of [CLIENT_SECRET, seen[0]?.token ?? '', seen[0]?.form.get('subject_token') ?? '']) {
    expect(secret.length).toBeGreaterThan(15);
    expect(stored).not.toContain(secret);
  }
});
