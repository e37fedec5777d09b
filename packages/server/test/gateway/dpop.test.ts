import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  fetchNonce,
  newProofKey,
  postProvenToken,
  type Bend,
  type ProofKey,
  type ProofRequest,
} from '../support/dpop.ts';
import { REDIRECT_URI, rpc, type Tokens } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { openWorld, type Member, type World } from '../oauth/support/world.ts';
import { openEvents, type Events } from './support/events.ts';
import { call } from './support/messages.ts';

// Two nodes on one database.
let world: World;
let second: SecondNode;
let secondUrl: string;
let member: Member;
let mcp: string;
let key: ProofKey;
let bound: string;
let bearer: string;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world.demo);
  secondUrl = `${second.url}/mcp`;
  mcp = `${world.url}/mcp`;
  member = await world.newMember([await world.newOrganisation(), 'member']);
  key = await newProofKey();
  bound = await newBoundToken();
  bearer = (await world.connect(member, 'full')).tokens.access_token;
});
afterAll(async () => {
  await second.close();
  await world.close();
});

async function newBoundToken(): Promise<string> {
  const { clientId, code, verifier } = await world.approve(member, 'full');
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
  };
  const response = await postProvenToken(world.url, form, key);
  return ((await response.json()) as Tokens).access_token;
}

/** A proof for the MCP door that is right in every way, but for what a test bends. */
async function newProof(bend: Bend = {}, request: Partial<ProofRequest> = {}, by = key): Promise<string> {
  const nonce = await fetchNonce(world.url);
  return by.proof({ url: mcp, accessToken: bound, nonce, ...request }, bend);
}

const present = (headers: Record<string, string>, url = mcp) => rpc(url, headers, 'tools/list');
const dpop = async (proof: string | Promise<string>, token = bound) => ({
  authorization: `DPoP ${token}`,
  dpop: await proof,
});

const pointer = () =>
  `Bearer resource_metadata="${world.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:read mcp:call"`;
const ALGS = 'DPoP algs="ES256 EdDSA RS256 PS256"';

interface Seen {
  status: number;
  challenge: string | null;
  bringsNonce: boolean;
}

const see = ({ status, headers }: Response): Seen => ({
  status,
  challenge: headers.get('www-authenticate'),
  bringsNonce: headers.has('dpop-nonce'),
});

const refusedAs = (error: string): Seen => ({
  status: 401,
  challenge: `${pointer()}, ${ALGS}, error="${error}"`,
  bringsNonce: true,
});

test('D1: the challenge lists Bearer first, then DPoP with its algorithms', async () => {
  const response = await present({});
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe(`${pointer()}, ${ALGS}`);
  expect(response.headers.get('dpop-nonce')).toBeNull();
});

test('a bound token with a fresh proof of its key is let in, and the answer brings the next nonce', async () => {
  const response = await present(await dpop(newProof()));
  expect(response.status).toBe(200);
  const nonce = response.headers.get('dpop-nonce') ?? '';
  expect((await present(await dpop(newProof({ claims: { nonce } })))).status).toBe(200);
});

test('the scheme is read in any case', async () => {
  const headers = { authorization: `dpop ${bound}`, dpop: await newProof() };
  expect((await present(headers)).status).toBe(200);
});

test('P1: a proof without a nonce of ours is told so, with one', async () => {
  expect(see(await present(await dpop(newProof({ claims: { nonce: undefined } }))))).toEqual(
    refusedAs('use_dpop_nonce'),
  );
  expect(see(await present(await dpop(newProof({ claims: { nonce: 'made-up' } }))))).toEqual(
    refusedAs('use_dpop_nonce'),
  );
});

describe('attack 59', () => {
  test('a bound token sent as Bearer is refused, with a proof or without', async () => {
    for (const more of [{}, { dpop: await newProof() }]) {
      const response = await present({ authorization: `Bearer ${bound}`, ...more });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(
        `${pointer().replace('Bearer ', 'Bearer error="invalid_token", ')}, ${ALGS}`,
      );
    }
  });

  test('a bearer token sent as DPoP is refused, whatever proof comes with it', async () => {
    const proof = newProof({}, { accessToken: bearer });
    expect(see(await present(await dpop(proof, bearer)))).toEqual(refusedAs('invalid_token'));
    expect((await present({ authorization: `Bearer ${bearer}` })).status).toBe(200);
  });

  test('a proof that was used is refused, on the node that saw it and on the other', async () => {
    const proof = await newProof();
    expect((await present(await dpop(proof))).status).toBe(200);
    expect(see(await present(await dpop(proof)))).toEqual(refusedAs('invalid_dpop_proof'));
    expect(see(await present(await dpop(proof), secondUrl))).toEqual(refusedAs('invalid_dpop_proof'));
  });

  test('of many requests with one proof, sent to two nodes at once, one is let in', async () => {
    const headers = await dpop(newProof());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => present(headers, index % 2 === 0 ? mcp : secondUrl)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
  });

  test('behind a proxy, a proof is for our public URL, and the nonce of one node is good on the other', async () => {
    // The second node is reached by an address that the world does not know it by.
    expect((await present(await dpop(newProof()), secondUrl)).status).toBe(200);
    const forInside = newProof({}, { url: secondUrl });
    expect(see(await present(await dpop(forInside), secondUrl))).toEqual(refusedAs('invalid_dpop_proof'));
  });

  test.each<[string, () => Promise<string>]>([
    ['by another key', async () => newProof({}, {}, await newProofKey())],
    ['for another token', () => newProof({}, { accessToken: bearer })],
    ['for no token', () => newProof({ claims: { ath: undefined } })],
    ['for another method', () => newProof({}, { method: 'GET' })],
    ['for another path', () => newProof({}, { url: `${mcp}/acme` })],
    ['for the token endpoint', () => newProof({}, { url: `${world.url}/token` })],
    ['from too long ago', () => newProof({ claims: { iat: Date.now() / 1000 - 61 } })],
    ['of another type', () => newProof({ header: { typ: 'at+jwt' } })],
    ['that is the token itself', () => Promise.resolve(bound)],
    ['that is empty', () => Promise.resolve('')],
  ])('a proof %s is refused', async (_what, make) => {
    expect(see(await present(await dpop(make())))).toEqual(refusedAs('invalid_dpop_proof'));
  });

  test('no proof at all is refused', async () => {
    expect(see(await present({ authorization: `DPoP ${bound}` }))).toEqual(refusedAs('invalid_dpop_proof'));
  });
});

test('the query of the request does not count, and that of the proof neither', async () => {
  expect((await present(await dpop(newProof()), `${mcp}?a=1`)).status).toBe(200);
  expect((await present(await dpop(newProof({}, { url: `${mcp}?b=2#c` })))).status).toBe(200);
});

test('each address has a proof of its own: with a trailing slash, and for GET', async () => {
  expect((await present(await dpop(newProof({}, { url: `${mcp}/` })), `${mcp}/`)).status).toBe(200);
  const headers = await dpop(newProof({}, { method: 'GET' }));
  // Let in, and told that this address takes POST.
  expect((await fetch(mcp, { headers })).status).toBe(405);
});

test('a bound token is refused at the API, by either scheme', async () => {
  const api = `${world.url}/api/reelport/v1/credits`;
  const proof = newProof({}, { url: api, method: 'GET' });
  expect((await fetch(api, { headers: await dpop(proof) })).status).toBe(401);
  expect((await fetch(api, { headers: { authorization: `Bearer ${bound}` } })).status).toBe(401);
});

test('a key sent as DPoP is refused: it is bound to nothing', async () => {
  const inKeyMode = await world.newMember([await world.newOrganisation('key'), 'member']);
  const { tokens } = await world.connect(inKeyMode, 'full');
  const proof = newProof({}, { accessToken: tokens.access_token });
  expect((await present(await dpop(proof, tokens.access_token))).status).toBe(401);
  expect((await present({ authorization: `Bearer ${tokens.access_token}` })).status).toBe(200);
});

test('a request that is refused for its token leaves no proof in the database', async () => {
  const count = async () =>
    (await world.rows<{ n: string }>("select count(*) n from used_ids where purpose = 'dpop_proof'"))[0]?.n;
  const before = await count();
  expect((await present(await dpop(newProof({}, { accessToken: bearer }), bearer))).status).toBe(401);
  expect((await present(await dpop(newProof({}, {}, await newProofKey())))).status).toBe(401);
  expect(await count()).toBe(before);
});

test('a page in a browser may send a proof and read the nonce', async () => {
  const origin = 'http://localhost:6274';
  const preflight = await fetch(mcp, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
  });
  expect(preflight.headers.get('access-control-allow-headers')).toMatch(/\bDPoP\b/);
  const response = await present({ ...(await dpop(newProof())), origin });
  expect(response.headers.get('access-control-expose-headers')).toMatch(/\bDPoP-Nonce\b/);
});

test('revoking the grant ends a bound token too', async () => {
  const token = await newBoundToken();
  const headers = async () => dpop(newProof({}, { accessToken: token }), token);
  expect((await present(await headers())).status).toBe(200);
  const { gid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    gid: string;
  };
  const [row] = await world.rows<{ id: string; client_id: string }>(
    'select id, client_id from grants where id = $1',
    [gid],
  );
  await fetch(`${world.url}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: row?.client_id ?? '' }),
  });
  expect(see(await present(await headers()))).toEqual(refusedAs('invalid_token'));
});

describe('a session of HTTP+SSE that was opened with a bound token', () => {
  const open: Events[] = [];
  afterEach(() => {
    for (const stream of open.splice(0)) stream.close();
  });

  const place = () => `${mcp}/${member.home}`;

  async function openSession() {
    const proof = newProof({}, { url: `${place()}/sse`, method: 'GET' });
    const stream = await openEvents(`${place()}/sse`, { headers: await dpop(proof) });
    open.push(stream);
    const endpoint = `${world.url}${(await stream.next())?.data ?? ''}`;
    const post = (id: string, headers: Record<string, string>) =>
      fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(call('ping', undefined, id)),
      });
    /** With a proof that is right in every way, but for what a test bends. */
    const proven = async (request: Partial<ProofRequest> = {}, by = key) =>
      dpop(newProof({}, { url: `${place()}/messages`, ...request }, by));
    const said = async () => JSON.parse((await stream.next())?.data ?? 'null') as unknown;
    return { post, proven, said, stream };
  }

  const refused = (): Seen => ({
    status: 401,
    challenge: `${pointer().replace('/mcp"', `/mcp/${member.home}/sse"`)}, ${ALGS}, error="invalid_dpop_proof"`,
    bringsNonce: true,
  });

  test('takes what comes with a proof for the address of its messages, and brings the next nonce', async () => {
    const { post, proven, said } = await openSession();
    const posted = await post('proven', await proven());
    expect(posted.status).toBe(202);
    expect(await said()).toMatchObject({ id: 'proven', result: {} });
    const nonce = posted.headers.get('dpop-nonce') ?? '';
    expect((await post('again', await proven({ nonce }))).status).toBe(202);
    expect(await said()).toMatchObject({ id: 'again', result: {} });
  });

  test('is not opened with a proof for another address or method', async () => {
    for (const request of [
      { url: place(), method: 'GET' },
      { url: `${place()}/messages`, method: 'GET' },
      {},
    ]) {
      const proof = newProof({}, { url: `${place()}/sse`, ...request });
      expect(see(await fetch(`${place()}/sse`, { headers: await dpop(proof) }))).toEqual(refused());
    }
  });

  test.each<[string, (proven: Awaited<ReturnType<typeof openSession>>['proven']) => Promise<object>]>([
    ['with a proof for the address of the stream', (proven) => proven({ url: `${place()}/sse` })],
    ['with a proof for the connector URL', (proven) => proven({ url: mcp })],
    [
      'with a proof for the messages of another organisation',
      (proven) => proven({ url: `${mcp}/other/messages` }),
    ],
    ['with a proof for another method', (proven) => proven({ method: 'GET' })],
    ['with a proof by another key', async (proven) => proven({}, await newProofKey())],
    ['with a proof for another token', (proven) => proven({ accessToken: bearer })],
    ['without a proof', () => Promise.resolve({ authorization: `DPoP ${bound}` })],
  ])('refuses what comes %s, and does nothing of it', async (_what, headersOf) => {
    const { post, proven, said } = await openSession();
    const answer = await post('refused', { ...(await headersOf(proven)) });
    expect(see(answer)).toEqual(refused());
    expect((await post('after', await proven())).status).toBe(202);
    expect(await said()).toMatchObject({ id: 'after' });
  });

  test('refuses the bound token sent as Bearer', async () => {
    const { post, proven, said } = await openSession();
    const { dpop: proof } = await proven();
    const answer = await post('refused', { authorization: `Bearer ${bound}`, dpop: proof });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect((await post('after', await proven())).status).toBe(202);
    expect(await said()).toMatchObject({ id: 'after' });
  });

  test('refuses a proof that was used: for a message before, or on another session', async () => {
    const [first, second] = [await openSession(), await openSession()];
    const headers = await first.proven();
    expect((await first.post('first', headers)).status).toBe(202);
    expect(await first.said()).toMatchObject({ id: 'first' });
    expect(see(await first.post('replayed', headers))).toEqual(refused());
    expect(see(await second.post('replayed', headers))).toEqual(refused());
    for (const session of [first, second]) {
      expect((await session.post('after', await session.proven())).status).toBe(202);
      expect(await session.said()).toMatchObject({ id: 'after' });
    }
  });
});
