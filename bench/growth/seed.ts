// Fills a database: by the product's own functions where there is something to check, by statements where there is much.
import type { App } from '../../packages/server/src/app.ts';
import type { OrganisationId, UserId } from '../../packages/server/src/kernel/ids.ts';
import { importConnector, newId } from './built.ts';
import { addKeys, addSpent, type Credentials } from './credentials.ts';
import { documentOf } from './document.ts';
import { MAIN, OF_MAIN, SHARE_OF_MAIN, TOOLED, type Sizes } from './sizes.ts';

const ROWS_PER_STEP = 200_000;
const SEALED_PER_STEP = 100_000;
const DAYS = 90;
const MARKS = ['chain', 'usage', 'webhooks', 'intents'] as const;

export async function seed(
  latchkey: App,
  sizes: Sizes,
  { say, upstream }: { say: (line: string) => void; upstream: string },
): Promise<Credentials> {
  const { keys, people, store } = latchkey;
  const { pool } = store;
  const run = (statement: string, values: unknown[] = []) => pool.query(statement, values);

  async function organisation(slug: string): Promise<{ orgId: OrganisationId; userId: UserId; key: string }> {
    const email = `${slug}@growth.test`;
    const person = await people.createUser({ email, name: slug, password: 'latchkey-growth' });
    if (!person.ok) throw new Error(person.error.reason);
    const { userId } = person.value;
    const made = await people.createOrganisation({ slug, name: slug, tokenMode: 'token', ownerId: userId });
    if (!made.ok) throw new Error(made.error.reason);
    const { orgId } = made.value;
    const { secret } = await keys.create({
      orgId,
      holder: { userId },
      name: 'Measured',
      access: 'full',
      expiresInDays: undefined,
      createdBy: userId,
      requestId: newId('req'),
    });
    return { orgId, userId, key: secret };
  }

  async function connector(orgId: OrganisationId | null, slug: string, operations: number): Promise<void> {
    const imported = await importConnector(store, {
      orgId,
      slug,
      name: slug,
      baseUrl: upstream,
      document: documentOf(slug, operations),
    });
    if (!imported.ok) throw new Error(imported.error.message);
  }

  const main = await organisation(MAIN);
  const tooled = await organisation(TOOLED);
  await connector(null, 'shop', 12);
  await connector(tooled.orgId, 'big', sizes.tools);

  const others = sizes.organisations - 1;
  say(`${others} other organisations, each with an owner`);
  await run(
    `insert into users (id, name, email) select 'usr_' || lpad(i::text, 20, '0'), 'Person ' || i, 'p' || i || '@others.test'
     from generate_series(1, $1::int) i`,
    [others],
  );
  await run(
    `insert into organisation_slugs (slug, org_id) select 'org-' || i, 'org_' || lpad(i::text, 20, '0')
     from generate_series(1, $1::int) i`,
    [others],
  );
  await run(
    `insert into organisations (id, slug, name, token_mode)
     select 'org_' || lpad(i::text, 20, '0'), 'org-' || i, 'Organisation ' || i, case when i % 2 = 0 then 'key' else 'token' end
     from generate_series(1, $1::int) i`,
    [others],
  );
  await run(
    `insert into memberships (org_id, user_id, role)
     select 'org_' || lpad(i::text, 20, '0'), 'usr_' || lpad(i::text, 20, '0'), 'owner' from generate_series(1, $1::int) i`,
    [others],
  );
  // The measured organisation is number 0 of all that follows, and has as much of its own however many others there are.
  await run(
    `create table if not exists growth_organisations (number int primary key, org_id text not null, user_id text not null)`,
  );
  await run(
    `insert into growth_organisations select 0, $1, $2 union all select -1, $4, $5 union all
     select i, 'org_' || lpad(i::text, 20, '0'), 'usr_' || lpad(i::text, 20, '0') from generate_series(1, $3::int) i`,
    [main.orgId, main.userId, others, tooled.orgId, tooled.userId],
  );
  const place = (own: number) =>
    others === 0 ? `0` : `case when i < ${own} then 0 else 1 + i % ${others} end`;

  await inSteps('keys', sizes.keys, (from, to) =>
    run(
      `insert into keys (id, org_id, name, access, user_id, hint, secret_hash, minted_as, created_by, created_at, last_used_at)
       select 'key_' || md5('k' || i), org_id, 'Key ' || i, case when i % 3 = 0 then 'read' else 'full' end, user_id,
              'lk_live_' || substr(md5(i::text), 1, 4) || '…', translate(encode(sha256(('filler' || i)::bytea), 'base64'), '+/=', '-_'),
              'owner', user_id, now() - i % 5000000 * interval '1 second', now() - i % 700000 * interval '1 second'
       from generate_series($1::int, $2::int - 1) i join growth_organisations o on o.number = ${place(OF_MAIN.keys)}`,
      [from, to],
    ),
  );
  const clients = Math.max(20, Math.round(sizes.grants / 50));
  await run(
    `insert into clients (id, kind, name, redirect_uris, auth_method, metadata_hash)
     select 'cli_' || lpad(i::text, 20, '0'), 'dynamic', 'App ' || i, '["http://127.0.0.1:33418/callback"]', 'none', 'filler' || i
     from generate_series(0, $1::int - 1) i`,
    [clients],
  );
  await inSteps(
    'grants, each with its key and a family of refresh tokens',
    sizes.grants,
    async (from, to) => {
      await run(
        `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, created_at, expires_at, revoked_at)
       select 'grt_' || md5('g' || i), org_id, user_id, 'cli_' || lpad((i % ${clients})::text, 20, '0'), 'full', 'http://localhost/mcp', '127.0.0.1',
              'token', now() - i % 2500000 * interval '1 second', now() + interval '30 days' - i % 2500000 * interval '1 second',
              case when i % 20 = 0 then now() end
       from generate_series($1::int, $2::int - 1) i join growth_organisations o on o.number = ${place(OF_MAIN.grants)}`,
        [from, to],
      );
      await run(
        `insert into keys (id, org_id, name, access, user_id, grant_id, minted_as, created_at, revoked_at, last_used_at)
       select 'key_' || md5('gk' || i), org_id, 'App ' || i % ${clients}, 'full', user_id, 'grt_' || md5('g' || i), 'owner',
              now() - i % 2500000 * interval '1 second', case when i % 20 = 0 then now() end, now() - i % 700000 * interval '1 second'
       from generate_series($1::int, $2::int - 1) i join growth_organisations o on o.number = ${place(OF_MAIN.grants)}`,
        [from, to],
      );
      await run(
        `insert into refresh_tokens (token_hash, org_id, grant_id, expires_at)
       select 'filler' || i, org_id, 'grt_' || md5('g' || i), now() + interval '30 days'
       from generate_series($1::int, $2::int - 1) i join growth_organisations o on o.number = ${place(OF_MAIN.grants)}`,
        [from, to],
      );
    },
  );
  const sealedTo = await takeTrail();
  await inSteps('audit rows', sizes.auditRows, (from, to) =>
    run(
      `insert into audit_events (org_id, at, phase, action, actor_kind, actor_id, key_id, target, request_id, outcome, status, duration_ms, detail)
       select org_id, now() - interval '1 hour' - ($3::int - i) * (interval '${DAYS} days' / $3::int),
              case when i % 20 = 7 then 'intent' when i % 20 = 8 then 'outcome' else 'event' end, 'tool.call', 'user', user_id,
              'key_' || md5('k' || i % 100), case when i % 20 in (7, 8) then 'change_thing_1' else 'get_thing_' || i % 12 end,
              'req_' || md5(case when i % 20 = 8 then i - 1 else i end::text), case when i % 20 = 7 then null when i % 97 = 0 then 'failed' else 'ok' end,
              case when i % 20 = 7 then null when i % 97 = 0 then 502 else 200 end, i % 300, '{"connector": "shop"}'
       from generate_series($1::int, $2::int - 1) i
       join growth_organisations o on o.number = ${others === 0 ? '0' : `case when i % ${SHARE_OF_MAIN} = 0 then 0 else 1 + (i::float8 / $3::int * ${others})::int % ${others} end`}
       order by i`,
      [from, to, sizes.auditRows],
    ),
  );
  const last = await store.auditTrail.lastId();
  // As the service itself does it behind the calls: the chains are whole, and every hour is counted.
  await inSteps(
    'audit rows sealed and counted',
    last - sealedTo,
    (from, to) =>
      store.transaction(async ({ auditTrail, usageHours }) => {
        await auditTrail.seal(sealedTo + from, sealedTo + to);
        await usageHours.count(sealedTo + from, sealedTo + to);
      }),
    SEALED_PER_STEP,
  );
  await store.transaction(async ({ auditTrail }) => {
    for (const mark of MARKS) await auditTrail.setDone(mark, last);
  });

  say('keys and families to call with');
  const elsewhere = others === 0 ? [] : await addKeys(pool, others, 'where number > 0');
  const spent = await addSpent(latchkey);
  say('vacuum analyze');
  await run('vacuum (freeze, analyze)');
  await run('checkpoint').catch(() => undefined);
  return {
    main: main.key,
    tooled: tooled.key,
    ...spent,
    elsewhere: elsewhere.map((key, index) => ({ key, slug: `org-${index + 1}` })),
  };

  /** The service, which goes through the rows by itself, leaves them to us from here on. */
  async function takeTrail(): Promise<number> {
    for (;;) {
      const doneTo = await store.transaction(async ({ auditTrail }) => {
        for (const mark of MARKS) if ((await auditTrail.claim(mark)) === undefined) return undefined;
        const sealed = await auditTrail.doneTo('chain');
        for (const mark of MARKS) await auditTrail.setDone(mark, Number.MAX_SAFE_INTEGER);
        return sealed;
      });
      if (doneTo !== undefined) return doneTo;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function inSteps(
    what: string,
    all: number,
    step: (from: number, to: number) => Promise<unknown>,
    size = ROWS_PER_STEP,
  ): Promise<void> {
    const startedMs = performance.now();
    for (let from = 0; from < all; from += size) {
      await step(from, Math.min(all, from + size));
      if (from % (size * 5) === 0 && all > size)
        say(`${what}: ${Math.min(all, from + size).toLocaleString('en')} of ${all.toLocaleString('en')}`);
    }
    say(`${what}: ${all.toLocaleString('en')} in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  }
}
