import { Hono } from 'hono';
import { z } from 'zod';

import type { Clock } from '../../kernel/clock.ts';
import type { ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { isReelportId, newReelportId } from './ids.ts';
import { readJson, readNoQuery, readQuery } from './input.ts';
import { pageQuery, readCursor, toPage } from './page.ts';
import { Problem, notFound } from './problem.ts';

const platform = z.enum(['tiktok', 'instagram', 'youtube', 'linkedin']);
const listQuery = z.strictObject({ ...pageQuery, platform: platform.optional() });
const newAccount = z.strictObject({
  platform,
  handle: z.string().regex(/^@[A-Za-z0-9._-]{1,63}$/, 'must be @ and up to 63 letters, digits, ., _ or -'),
});

interface AccountRow {
  seq: string;
  id: string;
  platform: string;
  handle: string;
  connected_at: Date;
}

const COLUMNS = 'seq, id, platform, handle, connected_at';

function presentAccount(row: AccountRow) {
  return { id: row.id, platform: row.platform, handle: row.handle, connected_at: row.connected_at };
}

export function accountRoutes({ database, clock }: { database: Database; clock: Clock }) {
  const routes = new Hono<ReelportEnv>();

  routes.get('/', async (c) => {
    const query = readQuery(c, listQuery);
    const rows = await database.rows<AccountRow>(
      `select ${COLUMNS} from reelport.accounts
       where org_id = $1 and ($2::text is null or platform = $2) and ($3::bigint is null or seq < $3)
       order by seq desc limit $4`,
      [c.get('caller').orgId, query.platform ?? null, readCursor('accounts', query.cursor), query.limit + 1],
    );
    return c.json(toPage('accounts', rows, query.limit, presentAccount));
  });

  routes.post('/', async (c) => {
    readNoQuery(c);
    const input = await readJson(c, newAccount);
    const [row] = await database.rows<AccountRow>(
      `insert into reelport.accounts (org_id, id, platform, handle, connected_at)
       values ($1, $2, $3, $4, $5) on conflict do nothing returning ${COLUMNS}`,
      [c.get('caller').orgId, newReelportId('acc'), input.platform, input.handle, new Date(clock.nowMs())],
    );
    if (row === undefined) throw new Problem('already_connected', 'This account is connected already.');
    return c.json(presentAccount(row), 201);
  });

  routes.get('/:account_id', async (c) => {
    readNoQuery(c);
    const accountId = c.req.param('account_id');
    if (!isReelportId('acc', accountId)) throw notFound('account');
    const [row] = await database.rows<AccountRow>(
      `select ${COLUMNS} from reelport.accounts where org_id = $1 and id = $2`,
      [c.get('caller').orgId, accountId],
    );
    if (row === undefined) throw notFound('account');
    return c.json(presentAccount(row));
  });

  routes.delete('/:account_id', async (c) => {
    readNoQuery(c);
    const { orgId } = c.get('caller');
    const accountId = c.req.param('account_id');
    if (!isReelportId('acc', accountId)) throw notFound('account');
    await database.transaction(async (tx) => {
      const deleted = await tx.rows(
        'delete from reelport.accounts where org_id = $1 and id = $2 returning id',
        [orgId, accountId],
      );
      if (deleted.length === 0) throw notFound('account');
      await tx.rows(
        `update reelport.bundles set account_ids = array_remove(account_ids, $2), updated_at = $3
         where org_id = $1 and $2 = any(account_ids) and published_at is null`,
        [orgId, accountId, new Date(clock.nowMs())],
      );
    });
    return c.body(null, 204);
  });

  return routes;
}
