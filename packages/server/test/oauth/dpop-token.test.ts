import { createHmac } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchNonce, newProofKey, postProvenToken, type Bend, type ProofKey } from '../support/dpop.ts';
import { postToken, REDIRECT_URI, type Tokens } from '../support/oauth-client.ts';
import { openWorld, refusalOf, type Member, type World } from './support/world.ts';

let aheadMs = 0;
let world: World;
let member: Member;
let inKeyMode: Member;
let key: ProofKey;
beforeAll(async () => {
  world = await openWorld({ clock: { nowMs: () => Date.now() + aheadMs } });
  member = await world.newMember([await world.newOrganisation(), 'member']);
  inKeyMode = await world.newMember([await world.newOrganisation('key'), 'member']);
  key = await newProofKey();
});
afterAll(() => world.close());

type BoundTokens = Tokens & { token_type: string };
interface Approved {
  clientId: string;
  code: string;
  verifier: string;
}

const INVALID_PROOF = { status: 400, error: 'invalid_dpop_proof' };
const INVALID_GRANT = { status: 400, error: 'invalid_grant' };

const codeForm = ({ clientId, code, verifier }: Approved) => ({
  grant_type: 'authorization_code',
  client_id: clientId,
  code,
  code_verifier: verifier,
  redirect_uri: REDIRECT_URI,
});
const refreshForm = (clientId: string, { refresh_token }: Tokens) => ({
  grant_type: 'refresh_token',
  client_id: clientId,
  refresh_token,
});

async function tokensOf(response: Response): Promise<BoundTokens> {
  const body = (await response.json()) as BoundTokens;
  expect({ status: response.status, body }).toMatchObject({ status: 200 });
  return body;
}

/** Up to tokens that are bound to `with`. */
async function connectBound(who = member, by = key, metadata: Record<string, unknown> = {}) {
  const approved = await world.approve(who, 'full', {}, metadata);
  const tokens = await tokensOf(await postProvenToken(world.url, codeForm(approved), by));
  return { ...approved, tokens };
}

const sendProof = (form: Record<string, string>, proof: string) =>
  fetch(`${world.url}/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { dpop: proof },
  });

describe('P1: a proof at the token endpoint', () => {
  test.each(['ES256', 'EdDSA', 'RS256', 'PS256'])(
    'by %s binds the access token to its key, and the answer says so',
    async (alg) => {
      const by = await newProofKey(alg);
      const { tokens } = await connectBound(member, by);
      expect(tokens.token_type).toBe('DPoP');
      expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: by.thumbprint });
    },
  );

  test('is not asked of those who send none: they get bearer tokens', async () => {
    const response = await world.redeem(await world.approve(member, 'full'));
    expect(response.headers.get('dpop-nonce')).toBeNull();
    const tokens = await tokensOf(response);
    expect(tokens.token_type).toBe('Bearer');
    expect(decodeJwt(tokens.access_token)['cnf']).toBeUndefined();
  });

  test('without a nonce of ours is answered 400 use_dpop_nonce with one, and the code is not burnt', async () => {
    const form = codeForm(await world.approve(member, 'full'));
    const refused = await sendProof(form, await key.proof({ url: `${world.url}/token` }));
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    expect(await refusalOf(refused)).toEqual({ status: 400, error: 'use_dpop_nonce' });
    const tokens = await tokensOf(
      await sendProof(form, await key.proof({ url: `${world.url}/token`, nonce })),
    );
    expect(tokens.token_type).toBe('DPoP');
  });

  test('may hold the nonce of this window or the one before, not an older one', async () => {
    // From the beginning of a window, so that none ends between two requests.
    const beginMs = 180_000 - (Date.now() % 180_000);
    aheadMs = beginMs;
    const nonce = await fetchNonce(world.url).finally(() => {
      aheadMs = 0;
    });
    const answerAfter = async (seconds: number) => {
      aheadMs = beginMs + seconds * 1000;
      try {
        const iat = Math.floor((Date.now() + aheadMs) / 1000);
        const proof = await key.proof({ url: `${world.url}/token`, nonce }, { claims: { iat } });
        return (await refusalOf(await sendProof({ grant_type: 'refresh_token' }, proof))).error;
      } finally {
        aheadMs = 0;
      }
    };
    // Not `use_dpop_nonce`: the request gets on to the client, which it does not name.
    expect(await answerAfter(0)).toBe('invalid_client');
    expect(await answerAfter(180)).toBe('invalid_client');
    expect(await answerAfter(360)).toBe('use_dpop_nonce');
  });

  test.each<[string, (url: string) => Bend | Promise<Bend>]>([
    ['another method', () => ({ claims: { htm: 'GET' } })],
    ['the method in lower case', () => ({ claims: { htm: 'post' } })],
    ['no method', () => ({ claims: { htm: undefined } })],
    ['another endpoint', (url) => ({ claims: { htu: `${url}/mcp` } })],
    ['the same path at another origin', () => ({ claims: { htu: 'https://evil.test/token' } })],
    ['our address spelled with a user', (url) => ({ claims: { htu: url.replace('//', '//a@') + '/token' } })],
    ['a longer path', (url) => ({ claims: { htu: `${url}/token/x` } })],
    ['no URL', () => ({ claims: { htu: undefined } })],
    ['a URL that is none', () => ({ claims: { htu: '/token' } })],
    ['a time 61 s ago', () => ({ claims: { iat: Date.now() / 1000 - 61 } })],
    ['a time in two minutes', () => ({ claims: { iat: Date.now() / 1000 + 120 } })],
    ['a time that is text', () => ({ claims: { iat: String(Math.floor(Date.now() / 1000)) } })],
    ['no time', () => ({ claims: { iat: undefined } })],
    ['no id', () => ({ claims: { jti: undefined } })],
    ['an endless id', () => ({ claims: { jti: 'x'.repeat(257) } })],
    ['another type', () => ({ header: { typ: 'JWT' } })],
    ['the type of our access tokens', () => ({ header: { typ: 'at+jwt' } })],
    ['no type', () => ({ header: { typ: undefined } })],
    ['no key', () => ({ header: { jwk: undefined } })],
    ['the private key', () => ({ header: { jwk: key.privateJwk } })],
    ['the key of somebody else', async () => ({ header: { jwk: (await newProofKey()).jwk } })],
    ['a key of another kind', async () => ({ header: { jwk: (await newProofKey('EdDSA')).jwk } })],
    ['a shared secret for a key', () => ({ header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
    ['a key by address', () => ({ header: { jwk: undefined, jku: 'http://127.0.0.1:1/jwks' } })],
  ])('with %s is refused as invalid_dpop_proof, and the code is not burnt', async (_what, bend) => {
    const approved = await world.approve(member, 'full');
    const nonce = await fetchNonce(world.url);
    const proof = await key.proof({ url: `${world.url}/token`, nonce }, await bend(world.url));
    expect(await refusalOf(await sendProof(codeForm(approved), proof))).toEqual(INVALID_PROOF);
    expect((await world.redeem(approved)).status).toBe(200);
  });

  test.each<[string, (input: { header: object; body: string }) => string]>([
    ['alg none', ({ header, body }) => `${encode({ ...header, alg: 'none' })}.${body}.`],
    ['alg none with a signature', ({ header, body }) => `${encode({ ...header, alg: 'none' })}.${body}.AAAA`],
    [
      'HS256 with the public key as the secret',
      ({ header, body }) => {
        const input = `${encode({ ...header, alg: 'HS256' })}.${body}`;
        return `${input}.${createHmac('sha256', JSON.stringify(key.jwk)).update(input).digest('base64url')}`;
      },
    ],
    ['a signature of zeros', ({ header, body }) => `${encode(header)}.${body}.${'A'.repeat(86)}`],
    [
      'two proofs in one header',
      ({ header, body }) => `${encode(header)}.${body}.AA, ${encode(header)}.${body}.AA`,
    ],
    ['nothing', () => ''],
    ['noise', () => 'dpop'],
    ['more than there is room for', ({ header, body }) => `${encode(header)}.${body}${'A'.repeat(4096)}.AA`],
  ])('attack 51: %s is no proof', async (_what, forge) => {
    const honest = await key.proof({ url: `${world.url}/token`, nonce: await fetchNonce(world.url) });
    const [head = '', body = ''] = honest.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    const forged = forge({ header, body });
    expect(await refusalOf(await sendProof({ grant_type: 'refresh_token' }, forged))).toEqual(INVALID_PROOF);
  });

  test('is good once: the second request with it is refused and changes nothing', async () => {
    const first = codeForm(await world.approve(member, 'full'));
    const second = await world.approve(member, 'full');
    const proof = await key.proof({ url: `${world.url}/token`, nonce: await fetchNonce(world.url) });
    expect((await sendProof(first, proof)).status).toBe(200);
    expect(await refusalOf(await sendProof(codeForm(second), proof))).toEqual(INVALID_PROOF);
    expect((await world.redeem(second)).status).toBe(200);
  });

  test('for a request that is refused otherwise leaves nothing in the database', async () => {
    const count = async () =>
      (await world.rows<{ n: string }>("select count(*) n from used_ids where purpose = 'dpop_proof'"))[0]?.n;
    const before = await count();
    const form = { ...codeForm(await world.approve(member, 'full')), code: 'guessed' };
    expect(await refusalOf(await postProvenToken(world.url, form, key))).toEqual(INVALID_GRANT);
    expect(await count()).toBe(before);
  });
});

describe('RFC 9449 section 10: a code bound by dpop_jkt', () => {
  test('is redeemed by the key alone, and no other key or none burns it', async () => {
    const approved = await world.approve(member, 'full', { dpop_jkt: key.thumbprint });
    const other = await newProofKey();
    expect(await refusalOf(await postProvenToken(world.url, codeForm(approved), other))).toEqual(
      INVALID_GRANT,
    );
    expect(await refusalOf(await world.redeem(approved))).toEqual(INVALID_GRANT);
    const tokens = await tokensOf(await postProvenToken(world.url, codeForm(approved), key));
    expect(tokens.token_type).toBe('DPoP');
  });

  test.each(['short', 'x'.repeat(44), `${'x'.repeat(42)}=`])('%s is no thumbprint', async (dpop_jkt) => {
    const { href } = await world.newRequest({ dpop_jkt });
    const { status, html } = await member.browser.follow(href);
    expect(status).toBe(400);
    expect(html).toContain('dpop_jkt must be');
  });
});

describe('RFC 9449 section 5: the refresh tokens of a public client', () => {
  test('answer to the key they were issued to, and whoever lacks it cannot end them either', async () => {
    const { clientId, tokens } = await connectBound();
    const form = refreshForm(clientId, tokens);
    expect(await refusalOf(await postToken(world.url, form))).toEqual(INVALID_GRANT);
    expect(await refusalOf(await postProvenToken(world.url, form, await newProofKey()))).toEqual(
      INVALID_GRANT,
    );

    const next = await tokensOf(await postProvenToken(world.url, form, key));
    expect(next.token_type).toBe('DPoP');
    expect(decodeJwt(next.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
    // Used by now, and still it takes the key to have an effect.
    expect(await refusalOf(await postToken(world.url, form))).toEqual(INVALID_GRANT);
    expect((await postProvenToken(world.url, refreshForm(clientId, next), key)).status).toBe(200);
  });

  test('T6: the same refresh by the same key gets the same tokens', async () => {
    const { clientId, tokens } = await connectBound();
    const form = refreshForm(clientId, tokens);
    const nonce = await fetchNonce(world.url);
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () =>
        tokensOf(await sendProof(form, await key.proof({ url: `${world.url}/token`, nonce }))),
      ),
    );
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
  });

  test('are not rotated by a proof that was used before', async () => {
    const { clientId, tokens } = await connectBound();
    const proof = await key.proof({ url: `${world.url}/token`, nonce: await fetchNonce(world.url) });
    const next = await tokensOf(await sendProof(refreshForm(clientId, tokens), proof));
    for (const each of [tokens, next]) {
      expect(await refusalOf(await sendProof(refreshForm(clientId, each), proof))).toEqual(INVALID_PROOF);
    }
    expect((await postProvenToken(world.url, refreshForm(clientId, next), key)).status).toBe(200);
  });

  test('become bound when a client that began without a key shows one', async () => {
    const { clientId, tokens } = await world.connect(member, 'full');
    const bound = await tokensOf(await postProvenToken(world.url, refreshForm(clientId, tokens), key));
    expect(bound.token_type).toBe('DPoP');
    expect(await refusalOf(await postToken(world.url, refreshForm(clientId, bound)))).toEqual(INVALID_GRANT);
    expect((await postProvenToken(world.url, refreshForm(clientId, bound), key)).status).toBe(200);
  });
});

test('a confidential client proves itself by its secret, so it may change its key', async () => {
  const response = await fetch(`${world.url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Confidential',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'client_secret_post',
    }),
  });
  const { client_id, client_secret } = (await response.json()) as Record<string, string>;
  const proofOfClient = { client_id: client_id ?? '', client_secret: client_secret ?? '' };
  const approved = await world.approve(member, 'full', { client_id: proofOfClient.client_id });
  const tokens = await tokensOf(
    await postProvenToken(world.url, { ...codeForm(approved), ...proofOfClient }, key),
  );
  const other = await newProofKey();
  const next = await tokensOf(
    await postProvenToken(world.url, { ...refreshForm('', tokens), ...proofOfClient }, other),
  );
  expect(decodeJwt(next.access_token)['cnf']).toEqual({ jkt: other.thumbprint });
});

test('in key mode a proof is checked and answered with a bearer key, which a refresh replaces by proof or without', async () => {
  const { clientId, tokens } = await connectBound(inKeyMode);
  expect(tokens.token_type).toBe('Bearer');
  expect(tokens.access_token).toMatch(/^lk_/);
  const next = await tokensOf(await postProvenToken(world.url, refreshForm(clientId, tokens), key));
  expect(next.token_type).toBe('Bearer');
  // T6: the proof makes no other request of it, as nothing is bound.
  const repeated = await tokensOf(await postToken(world.url, refreshForm(clientId, tokens)));
  expect(repeated.refresh_token).toBe(next.refresh_token);
  expect((await tokensOf(await postToken(world.url, refreshForm(clientId, next)))).token_type).toBe('Bearer');
});

test('a page in a browser may send a proof and read the nonce', async () => {
  const origin = 'https://inspector.test';
  const preflight = await fetch(`${world.url}/token`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
  });
  expect(preflight.headers.get('access-control-allow-headers')).toMatch(/\bDPoP\b/);
  const refused = await fetch(`${world.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token' }),
    headers: { origin, dpop: await key.proof({ url: `${world.url}/token` }) },
  });
  expect(refused.headers.get('access-control-expose-headers')).toMatch(/\bDPoP-Nonce\b/);
  expect(refused.headers.get('dpop-nonce')).not.toBeNull();
});

test('the metadata lists what a proof may be signed with, and that none is required', async () => {
  const read = async (name: string) =>
    (await (await fetch(`${world.url}/.well-known/${name}`)).json()) as Record<string, unknown>;
  const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'];
  expect(await read('oauth-authorization-server')).toMatchObject({
    dpop_signing_alg_values_supported: algorithms,
  });
  expect(await read('oauth-protected-resource')).toMatchObject({
    dpop_signing_alg_values_supported: algorithms,
    dpop_bound_access_tokens_required: false,
  });
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
