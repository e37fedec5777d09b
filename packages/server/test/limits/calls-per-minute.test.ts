import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createPerson } from '../../src/demo/person.ts';
import { PASSWORD, startService, type Service } from '../telemetry/support/service.ts';

// The service as the operator's variables make it, from the environment to the doors and to the page of limits.
let service: Service;
beforeAll(async () => {
  const read = readConfig({
    LATCHKEY_CALLS_PER_MINUTE_PER_KEY: '7',
    LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION: '900000',
  });
  if (!read.ok) throw new Error(read.error.join('\n'));
  service = await startService({ calls: read.value.calls });
});
afterAll(() => service.close());

const policyFor = async (key: string) =>
  (await service.call('no_such_tool', {}, key)).headers.get('ratelimit-policy');

test('a key and an organisation may call as often in a minute as the operator’s variables say', async () => {
  const key = await service.keyWith('read');
  expect(await policyFor(key)).toBe('"key";q=7;w=60, "organisation";q=900000;w=60');
  const more = await Promise.all(Array.from({ length: 20 }, () => service.call('no_such_tool', {}, key)));
  expect(more.some(({ status }) => status === 429)).toBe(true);
});

test('what an organisation or a key allowed itself before the operator allowed less holds at what the operator allows', async () => {
  const { store } = service.latchkey;
  const none = { perKey: null, perOrganisation: null };
  const own = { perKey: 600, perOrganisation: 1_000_000 };
  expect(await store.people.changeCallLimits(service.orgId, none, own)).toBe(true);
  expect(await policyFor(await service.keyWith('read', 500))).toBe(
    '"key";q=7;w=60, "organisation";q=900000;w=60',
  );
  expect(await store.people.changeCallLimits(service.orgId, own, none)).toBe(true);
});

test('the page of limits says what the operator allows, and takes no more', async () => {
  const origin = service.latchkey.webBaseUrl;
  const person = createPerson({ origins: [origin] });
  await person.submit(
    await person.visit(`${origin}/sign-in`),
    { email: 'owner@acme.test', password: PASSWORD },
    'email',
  );
  const path = `${origin}/portal/v1/organisations/acme/settings/limits`;
  const headers = { cookie: person.cookieHeader(), origin, 'content-type': 'application/json' };
  expect(await (await fetch(path, { headers })).json()).toMatchObject({
    most: { calls_per_key: 7, calls_per_organisation: 900_000 },
  });
  const was = { calls_per_key: null, calls_per_organisation: null };
  const refused = await fetch(path, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ ...was, calls_per_key: 8, was }),
  });
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain(
    'The operator allows 7 calls a minute for a key and 900000 for the organisation, and no more.',
  );
});
