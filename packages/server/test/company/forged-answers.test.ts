import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuardedFetch } from '../../src/kernel/guarded-fetch.ts';
import { createRelyingParty, type Registration } from '../../src/people/company/relying-party.ts';
import { examineIssuer } from '../../src/people/company/discovery.ts';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';

// What no honest provider says: a provider of the test's own, which may say anything.

const ISSUER = 'https://idp.forged.test';
const OTHER = 'https://idp.other.test';
const binding = { state: 's'.repeat(43), nonce: 'n'.repeat(43), verifier: 'v'.repeat(43) };
const registration: Registration = {
  issuer: ISSUER,
  clientId: 'latchkey',
  clientSecret: undefined,
  scopes: 'openid email',
};

let host: DocumentHost;
let own: Awaited<ReturnType<typeof generateKeyPair>>;
let foreign: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  host = await startDocumentHost([ISSUER, OTHER].map((issuer) => new URL(issuer).hostname));
  own = await generateKeyPair('RS256');
  foreign = await generateKeyPair('RS256');
  host.publish(`${ISSUER}/keys`, { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'RS256' }] });
  publish({});
});
afterAll(() => host.close());

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/keys`,
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
  authorization_response_iss_parameter_supported: true,
};

function publish(more: Record<string, unknown>): void {
  host.publish(`${ISSUER}/.well-known/openid-configuration`, { ...METADATA, ...more });
}

/** What is made of an answer whose ID token is this. */
async function redeem(idToken: string | undefined, query: Record<string, string> = {}) {
  host.publish(`${ISSUER}/token`, {
    access_token: 'a',
    token_type: 'Bearer',
    ...(idToken === undefined ? {} : { id_token: idToken }),
  });
  const fetch = createGuardedFetch(host.guard);
  const party = createRelyingParty({ fetch, redirectUri: 'http://localhost:4747/oauth/company/callback' });
  const answer = new URLSearchParams({ code: 'c', state: binding.state, iss: ISSUER, ...query });
  return party.redeem(registration, binding, answer);
}

const now = () => Math.floor(Date.now() / 1000);
const claims = (more: Record<string, unknown> = {}) => ({
  iss: ISSUER,
  sub: 'ada',
  aud: 'latchkey',
  nonce: binding.nonce,
  iat: now(),
  exp: now() + 300,
  email: 'ada@acme.test',
  email_verified: true,
  ...more,
});
const sign = (payload: Record<string, unknown>, key = own.privateKey, header = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k', ...header }).sign(key);

describe('the answer of a provider', () => {
  test('is believed when all of it holds', async () => {
    expect(await redeem(await sign(claims()))).toMatchObject({
      ok: true,
      value: { subject: 'ada', email: 'ada@acme.test', emailVerified: true },
    });
  });

  test.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['signed by another key', () => sign(claims(), foreign.privateKey)],
    ['not signed', () => new UnsecuredJWT(claims()).encode()],
    [
      'signed with the public key as a secret',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: 'k' })
          .sign(Buffer.from(JSON.stringify(await exportJWK(own.publicKey)))),
    ],
    ['for another client', () => sign(claims({ aud: 'another' }))],
    [
      'for two clients, and authorized for the other',
      () => sign(claims({ aud: ['latchkey', 'x'], azp: 'x' })),
    ],
    ['of another issuer', () => sign(claims({ iss: OTHER }))],
    ['of another nonce', () => sign(claims({ nonce: 'x'.repeat(43) }))],
    ['without a nonce', () => sign(claims({ nonce: undefined }))],
    ['expired', () => sign(claims({ iat: now() - 900, exp: now() - 600 }))],
    ['without an end', () => sign(claims({ exp: undefined }))],
    ['without a subject', () => sign(claims({ sub: undefined }))],
    ['no token at all', () => undefined],
    ['garbage', () => 'a.b.c'],
  ])('is not believed with an ID token that is %s', async (_, make) => {
    expect(await redeem(await make())).toMatchObject({ ok: false, error: { reason: 'invalid' } });
  });

  test('is not believed with another state or issuer, and the code goes nowhere then', async () => {
    const token = await sign(claims());
    const before = host.timesAsked(`${ISSUER}/token`);
    expect(await redeem(token, { state: 'x'.repeat(43) })).toMatchObject({ ok: false });
    expect(await redeem(token, { iss: OTHER })).toMatchObject({ ok: false });
    expect(host.timesAsked(`${ISSUER}/token`)).toBe(before);
  });

  test.each([
    ['token_endpoint', 'http://idp.forged.test/token'],
    ['token_endpoint', 'https://127.0.0.1/token'],
    ['token_endpoint', 'https://idp.forged.test:8443/token'],
    ['jwks_uri', 'https://169.254.169.254/keys'],
  ])('cannot make us ask an address of our own network (%s: %s)', async (name, url) => {
    publish({ [name]: url });
    const token = await sign(claims());
    expect(await redeem(token)).toMatchObject({ ok: false });
    publish({});
  });

  test.each(['javascript:alert(1)', 'http://idp.forged.test/authorize', 'data:text/html,x'])(
    'cannot send a person to %s',
    async (url) => {
      publish({ authorization_endpoint: url });
      const fetch = createGuardedFetch(host.guard);
      const party = createRelyingParty({ fetch, redirectUri: 'http://localhost:4747/x' });
      expect(await party.authorizationUrl(registration, binding)).toMatchObject({ ok: false });
      publish({});
    },
  );

  test('is not read where its name leads into a private network, nor beyond half a megabyte', async () => {
    const fetch = createGuardedFetch(host.guard);
    host.addresses.set(new URL(OTHER).hostname, ['10.0.0.1']);
    await expect(fetch(`${OTHER}/x`)).rejects.toMatchObject({ reason: 'address' });
    host.publish(`${ISSUER}/large`, 'x'.repeat(600 * 1024));
    await expect(fetch(`${ISSUER}/large`)).rejects.toMatchObject({ reason: 'too_large' });
    host.on(`${ISSUER}/moved`, (_, response) => {
      response.writeHead(302, { location: `${ISSUER}/keys` }).end();
    });
    expect((await fetch(`${ISSUER}/moved`)).status).toBe(302);
  });
});

describe('the test of an issuer', () => {
  const examine = (issuer = ISSUER, hasSecret = true) =>
    examineIssuer(createGuardedFetch(host.guard), { issuer, hasSecret });
  const errorsOf = ({ findings }: Awaited<ReturnType<typeof examine>>) =>
    findings.filter(({ level }) => level === 'error').map(({ text }) => text);

  test('finds nothing wrong with one that is right', async () => {
    const report = await examine();
    expect(report.usable).toBe(true);
    expect(report.findings.map(({ level }) => level)).toEqual(['ok', 'ok']);
  });

  test.each([
    [{ issuer: OTHER }, 'calls itself https://idp.other.test'],
    [{ issuer: `${ISSUER}/{tenantid}` }, 'many companies at once'],
    [{ token_endpoint: undefined }, 'token_endpoint'],
    [{ authorization_endpoint: 'http://idp.forged.test/a' }, 'not an https address'],
    [{ response_types_supported: ['id_token'] }, 'authorization code flow'],
    [{ id_token_signing_alg_values_supported: ['HS256', 'none'] }, 'key that can be looked up'],
    [{ jwks_uri: `${ISSUER}/nowhere` }, 'answered with 404'],
  ])('says what keeps people out with %j', async (more, words) => {
    publish(more);
    const report = await examine();
    publish({});
    expect(report.usable).toBe(false);
    expect(errorsOf(report).join(' ')).toContain(words);
  });

  test('names the issuer as it names itself, and says where it is not asked', async () => {
    publish({ issuer: OTHER });
    expect((await examine()).issuerInMetadata).toBe(OTHER);
    publish({});
    expect(errorsOf(await examine('https://10.0.0.1')).join(' ')).toContain('not asked');
    expect(errorsOf(await examine(`${ISSUER}/nothing-here`)).join(' ')).toContain('answered with 404');
  });

  test('says of a public client that the provider does not know them', async () => {
    publish({ token_endpoint_auth_methods_supported: ['client_secret_basic'] });
    const report = await examine(ISSUER, false);
    publish({});
    expect(report.usable).toBe(true);
    expect(report.findings.map(({ text }) => text).join(' ')).toContain('clients without a secret');
  });
});
