import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReelport } from '../../src/demo/reelport/start-reelport.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { AUDIENCE, goodClaims, ISSUER } from './support/issuer.ts';
import { at, textAt } from './support/json.ts';
import { idsOf } from './support/make.ts';
import { startWorld, type World } from './support/world.ts';

describe('the service', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test('takes over a well-formed X-Request-Id and names it in a problem', async () => {
    const headers = { 'x-request-id': 'req_from.gateway-1' };
    const answer = await world.anonymous('list_bundles', { headers });
    expect(answer.headers.get('x-request-id')).toBe('req_from.gateway-1');
    expect(textAt(answer.body, 'request_id')).toBe('req_from.gateway-1');
  });

  test.each(['', 'a b', 'x'.repeat(129), '"><script>', 'a,b'])(
    'replaces the X-Request-Id %j, which is not well-formed',
    async (given) => {
      const answer = await world.anonymous('list_bundles', { headers: { 'x-request-id': given } });
      expect(answer.headers.get('x-request-id')).toMatch(/^req_[A-Za-z0-9_-]{20}$/);
    },
  );

  test('answers a path that there is not with a problem', async () => {
    const headers = { authorization: `Bearer ${await world.issuer.sign(goodClaims())}` };
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['PUT', '/bundles'],
    ] as const) {
      const response = await fetch(world.url + path, { method, headers });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('x-request-id')).toMatch(/^req_/);
      expect(response.headers.get('ratelimit')).toMatch(/^"organisation";r=/);
    }
    expect((await fetch(`${world.url}/nothing`)).status).toBe(401);
  });

  test('counts down RateLimit and refuses beyond the limit, each organisation for itself', async () => {
    const limited = await startWorld({ requestsPerMinute: 3 });
    const ours = limited.organisation();
    for (const left of [2, 1, 0]) {
      const answer = await ours.full('get_credit_balance');
      expect(answer.headers.get('ratelimit')).toBe(`"organisation";r=${left};t=60`);
      expect(answer.headers.get('ratelimit-policy')).toBe('"organisation";q=3;w=60');
    }
    limited.advanceSeconds(20);
    const refused = await ours.full('get_credit_balance');
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers.get('retry-after')).toBe('40');
    expect((await limited.organisation().full('get_credit_balance')).status).toBe(200);

    limited.advanceSeconds(40);
    expect((await ours.full('get_credit_balance')).status).toBe(200);
    await limited.close();
  });

  test('starts again on the same database, and finds what was there', async () => {
    const { full } = world.organisation();
    const ids = await idsOf(full, 'list_bundles');
    const options = {
      databaseUrl: world.databaseUrl,
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: world.issuer.jwksUrl,
      log: silentLog,
    };
    const others = await Promise.all(Array.from({ length: 4 }, () => startReelport(options)));
    expect(new Set(others.map(({ url }) => url)).size).toBe(4);
    await Promise.all(others.map((other) => other.close()));
    expect(await idsOf(full, 'list_bundles')).toEqual(ids);
  });

  test('does not start on a port that is taken, and says so', async () => {
    const starting = startReelport({
      databaseUrl: world.databaseUrl,
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: world.issuer.jwksUrl,
      log: silentLog,
      port: Number(new URL(world.url).port),
    });
    await expect(starting).rejects.toThrow(/EADDRINUSE/);
  });

  test('shows 250 credits and what publishing costs to a new organisation', async () => {
    const { read } = world.organisation();
    const { body } = await read('get_credit_balance');
    expect(body).toEqual({ balance: 250, publish_cost: 25 });
    expect(at((await read('list_credit_ledger')).body, 'data')).toHaveLength(1);
  });
});
