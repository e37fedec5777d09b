import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postToken, rpc } from '../support/oauth-client.ts';
import { openWorld, refusalOf, type World } from './support/world.ts';

const CLAUDE = '160.79.104.0/21';
const UNCONFIRMED_MAX = 100;

/** Behind one listed proxy, which is this test: the addresses of callers are what it says. */
let world: World;
beforeAll(async () => {
  world = await openWorld({
    trustedProxies: ['127.0.0.0/8', '::1'],
    sharedEgress: [CLAUDE],
    unconfirmedClientsMax: UNCONFIRMED_MAX,
  });
});
afterAll(() => world.close());

const uniqueName = () => `App ${randomBytes(6).toString('hex')}`;
const REDIRECTS = { redirect_uris: ['http://127.0.0.1:33418/callback'] };

const send = (from: string, metadata: Record<string, unknown>, { url } = world) =>
  fetch(`${url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ ...REDIRECTS, ...metadata }),
  });

const countOf = (answers: readonly Response[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

async function unconfirmed(): Promise<number> {
  const [row] = await world.rows<{ clients: number }>(
    `select count(*)::int as clients from clients c
     where kind = 'dynamic' and not exists (select 1 from grants g where g.client_id = c.id)`,
  );
  return row?.clients ?? -1;
}
const emptied = () => world.rows(`delete from clients where kind = 'dynamic'`);
/** The answer that the room is full is remembered for a second. */
async function untilRoom(from: string): Promise<void> {
  const status = async () => (await send(from, { client_name: uniqueName() })).status;
  await expect.poll(status).toBe(201);
}

describe('R9: a ceiling on clients that nobody approved', () => {
  test('35: a flood of 1,000 different clients from 1,000 addresses leaves the table bounded, and Claude still registers', async () => {
    const known = { client_name: uniqueName() };
    const first = (await (await send('203.0.113.1', known)).json()) as { client_id: string };

    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        send(`2001:db8:${index.toString(16)}::1`, {
          client_name: uniqueName(),
          token_endpoint_auth_method: index % 2 === 0 ? 'none' : 'client_secret_post',
        }),
      ),
    );
    expect(await unconfirmed()).toBe(UNCONFIRMED_MAX);
    expect(countOf(answers, 201)).toBe(UNCONFIRMED_MAX - 1);
    expect(countOf(answers, 429)).toBe(1000 - UNCONFIRMED_MAX + 1);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('content-type')).toContain('application/json');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused && (await refusalOf(refused)).error).toBe('temporarily_unavailable');

    // Claude, which registers anew for each connection, with a secret and without.
    for (const token_endpoint_auth_method of ['client_secret_post', 'none']) {
      const answer = await send('160.79.105.9', { client_name: 'Claude', token_endpoint_auth_method });
      expect(answer.status).toBe(201);
    }
    // What is registered already takes no room, wherever it comes from.
    const again = await send('198.51.100.77', known);
    expect([again.status, await again.json()]).toMatchObject([201, first]);
    await emptied();
    await untilRoom('203.0.113.9');
  });

  test('35: the listed networks cannot fill the table without end either', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, () =>
        send('160.79.104.1', { client_name: 'Claude', token_endpoint_auth_method: 'client_secret_post' }),
      ),
    );
    expect(countOf(answers, 429)).toBeGreaterThan(0);
    expect(await unconfirmed()).toBe(2 * UNCONFIRMED_MAX);
    await emptied();
    await untilRoom('203.0.113.9');
  });

  test('a full table makes room from what was not used for an hour, and never from what a person approved', async () => {
    await emptied();
    const organisation = await world.newOrganisation();
    const { clientId } = await world.connect(await world.newMember([organisation, 'member']), 'read');
    await Promise.all(
      Array.from({ length: UNCONFIRMED_MAX }, (_, index) =>
        send(`2001:db8:aa:${index}::1`, { client_name: uniqueName() }),
      ),
    );
    expect((await send('203.0.113.2', { client_name: uniqueName() })).status).toBe(429);
    await world.rows(
      `update clients set last_used_at = now() - interval '61 minutes' where id = $1 or id in
         (select id from clients where kind = 'dynamic' and id <> $1 order by id limit 40)`,
      [clientId],
    );
    await untilRoom('203.0.113.2');
    expect(await unconfirmed()).toBe(UNCONFIRMED_MAX - 40 + 1);
    expect(await world.rows('select 1 from clients where id = $1', [clientId])).toHaveLength(1);
    await world.rows(
      `delete from clients c where not exists (select 1 from grants g where g.client_id = c.id)`,
    );
  });
});

describe('L1, 64: whom a registration counts against', () => {
  const many = (count: number, from: (index: number) => string, where = world) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        send(from(index), { client_name: 'One and the same' }, where),
      ),
    );

  test.each<[string, (index: number) => string]>([
    ['one address', () => '198.51.100.1'],
    ['one IPv6 site, by ever new addresses', (index) => `2001:db8:5:5:${index.toString(16)}::1`],
    [
      'one address in ever new spellings',
      (index) =>
        ['198.51.100.2', '::ffff:198.51.100.2', '::FFFF:c633:6402', '198.51.100.2:80'][index % 4] ?? '',
    ],
    ['one address that forges who came before it', (index) => `160.79.104.${index % 250}, 198.51.100.3`],
    ['one address that forges proxies', (index) => `160.79.104.${index % 250}, 127.0.0.1, 198.51.100.4`],
  ])('a flood from %s is held back after 300', async (_, from) => {
    const answers = await many(310, from);
    // A few more than 300 come free while it goes on.
    expect(countOf(answers, 429)).toBeGreaterThan(0);
    expect(countOf(answers, 201)).toBeGreaterThanOrEqual(300);
  });

  test('one flood starves nobody else', async () => {
    await many(310, () => '198.51.100.5');
    expect((await send('198.51.100.6', { client_name: 'One and the same' })).status).toBe(201);
  });

  test('all who come through Claude share a wide bucket, however few its addresses', async () => {
    const answers = await many(1000, () => '160.79.104.7');
    expect(countOf(answers, 201)).toBe(1000);
  });

  test('without a listed proxy nobody is believed, least of all who claims to be Claude', async () => {
    const open = await openWorld({ sharedEgress: [CLAUDE] });
    try {
      const answers = await many(310, (index) => `160.79.104.${index % 250}`, open);
      expect(countOf(answers, 429)).toBeGreaterThan(0);
    } finally {
      await open.close();
    }
  });

  test('the same holds for the audit trail: each address behind the proxy is told apart', async () => {
    const refuse = (from: string) =>
      fetch(`${world.url}/token`, {
        method: 'POST',
        headers: { 'x-forwarded-for': from },
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'cli_unknown' }),
      });
    await Promise.all(Array.from({ length: 30 }, (_, index) => refuse(`198.51.100.${index % 2}`)));
    await expect
      .poll(() => world.rows(`select 1 from audit_events where action = 'client.refused'`))
      .toHaveLength(20);
  });
});

describe('R8: a client expires', () => {
  const age = (clientId: string, days: number) =>
    world.rows(`update clients set last_used_at = now() - make_interval(days => $2) where id = $1`, [
      clientId,
      days,
    ]);
  const sweep = () => world.latchkey.store.clients.expireUnused();
  const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

  async function connected() {
    const organisation = await world.newOrganisation();
    const member = await world.newMember([organisation, 'member']);
    return { member, ...(await world.connect(member, 'read')) };
  }
  /** As if all of it had happened so long ago. */
  async function ageGrant(grantId: string, days: number): Promise<void> {
    const ago = `now() - make_interval(days => ${days})`;
    await world.rows(`update grants set created_at = ${ago} where id = $1`, [grantId]);
    await world.rows(`update refresh_tokens set created_at = ${ago} where grant_id = $1`, [grantId]);
    await world.rows(`update keys set created_at = ${ago} where grant_id = $1`, [grantId]);
  }

  test('90 days after its last use with a grant: /token says invalid_client, /authorize shows a page, and it may register anew', async () => {
    const { member, clientId, grantId, href, tokens } = await connected();
    await age(clientId, 91);
    await ageGrant(grantId, 91);
    await sweep();
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: tokens.refresh_token };
    expect(await refusalOf(await postToken(world.url, form))).toEqual(INVALID_CLIENT);
    const page = await member.browser.follow(href);
    expect(page.status).toBe(400);
    expect(page.html).toContain('not known here');

    const [old] = await world.rows<{ name: string }>('select name from clients where id = $1', [clientId]);
    const answer = await send('203.0.113.50', { client_name: old?.name, token_endpoint_auth_method: 'none' });
    const { client_id } = (await answer.json()) as { client_id: string };
    expect(client_id).not.toBe(clientId);
    expect((await member.browser.follow(href.replace(clientId, client_id))).status).toBe(200);
  });

  test('89 days after, it is as it was', async () => {
    const { clientId, grantId, tokens } = await connected();
    await age(clientId, 89);
    await ageGrant(grantId, 89);
    await sweep();
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: tokens.refresh_token };
    expect((await postToken(world.url, form)).status).toBe(200);
  });

  test('a call or a refresh is a use, though the app was approved long ago', async () => {
    const called = await connected();
    const refreshed = await connected();
    for (const { clientId, grantId } of [called, refreshed]) {
      await age(clientId, 100);
      await ageGrant(grantId, 100);
    }
    await rpc(`${world.url}/mcp`, { authorization: `Bearer ${called.tokens.access_token}` }, 'tools/list');
    await expect
      .poll(() =>
        world.rows('select 1 from keys where grant_id = $1 and last_used_at is not null', [called.grantId]),
      )
      .toHaveLength(1);
    const form = { grant_type: 'refresh_token', refresh_token: refreshed.tokens.refresh_token };
    const answer = await postToken(world.url, { ...form, client_id: refreshed.clientId });
    expect(answer.status).toBe(200);
    await sweep();
    const left = await world.rows('select 1 from clients where id = any($1) and deleted_at is null', [
      [called.clientId, refreshed.clientId],
    ]);
    expect(left).toHaveLength(2);
  });

  test('clients that an admin made do not expire', async () => {
    const organisation = await world.newOrganisation();
    await world.rows(
      `insert into clients (id, kind, name, redirect_uris, auth_method, org_id, last_used_at)
       values ('cli_made_by_hand', 'portal', 'By hand', '[]', 'none', $1, now() - interval '400 days')`,
      [organisation.orgId],
    );
    await sweep();
    await world.latchkey.store.clients.deleteUnconfirmed();
    expect(
      await world.rows(`select 1 from clients where id = 'cli_made_by_hand' and deleted_at is null`),
    ).toHaveLength(1);
  });
});
