import { Hono } from 'hono';

import type { Clock } from '../../kernel/clock.ts';
import { loadBundle, presentBundle } from './bundles.ts';
import type { ReelportEnv } from './caller.ts';
import { PUBLISH_COST } from './credits.ts';
import type { Database, Queries } from './database.ts';
import { newReelportId } from './ids.ts';
import { readNoQuery } from './input.ts';
import { Problem } from './problem.ts';

export function publishRoutes({ database, clock }: { database: Database; clock: Clock }) {
  const routes = new Hono<ReelportEnv>();

  routes.post('/:bundle_id/publish', async (c) => {
    readNoQuery(c);
    const { orgId } = c.get('caller');
    const bundleId = c.req.param('bundle_id');
    const now = new Date(clock.nowMs());
    // One transaction: a bundle that is published is paid for, and one that is paid for is published.
    const publication = await database.transaction(async (tx) => {
      await markPublished(tx, orgId, bundleId, now);
      const balance = await debit(tx, orgId);
      const bundle = await loadBundle(tx, orgId, bundleId);
      await tx.rows(
        `insert into reelport.ledger
           (org_id, id, kind, amount, balance_after, bundle_id, description, created_at)
         values ($1, $2, 'publish', $3, $4, $5, $6, $7)`,
        [orgId, newReelportId('led'), -PUBLISH_COST, balance, bundleId, `Published "${bundle.title}"`, now],
      );
      return { bundle: presentBundle(bundle), credits_spent: PUBLISH_COST, balance };
    });
    return c.json(publication);
  });

  return routes;
}

async function markPublished(tx: Queries, orgId: string, bundleId: string, now: Date): Promise<void> {
  const { status } = await loadBundle(tx, orgId, bundleId);
  const published = await tx.rows(
    `update reelport.bundles set published_at = $3, updated_at = $3, credits_spent = $4
     where org_id = $1 and id = $2 and status = 'ready' returning id`,
    [orgId, bundleId, now, PUBLISH_COST],
  );
  if (published.length > 0) return;
  if (status === 'draft') {
    throw new Problem('not_configured', 'A bundle needs at least one uploaded medium and one account.');
  }
  throw new Problem('already_published', 'A bundle is published once.');
}

/** Checks and takes in one statement, so that calls at the same moment cannot spend the same credits twice. */
async function debit(tx: Queries, orgId: string): Promise<number> {
  const [debited] = await tx.rows<{ credits: number }>(
    `update reelport.organisations set credits = credits - $2
     where org_id = $1 and credits >= $2 returning credits`,
    [orgId, PUBLISH_COST],
  );
  if (debited !== undefined) return debited.credits;
  const [left] = await tx.rows<{ credits: number }>(
    'select credits from reelport.organisations where org_id = $1',
    [orgId],
  );
  const balance = left?.credits ?? 0;
  throw new Problem(
    'insufficient_credits',
    `Publishing costs ${PUBLISH_COST} credits and ${balance} are left.`,
    {
      members: { balance, required: PUBLISH_COST },
    },
  );
}
