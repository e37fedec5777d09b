import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const rowsOf = async (action: string) =>
  (
    await world.rows<{ rows: number }>('select count(*)::int as rows from audit_events where action = $1', [
      action,
    ])
  )[0]?.rows;

/** What was written by now: an event waits for a quarter of a second, and they are written in order. */
async function settle(): Promise<void> {
  const { clientId } = await world.newRequest();
  await expect
    .poll(() =>
      world.rows(`select 1 from audit_events where action = 'client.registered' and client_id = $1`, [
        clientId,
      ]),
    )
    .toHaveLength(1);
}

test('strangers who prove nothing cannot fill the audit trail: a flood at each endpoint leaves ten rows', async () => {
  const forms = ['/token', '/revoke', '/introspect'].flatMap((path) =>
    Array.from({ length: 100 }, (_, index) => ({ path, client_id: `cli_${index}` })),
  );
  const statuses = await Promise.all(
    forms.map(async ({ path, client_id }) => {
      const body = new URLSearchParams({
        client_id,
        client_secret: 'x',
        token: 'x',
        grant_type: 'refresh_token',
      });
      // Whatever it says about its address.
      const headers = { 'x-forwarded-for': client_id.replace('cli_', '192.0.2.') };
      return (await fetch(world.url + path, { method: 'POST', body, headers })).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
  await settle();
  expect(await rowsOf('client.refused')).toBe(10);
});

test('nor by opening authorize URLs that ask for what is not possible', async () => {
  const { href } = await world.newRequest({ response_type: 'token' });
  const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await fetch(href)).status));
  expect(new Set(statuses)).toEqual(new Set([400]));
  await settle();
  expect(await rowsOf('authorize.refused')).toBe(10);
});
