import type { Pool } from 'pg';
import type { App } from '../../packages/server/src/app.ts';
import { hashSecret, newId, newKeySecret, randomToken } from './built.ts';
import { COLD_KEYS, FAMILIES, MAIN } from './sizes.ts';

/** What the generator calls with. */
export interface Credentials extends Spent {
  /** One that is called with again and again, and the organisation's. */
  readonly main: string;
  readonly tooled: string;
  /** One of each other organisation, the name of which goes with it. */
  readonly elsewhere: readonly { readonly slug: string; readonly key: string }[];
}

/** What a measurement uses up: the next one on the same database needs others. */
export interface Spent {
  /** Of the organisation with the big catalogue, each unused: the pages of the measured one are not to grow by them. */
  readonly cold: readonly string[];
  readonly families: readonly { readonly clientId: string; readonly refreshToken: string }[];
}

export async function addSpent({ mcpBaseUrl, store: { pool } }: App): Promise<Spent> {
  return {
    cold: await addKeys(pool, COLD_KEYS, 'where number = -1'),
    families: await addFamilies(pool, `${mcpBaseUrl}/mcp/${MAIN}`),
  };
}

/** Keys that work, in the organisations that the condition says, one after the other. */
export async function addKeys(pool: Pool, count: number, condition: string): Promise<string[]> {
  const made = Array.from({ length: count }, () => newKeySecret('test'));
  await pool.query(
    `insert into keys (id, org_id, name, access, user_id, hint, secret_hash, minted_as, created_by)
     select 'key_' || md5('w' || hash), org_id, 'To call with', 'full', user_id, hint, hash, 'owner', user_id
     from (select row_number() over () - 1 as n, hash, hint from unnest($1::text[], $2::text[]) as one (hash, hint)) made
     join (select row_number() over (order by number) - 1 as place, * from growth_organisations ${condition}) o
       on o.place = n % (select count(*) from growth_organisations ${condition})
     order by n`,
    [made.map(({ hash }) => hash), made.map(({ hint }) => hint)],
  );
  return made.map(({ secret }) => secret);
}

async function addFamilies(pool: Pool, resource: string): Promise<Credentials['families']> {
  const main = await pool.query<{ org_id: string; user_id: string }>(
    'select org_id, user_id from growth_organisations where number = 0',
  );
  const [{ org_id: orgId, user_id: userId } = { org_id: '', user_id: '' }] = main.rows;
  const made = Array.from({ length: FAMILIES }, () => ({
    clientId: newId('cli'),
    grantId: newId('grt'),
    keyId: newId('key'),
    refreshToken: randomToken(),
  }));
  for (const { clientId, grantId, keyId, refreshToken } of made) {
    await pool.query(
      `insert into clients (id, kind, name, redirect_uris, auth_method) values ($1, 'dynamic', 'Refreshing', '["http://127.0.0.1:33418/callback"]', 'none')`,
      [clientId],
    );
    await pool.query(
      `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, expires_at)
       values ($1, $2, $3, $4, 'full', $5, '127.0.0.1', 'token', now() + interval '30 days')`,
      [grantId, orgId, userId, clientId, resource],
    );
    await pool.query(
      `insert into keys (id, org_id, name, access, user_id, grant_id, minted_as) values ($1, $2, 'Refreshing', 'full', $3, $4, 'owner')`,
      [keyId, orgId, userId, grantId],
    );
    await pool.query(
      `insert into refresh_tokens (token_hash, org_id, grant_id, expires_at) values ($1, $2, $3, now() + interval '30 days')`,
      [hashSecret(refreshToken), orgId, grantId],
    );
  }
  return made.map(({ clientId, refreshToken }) => ({ clientId, refreshToken }));
}
