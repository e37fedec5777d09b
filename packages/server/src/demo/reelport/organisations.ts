import { createMiddleware } from 'hono/factory';

import type { Clock } from '../../kernel/clock.ts';
import type { Caller, ReelportEnv } from './caller.ts';
import type { Database } from './database.ts';
import { newReelportId } from './ids.ts';
import { seedOrganisation } from './seed.ts';

const CREDITS_AT_START = 250;

/** An organisation begins with its first call: 250 credits and a few things to look at. */
export function welcomeOrganisation(deps: { database: Database; clock: Clock }) {
  const known = new Set<string>();
  return createMiddleware<ReelportEnv>(async (c, next) => {
    const caller = c.get('caller');
    if (!known.has(caller.orgId)) {
      await begin(deps, caller);
      known.add(caller.orgId);
    }
    await next();
  });
}

async function begin({ database, clock }: { database: Database; clock: Clock }, caller: Caller) {
  const now = new Date(clock.nowMs());
  await database.transaction(async (tx) => {
    // The second of two first calls waits here until the first has committed, and then finds everything.
    const begun = await tx.rows(
      `insert into reelport.organisations (org_id, slug, credits, created_at)
       values ($1, $2, $3, $4) on conflict do nothing returning org_id`,
      [caller.orgId, caller.orgSlug, CREDITS_AT_START, now],
    );
    if (begun.length === 0) return;
    await tx.rows(
      `insert into reelport.ledger (org_id, id, kind, amount, balance_after, description, created_at)
       values ($1, $2, 'grant', $3, $3, 'Opening credits', $4)`,
      [caller.orgId, newReelportId('led'), CREDITS_AT_START, now],
    );
    await seedOrganisation(tx, caller, now);
  });
}
