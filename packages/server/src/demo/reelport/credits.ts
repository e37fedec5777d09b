import { Hono } from 'hono';
import { z } from 'zod';

import type { ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { readNoQuery, readQuery } from './input.ts';
import { pageQuery, readCursor, toPage } from './page.ts';

/** Credits that publishing one bundle takes. The document says the same. */
export const PUBLISH_COST = 25;

const ledgerQuery = z.strictObject(pageQuery);

interface LedgerRow {
  seq: string;
  id: string;
  kind: 'grant' | 'publish';
  amount: number;
  balance_after: number;
  bundle_id: string | null;
  description: string;
  created_at: Date;
}

export function creditRoutes({ database }: { database: Database }) {
  const routes = new Hono<ReelportEnv>();

  routes.get('/balance', async (c) => {
    readNoQuery(c);
    const [row] = await database.rows<{ credits: number }>(
      'select credits from reelport.organisations where org_id = $1',
      [c.get('caller').orgId],
    );
    return c.json({ balance: row?.credits ?? 0, publish_cost: PUBLISH_COST });
  });

  routes.get('/ledger', async (c) => {
    const { limit, cursor } = readQuery(c, ledgerQuery);
    const rows = await database.rows<LedgerRow>(
      `select seq, id, kind, amount, balance_after, bundle_id, description, created_at
       from reelport.ledger where org_id = $1 and ($2::bigint is null or seq < $2)
       order by seq desc limit $3`,
      [c.get('caller').orgId, readCursor('ledger', cursor), limit + 1],
    );
    return c.json(toPage('ledger', rows, limit, presentEntry));
  });

  return routes;
}

function presentEntry(row: LedgerRow) {
  return {
    id: row.id,
    kind: row.kind,
    amount: row.amount,
    balance_after: row.balance_after,
    bundle_id: row.bundle_id,
    description: row.description,
    created_at: row.created_at,
  };
}
