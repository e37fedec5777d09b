import { randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPublishedKeys } from '../../src/grants/published-keys.ts';
import { createAddressGuard } from '../../src/kernel/address-guard.ts';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';
import { authorizeUrl, newVerifier, postToken } from '../support/oauth-client.ts';
import { INVALID_GRANT, openCompanies, type AssertedTokens, type Companies } from './support/companies.ts';
import { JWT_BEARER, link, newIdentityProvider, trust } from './support/identity-provider.ts';
import { assertionForm, newSigner, signAssertion } from './support/machines.ts';
import { refusalOf } from './support/world.ts';

let internet: DocumentHost;
let companies: Companies;
let aheadMs = 0;
const clock = { nowMs: () => Date.now() + aheadMs };

beforeAll(async () => {
  internet = await startDocumentHost(['idp.test', 'keys.test', 'app.test']);
  companies = await openCompanies({ addressGuard: internet.guard, clock });
});
afterAll(async () => {
  await companies.close();
  await internet.close();
});

const MINUTE = 60;
const keyNamed = (kid: string) => ({ ...newSigner().publicJwk, kid });

/** A reader with a clock of its own, and the place that it reads. */
function openReader() {
  const url = `https://keys.test/${randomUUID()}`;
  let nowMs = 1_000_000_000_000;
  const read = createPublishedKeys({
    fetchDocument: createAddressGuard(internet.guard),
    clock: { nowMs: () => nowMs },
  });
  return {
    url,
    wait: (seconds: number) => (nowMs += seconds * 1000),
    read: (kid?: string) => read(url, kid),
    idsOf: async (kid?: string) => (await read(url, kid))?.keys.map((key) => key.kid),
    timesAsked: () => internet.timesAsked(url),
    publish: (body: unknown, headers?: Record<string, string>) => internet.publish(url, body, headers),
    break: () => internet.on(url, (_request, response) => response.writeHead(500).end()),
  };
}

describe('keys that others publish', () => {
  test.each([
    ['nothing', {}, 5 * MINUTE],
    ['no-store', { 'cache-control': 'no-store' }, 5 * MINUTE],
    ['ten minutes', { 'cache-control': 'max-age=600' }, 10 * MINUTE],
    ['a year', { 'cache-control': 'max-age=31536000' }, 60 * MINUTE],
  ])('are remembered where their host says %s', async (_, headers, seconds) => {
    const reader = openReader();
    reader.publish({ keys: [keyNamed('one')] }, headers);
    expect(await reader.idsOf('one')).toEqual(['one']);
    reader.wait(seconds - 1);
    expect(await reader.idsOf('one')).toEqual(['one']);
    expect(reader.timesAsked()).toBe(1);
    reader.wait(2);
    await reader.read('one');
    expect(reader.timesAsked()).toBe(2);
  });

  test('are read again for a key that is not there, once a minute however many ask', async () => {
    const reader = openReader();
    reader.publish({ keys: [keyNamed('one')] });
    await reader.read('one');
    reader.publish({ keys: [keyNamed('one'), keyNamed('two')] });
    for (let asked = 0; asked < 20; asked += 1) await reader.read(`guess ${asked}`);
    expect(await reader.idsOf('two')).toEqual(['one']);
    expect(reader.timesAsked()).toBe(1);
    reader.wait(MINUTE + 1);
    expect(await Promise.all([reader.idsOf('two'), reader.idsOf('two'), reader.idsOf('x')])).toEqual(
      Array(3).fill(['one', 'two']),
    );
    expect(reader.timesAsked()).toBe(2);
  });

  test('are kept while fresh when their host is down, and then are none: no key is better than an old one', async () => {
    const reader = openReader();
    reader.publish({ keys: [keyNamed('one')] });
    await reader.read('one');
    reader.break();
    reader.wait(2 * MINUTE);
    expect(await reader.idsOf('a guess that brings the reader to the broken host')).toEqual(['one']);
    expect(await reader.idsOf('one')).toEqual(['one']);
    expect(reader.timesAsked()).toBe(2);
    reader.wait(3 * MINUTE);
    expect(await reader.read('one')).toBeUndefined();
    expect(await reader.read('one')).toBeUndefined();
    expect(reader.timesAsked()).toBe(3);
    reader.publish({ keys: [keyNamed('one')] });
    reader.wait(MINUTE + 1);
    expect(await reader.idsOf('one')).toEqual(['one']);
  });

  test('that are withdrawn are gone within the hour', async () => {
    const reader = openReader();
    reader.publish({ keys: [keyNamed('leaked')] }, { 'cache-control': 'max-age=86400' });
    await reader.read('leaked');
    reader.publish({ keys: [keyNamed('new')] }, { 'cache-control': 'max-age=86400' });
    reader.wait(60 * MINUTE);
    expect(await reader.idsOf('leaked')).toEqual(['new']);
  });

  const certificate = 'MIID'.repeat(500);
  test.each<[string, unknown, boolean]>([
    ['twelve keys with their certificates', { keys: many(12, { x5c: [certificate] }) }, true],
    [
      'keys of kinds that we do not use, beside one that we do',
      { keys: [keyNamed('one'), { kty: 'x' }] },
      true,
    ],
    ['more than 64 KiB', { keys: many(12, { x5c: [certificate.repeat(4)] }) }, false],
    ['51 keys', { keys: many(51) }, false],
    ['a private key', { keys: [keyNamed('one'), { ...keyNamed('two'), d: 'AA' }] }, false],
    ['a symmetric key', { keys: [{ kty: 'oct', k: 'AA', kid: 'one' }] }, false],
    ['no keys', { keys: [] }, false],
    ['a list', [], false],
    ['no JSON', 'keys', false],
  ])('with %s', async (_, body, usable) => {
    const reader = openReader();
    reader.publish(body);
    expect((await reader.read()) !== undefined).toBe(usable);
  });

  test('30: at a name with an address within are never asked for', async () => {
    internet.addresses.set('app.test', ['160.79.104.10', '10.0.0.1']);
    const read = createPublishedKeys({ fetchDocument: createAddressGuard(internet.guard), clock });
    const before = internet.dialled.length;
    for (const url of ['https://app.test/keys', 'https://169.254.169.254/keys', 'http://keys.test/keys']) {
      expect(await read(url, 'one')).toBeUndefined();
    }
    expect(internet.dialled.length).toBe(before);
  });
});

describe('T11: an issuer that is trusted by its address', () => {
  test.each([
    ['https://idp.test', 'https://idp.test/.well-known/openid-configuration'],
    ['https://idp.test/', 'https://idp.test/.well-known/openid-configuration'],
    ['https://idp.test/oauth2/one', 'https://idp.test/oauth2/one/.well-known/openid-configuration'],
    ['https://idp.test/two', 'https://idp.test/.well-known/oauth-authorization-server/two'],
  ])('%s says where its keys are, and may change them', async (issuer, metadataUrl) => {
    const jwks_uri = `https://keys.test/${randomUUID()}`;
    internet.publish(metadataUrl, { issuer, jwks_uri, padding: 'x'.repeat(8000) });
    const [first, next] = [
      await newIdentityProvider(issuer, 'RS256', 'first'),
      await newIdentityProvider(issuer, 'ES256', 'next'),
    ];
    internet.publish(jwks_uri, first.jwks);
    const company = await companies.openCompany();
    await trust(company, first, {});
    await link(company, first, company.subject, company.member.email);
    expect((await company.present(await company.assert({}, first))).status).toBe(200);
    expect(await refusalOf(await company.present(await company.assert({}, next)))).toEqual(INVALID_GRANT);
    internet.publish(jwks_uri, { keys: [first.publicJwk, next.publicJwk] });
    aheadMs += (MINUTE + 1) * 1000;
    const now = Math.floor(clock.nowMs() / 1000);
    const fresh = { claims: { iat: now, exp: now + 300 } };
    expect((await company.present(await company.assert(fresh, next))).status).toBe(200);
    expect((await company.present(await company.assert(fresh, first))).status).toBe(200);
  });

  test.each<[string, unknown]>([
    ['of another issuer', { issuer: 'https://evil.test', jwks_uri: 'https://keys.test/any' }],
    ['without keys', { issuer: 'https://idp.test/liar' }],
    ['with keys within', { issuer: 'https://idp.test/liar', jwks_uri: 'https://127.0.0.1/keys' }],
    ['with keys in clear', { issuer: 'https://idp.test/liar', jwks_uri: 'http://keys.test/any' }],
  ])('is not trusted by metadata %s', async (_, metadata) => {
    const provider = await newIdentityProvider('https://idp.test/liar');
    internet.publish('https://keys.test/any', provider.jwks);
    internet.publish(`${provider.issuer}/.well-known/openid-configuration`, metadata);
    const workshop = await companies.newWorkshop();
    await expect(trust(workshop, provider, {})).rejects.toThrow('trust: 400');
    expect(await (await workshop.send('GET', '/trusted-issuers')).json()).toEqual({ items: [] });
  });
});

describe('T11: a client that is known by its document', () => {
  test('presents assertions once people’s browsers made it known here, if it signs; nobody reads it at /token', async () => {
    internet.addresses.delete('app.test');
    const { url } = companies.world;
    const client_id = `https://app.test/${randomUUID()}`;
    const signer = newSigner();
    internet.publish(client_id, {
      client_id,
      client_name: 'Desk',
      redirect_uris: ['https://app.test/callback'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [signer.publicJwk] },
    });
    const company = await companies.openCompany();
    const ask = async () => {
      const now = Math.floor(clock.nowMs() / 1000);
      const claims = { iat: now, exp: now + 60, resource: url + company.path };
      const assertion = await company.provider.assert(
        { subject: company.subject, clientId: client_id, audience: url },
        { claims },
      );
      const proof = await signAssertion({ client_id, ...signer }, url, { iat: now, exp: now + 60 });
      return postToken(url, { grant_type: JWT_BEARER, assertion, ...assertionForm(proof) });
    };
    expect(await refusalOf(await ask())).toEqual({ status: 401, error: 'invalid_client' });
    expect(internet.timesAsked(client_id)).toBe(0);
    const { challenge } = newVerifier();
    const redirect_uri = 'https://app.test/callback';
    const href = authorizeUrl(url, { client_id, redirect_uri, code_challenge: challenge });
    expect((await fetch(href, { redirect: 'manual' })).status).toBe(303);
    const answer = (await (await ask()).json()) as AssertedTokens;
    expect(await companies.callAt(company.path, answer.access_token)).toBe(200);
    expect(internet.timesAsked(client_id)).toBe(1);
  });
});

describe('T2: a client of the portal that publishes its keys', () => {
  const signed = (clientId: string, key: KeyObject, kid: string) => {
    const now = Math.floor(clock.nowMs() / 1000);
    return new SignJWT({
      iss: clientId,
      sub: clientId,
      aud: companies.world.url,
      jti: randomUUID(),
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key);
  };

  test('proves itself with the one that it uses today, also when it changes it', async () => {
    const { newClient, send } = await companies.newWorkshop();
    const jwks_uri = `https://app.test/${randomUUID()}`;
    internet.addresses.delete('app.test');
    const [old, fresh] = [newSigner(), newSigner()];
    internet.publish(jwks_uri, { keys: [{ ...old.publicJwk, kid: 'old' }] });
    const client = await newClient({ auth_method: 'private_key_jwt', jwks_uri });
    const listed = (await (await send('GET', '/clients')).json()) as { items: Record<string, unknown>[] };
    expect(listed.items).toMatchObject([{ jwks_uri, key_ids: null }]);
    const ask = async (key: KeyObject, kid: string) => {
      const assertion = await signed(client.client_id, key, kid);
      return (
        await postToken(companies.world.url, {
          grant_type: 'client_credentials',
          ...assertionForm(assertion),
        })
      ).status;
    };
    expect(await ask(old.privateKey, 'old')).toBe(200);
    expect(await ask(fresh.privateKey, 'fresh')).toBe(401);

    internet.publish(jwks_uri, { keys: [{ ...fresh.publicJwk, kid: 'fresh' }] });
    const before = internet.timesAsked(jwks_uri);
    aheadMs += (MINUTE + 1) * 1000;
    expect(await ask(fresh.privateKey, 'fresh')).toBe(200);
    expect(await ask(old.privateKey, 'old')).toBe(401);
    expect(await ask(fresh.privateKey, 'old')).toBe(401);
    expect(internet.timesAsked(jwks_uri)).toBe(before + 1);
  });

  test('whose keys cannot be read is not made', async () => {
    const { newClient, send } = await companies.newWorkshop();
    for (const jwks_uri of ['https://app.test/nothing', 'https://10.0.0.1/keys']) {
      await expect(newClient({ auth_method: 'private_key_jwt', jwks_uri })).rejects.toThrow('client: 400');
    }
    expect(await (await send('GET', '/clients')).json()).toEqual({ items: [], next_cursor: null, total: 0 });
  });
});

function many(count: number, more: Record<string, unknown> = {}) {
  return Array.from({ length: count }, (_, index) => ({ ...keyNamed(`key ${index}`), ...more }));
}
