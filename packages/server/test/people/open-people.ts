import { randomBytes } from 'node:crypto';
import { createPublishMcp } from '../../src/connectors/publish-mcp.ts';
import type { GuardedOpenOptions } from '../../src/kernel/guarded-open.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createAccounts } from '../../src/people/accounts.ts';
import { createPeople } from '../../src/people/people.ts';
import { createSetup } from '../../src/people/setup.ts';
import type { Store } from '../../src/store/store.ts';
import { createVault } from '../../src/upstreams/credentials/vault.ts';
import { createSealedEnvironment } from '../../src/upstreams/sealed-environment.ts';
import { wireCompany } from '../../src/wire-company.ts';
import { createTestStore } from '../support/database.ts';
import { untilBlocked } from '../support/until-blocked.ts';

export const PASSWORD = 'correct horse battery';

/** People on a database of their own, with a clock that the test may move on. */
export async function openPeople(
  baseUrl = 'http://localhost:4747',
  { guard }: { guard?: GuardedOpenOptions | undefined } = {},
) {
  const database = await createTestStore();
  let aheadMs = 0;
  const clock = { nowMs: () => Date.now() + aheadMs };
  const secret = new Uint8Array(randomBytes(32));
  const people = createPeople({ store: database.store, baseUrl, secret, clock, log: silentLog });
  const environment = createSealedEnvironment(secret);
  const dns = new Map<string, string[]>();
  const company = wireCompany({
    store: database.store,
    people,
    masterSecret: secret,
    webBaseUrl: baseUrl,
    guard,
    resolveTxt: async (domain) => (dns.get(domain) ?? []).map((record) => [record]),
    maySeal: () => true,
    clock,
    log: silentLog,
  });
  return {
    store: database.store,
    url: database.url,
    people,
    accounts: createAccounts({ store: database.store, people, clock, baseUrl, masterSecret: secret }),
    publishMcp: createPublishMcp({ store: database.store, environment, clock }),
    setCredential: createVault({ store: database.store, sealKey: secret, clock, mayCache: () => false }).set,
    environment,
    company,
    /** The TXT records of each domain. */
    dns,
    setup: createSetup({ store: database.store }),
    clock,
    pass(ms: number) {
      aheadMs += ms;
    },
    async close() {
      company.close();
      await database.close();
    },
  };
}

/** Every row of every table, as one text. */
export async function dumpOf(store: Store): Promise<string> {
  const tables = await store.pool.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
  );
  const parts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await store.pool.query<{ row: string }>(`select t::text as row from ${name} t`);
    parts.push(name, ...rows.map(({ row }) => row));
  }
  return parts.join('\n');
}

/** What a browser would send back of these Set-Cookie lines. */
export function cookieHeader(setCookies: readonly string[]): Headers {
  return new Headers({ cookie: setCookies.map((line) => line.split(';')[0]).join('; ') });
}

export function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/**
 * Starts all the work while nobody can write to `table`, and lets go when each piece of it waits for a lock: whatever
 * they read before they write, they have read the same. (Who looks is another session: one sees itself frozen.)
 */
export async function racedBehind<T>(
  store: Store,
  table: 'organisations' | 'memberships',
  work: (() => Promise<T>)[],
  {
    meanwhile,
    mode = 'share',
  }: {
    /** Done once all of it waits. */
    meanwhile?: () => Promise<unknown>;
    /** `exclusive`: also who only locks a row has to wait. */
    mode?: 'share' | 'exclusive';
  } = {},
): Promise<T[]> {
  const holder = await store.pool.connect();
  try {
    await holder.query(`begin; lock table ${table} in ${mode} mode`);
    const pending = Promise.all(work.map((start) => start()));
    await untilBlocked(store, work.length);
    await meanwhile?.();
    await holder.query('commit');
    return await pending;
  } finally {
    holder.release();
  }
}
