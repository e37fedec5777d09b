import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './support/call.ts';
import { goodClaims, NOW_SECONDS, type Claims } from './support/issuer.ts';
import { textAt } from './support/json.ts';
import { startWorld, type World } from './support/world.ts';

describe('the assertion', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  const statusWith = async (token: string | undefined) =>
    (await call(world.url, token, 'get_credit_balance')).status;

  test('of Latchkey is accepted', async () => {
    expect(await statusWith(await world.issuer.sign(goodClaims()))).toBe(200);
  });

  test('is needed', async () => {
    const answer = await world.anonymous('get_credit_balance');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="reelport"');
    expect(textAt(answer.body, 'code')).toBe('unauthenticated');
  });

  test.each<[string, Claims]>([
    ['that has expired', { iat: NOW_SECONDS - 120, exp: NOW_SECONDS - 60 }],
    ['that would live longer than a minute', { exp: NOW_SECONDS + 61 }],
    ['that comes from the future', { iat: NOW_SECONDS + 600, exp: NOW_SECONDS + 660 }],
    ['without an end', { exp: undefined }],
    ['without a beginning', { iat: undefined }],
    ['for another service', { aud: 'https://other.test' }],
    ['for several services at once', { aud: ['https://reelport.test', 'https://other.test'] }],
    ['for nobody', { aud: undefined }],
    ['of another issuer', { iss: 'https://evil.test' }],
    ['of no issuer', { iss: undefined }],
    ['without an organisation', { org_id: undefined }],
    ['with an empty organisation', { org_id: '' }],
    ['with an organisation that is not text', { org_id: { $ne: null } }],
    ['without a subject', { sub: undefined }],
    ['with a role that there is not', { role: 'root' }],
    ['with an access that there is not', { access: 'admin' }],
    ['without an access', { access: undefined }],
  ])('%s is refused', async (_what, change) => {
    expect(await statusWith(await world.issuer.sign(goodClaims(change)))).toBe(401);
  });

  test('signed with a key that is not published is refused: anyone can make a key', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(await statusWith(await world.issuer.sign(goodClaims(), {}, privateKey))).toBe(401);
    expect(await statusWith(await world.issuer.sign(goodClaims(), { kid: 'k2' }, privateKey))).toBe(401);
  });

  test('with a changed payload is refused', async () => {
    const [header, , signature] = (await world.issuer.sign(goodClaims())).split('.');
    const payload = Buffer.from(JSON.stringify(goodClaims({ org_id: 'org_other' }))).toString('base64url');
    expect(await statusWith(`${header}.${payload}.${signature}`)).toBe(401);
  });

  test('without a signature (alg none) is refused', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = part({ alg: 'none', typ: 'latchkey-assertion+jwt', kid: 'k1' });
    expect(await statusWith(`${header}.${part(goodClaims())}.`)).toBe(401);
  });

  test('signed by HS256 with the public key as the secret is refused: the key is no secret', async () => {
    const jwks = await (await fetch(world.issuer.jwksUrl)).text();
    const spki = Buffer.from(await crypto.subtle.exportKey('spki', world.issuer.publicKey));
    for (const secret of [Buffer.from(jwks), spki]) {
      const token = await new SignJWT(goodClaims())
        .setProtectedHeader({ alg: 'HS256', typ: 'latchkey-assertion+jwt', kid: 'k1' })
        .sign(secret);
      expect(await statusWith(token)).toBe(401);
    }
  });

  test('of another type is refused: an access token of the same issuer is no assertion', async () => {
    for (const typ of ['at+jwt', 'JWT']) {
      expect(await statusWith(await world.issuer.sign(goodClaims(), { typ }))).toBe(401);
    }
  });

  test.each(['', 'x', 'a.b.c', '..', `${'a'.repeat(5_000)}.b.c`])(
    'as nonsense (%#) is refused',
    async (token) => {
      expect(await statusWith(token)).toBe(401);
    },
  );

  test('in another scheme, or in the query, is not looked at', async () => {
    const token = await world.issuer.sign(goodClaims());
    const basic = await fetch(`${world.url}/credits/balance`, {
      headers: { authorization: `Basic ${token}` },
    });
    const query = await fetch(`${world.url}/credits/balance?access_token=${token}`);
    expect([basic.status, query.status]).toEqual([401, 401]);
  });

  test('with read access reads, and can change nothing', async () => {
    const { read, full } = world.organisation();
    expect((await read('list_bundles')).status).toBe(200);
    const refused = await read('create_bundle', { json: { title: 'Sneaked in' } });
    expect(refused.status).toBe(403);
    expect(textAt(refused.body, 'code')).toBe('read_only');
    expect(JSON.stringify((await full('list_bundles')).body)).not.toContain('Sneaked in');
  });

  test('cannot be checked while the keys are out of reach: 503, so that nobody is told to sign in again', async () => {
    const away = await startWorld({ jwksUrl: 'http://127.0.0.1:1/jwks.json' });
    const answer = await away.organisation().full('get_credit_balance');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    await away.close();
  });
});
