import type pg from 'pg';
import type { Change } from '../queries/changes.ts';
import { createClaimOnce } from './claim-once.ts';
import { createFindClient } from './find-client.ts';
import { createFindMachine } from './find-machine.ts';
import { createFindRefresh } from './find-refresh.ts';
import { createRotate } from './rotate.ts';

/**
 * What the token endpoint asks of the database for every request: prepared, and shared by requests of a moment. What
 * may have to wait for somebody else has the connections of `waiting`, so that it keeps none from the others.
 */
export function createTokenQueries(
  { pool, waiting }: { pool: pg.Pool; waiting: pg.Pool },
  onChangeAdded: (change: Change) => void,
) {
  return {
    claimOnce: createClaimOnce(pool),
    findClient: createFindClient(pool),
    findRefresh: createFindRefresh(pool),
    findMachine: createFindMachine(pool),
    rotate: createRotate({ pool, waiting }, onChangeAdded),
  };
}

export type TokenQueries = ReturnType<typeof createTokenQueries>;
