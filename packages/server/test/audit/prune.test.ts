import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toAuditRow } from '../../src/audit/entry.ts';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { createPruner } from '../../src/audit/prune.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog, type Log } from '../../src/kernel/log.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
let trail: ReturnType<typeof createTrailKeeper>;
beforeAll(async () => {
  database = await createTestStore();
  trail = createTrailKeeper({ store: database.store, log: silentLog });
});
afterAll(async () => {
  await trail.close();
  await database.close();
});

const run = (text: string, values: unknown[] = []) => database.store.pool.query(text, values);

let orgId: OrganisationId;
let otherOrg: OrganisationId;
let errors: object[];
let log: Log;
/** Each organisation has four blocks of three rows, sealed 100, 40, 35 and 0 days ago. */
beforeEach(async () => {
  [orgId, otherOrg] = [await newOrganisation(), await newOrganisation()];
  for (let block = 0; block < 4; block += 1) await write(3);
  for (const [seq, days] of [100, 40, 35].entries())
    await run(
      `update audit_blocks set sealed_at = now() - make_interval(days => $1) where chain in ($2, $3) and seq = $4`,
      [days, orgId, otherOrg, seq + 1],
    );
  errors = [];
  log = { ...silentLog, error: (fields) => void errors.push(fields) };
});

async function newOrganisation(): Promise<OrganisationId> {
  const id = newId('org');
  const slug = `o${id.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`.slice(0, 30);
  await database.store.people.createOrganisation({ id, slug, name: 'Acme', tokenMode: 'token' });
  return id;
}

async function write(rows: number): Promise<void> {
  const owners = Array.from({ length: rows }, () => [orgId, otherOrg]).flat();
  await database.store.audit.insertMany(
    owners.map((owner) =>
      toAuditRow(
        { orgId: owner, action: 'key.revoked', actor: { kind: 'system' }, outcome: 'ok' },
        'event',
        systemClock,
      ),
    ),
  );
  await trail.step();
}

async function keep(days: 30 | 90 | null, nodes = 1): Promise<void> {
  const { days: was = null } = (await database.store.auditRetention.of(orgId)) ?? {};
  await database.store.auditRetention.change(orgId, was, days);
  expect((await database.store.auditRetention.of(orgId))?.days).toBe(days);
  const pruners = Array.from({ length: nodes }, () =>
    createPruner({ store: database.store, clock: systemClock, log }),
  );
  await Promise.all(pruners.map((pruner) => pruner.step()));
  await Promise.all(pruners.map((pruner) => pruner.close()));
  await trail.step();
}

const verify = (chain: string = orgId) => verifyChain(database.store, chain, { keys: new Map() });
const pruned = async () =>
  (await database.store.audit.list(orgId, { limit: 100 })).filter(({ action }) => action === 'audit.pruned');

describe('what an organisation does not want to keep any longer', () => {
  test('is deleted, once by however many nodes; the chain holds, and the log says what was done', async () => {
    await keep(30, 3);
    expect(await verify()).toMatchObject({ rows: 4, prunedRows: 9, faults: [] });
    expect(await pruned()).toMatchObject([
      { actorKind: 'system', outcome: 'ok', detail: { rows: 9, older_than_days: 30 } },
    ]);
    expect(errors).toEqual([]);
    // Of another organisation nothing is gone.
    expect(await verify(otherOrg)).toMatchObject({ rows: 12, prunedRows: 0, faults: [] });
  });

  test('waits for the next node where this one is told to stop', async () => {
    await database.store.auditRetention.change(orgId, null, 30);
    const pruner = createPruner({ store: database.store, clock: systemClock, log });
    const step = pruner.step();
    await pruner.close();
    await step;
    expect(await verify()).toMatchObject({ rows: 12, prunedRows: 0, faults: [] });
    const next = createPruner({ store: database.store, clock: systemClock, log });
    await next.step();
    await next.close();
    expect(await verify()).toMatchObject({ prunedRows: 9, faults: [] });
  });

  test('goes on as time does, and not before it is a day too old', async () => {
    await keep(90);
    expect(await verify()).toMatchObject({ prunedRows: 3, faults: [] });
    await run(
      `update audit_blocks set sealed_at = now() - interval '90.5 days' where chain = $1 and seq = 2`,
      [orgId],
    );
    await keep(90);
    expect(await verify()).toMatchObject({ prunedRows: 3 });
    await run(
      `update audit_blocks set sealed_at = now() - interval '91.5 days' where chain = $1 and seq = 2`,
      [orgId],
    );
    await keep(90);
    expect(await verify()).toMatchObject({ prunedRows: 6, faults: [] });
    expect(await pruned()).toHaveLength(2);
  });

  test('is everything that is old and nothing else: for ever is for ever', async () => {
    await keep(null);
    expect(await verify()).toMatchObject({ rows: 12, prunedRows: 0, faults: [] });
    expect(await pruned()).toEqual([]);
  });

  test('says how far back the log goes', async () => {
    const dayOf = async () => {
      const { oldest } = (await database.store.auditRetention.of(orgId)) ?? {};
      return oldest && Math.round((Date.now() - oldest.getTime()) / 86_400_000);
    };
    expect(await dayOf()).toBe(100);
    await keep(90);
    expect(await dayOf()).toBe(40);
  });
});

describe('what belongs to no organisation', () => {
  /** Three blocks of two rows, sealed 100, 40 and 0 days ago. */
  beforeEach(async () => {
    const refused = { action: 'client.refused', actor: { kind: 'anonymous' } } as const;
    for (const [block, days] of [100, 40, 0].entries()) {
      const row = () => toAuditRow(refused, 'event', systemClock);
      await database.store.audit.insertMany([row(), row()]);
      await trail.step();
      await run(
        `update audit_blocks set sealed_at = now() - make_interval(days => $1) where chain = '' and seq = $2`,
        [days, block + 1],
      );
    }
  });

  afterEach(async () => {
    await run('delete from audit_events where org_id is null');
    await run(`delete from audit_blocks where chain = ''`);
  });

  async function keepUnowned(unownedDays: number | undefined): Promise<void> {
    const pruner = createPruner({ store: database.store, clock: systemClock, log, unownedDays });
    await pruner.step();
    await pruner.close();
    await trail.step();
  }

  async function deletions() {
    const { rows } = await run(
      `select actor_kind, outcome, detail from audit_events where org_id is null and action = 'audit.pruned'`,
    );
    return rows as unknown[];
  }

  test('is kept for ever unless the operator says how long', async () => {
    await keepUnowned(undefined);
    expect(await verify('')).toMatchObject({ rows: 6, prunedRows: 0, faults: [] });
    expect(await deletions()).toEqual([]);
  });

  test('is deleted when it is too old for the operator; its chain holds, and no organisation’s is touched', async () => {
    await keepUnowned(90);
    expect(await verify('')).toMatchObject({ rows: 5, prunedRows: 2, faults: [] });
    await keepUnowned(30);
    expect(await verify('')).toMatchObject({ rows: 4, prunedRows: 4, faults: [] });
    expect(await deletions()).toMatchObject([
      { actor_kind: 'system', outcome: 'ok', detail: { rows: 2, up_to_block: 1, older_than_days: 90 } },
      { actor_kind: 'system', outcome: 'ok', detail: { rows: 2, up_to_block: 2, older_than_days: 30 } },
    ]);
    expect(await verify()).toMatchObject({ rows: 12, prunedRows: 0, faults: [] });
  });

  test('stays where somebody changed it since it was sealed', async () => {
    await run(
      `update audit_events set action = 'nothing.happened'
       where id = (select first_id from audit_blocks where chain = '' and seq = 1)`,
    );
    await keepUnowned(30);
    expect((await verify('')).faults).toMatchObject([{ kind: 'changed' }]);
    expect(errors).toContainEqual(expect.objectContaining({ organisation: '' }));
  });
});

describe('somebody who can write the database', () => {
  test('and changed an old row does not get rid of the trace by a policy', async () => {
    await run(
      `update audit_events set action = 'nothing.happened'
       where id = (select first_id from audit_blocks where chain = $1 and seq = 2)`,
      [orgId],
    );
    await keep(30);
    // What was before it is gone; from there on all is kept, and the check still names it.
    const { faults, prunedRows } = await verify();
    expect([prunedRows, faults]).toMatchObject([3, [{ kind: 'changed' }]]);
    expect(errors).toMatchObject([{ organisation: orgId }]);
  });

  test('and moved a row here from another log does not have it deleted', async () => {
    const { rowCount } = await run(
      `update audit_events set org_id = $1
       where id = (select first_id from audit_blocks where chain = $2 and seq = 1)`,
      [orgId, otherOrg],
    );
    expect(rowCount).toBe(1);
    await keep(30);
    expect(await pruned()).toEqual([]);
    expect((await verify()).faults).toMatchObject([{ kind: 'added' }]);
  });
});

describe('rows that are gone as if a policy had deleted them', () => {
  /** What a policy does to rows and blocks, by somebody else. */
  async function wipe(toBlock: number, chain: string = orgId): Promise<void> {
    await run(
      `delete from audit_events where coalesce(org_id, '') = $1
         and id in (select unnest(ids) from audit_blocks where chain = $1 and seq <= $2)`,
      [chain, toBlock],
    );
    await run('update audit_blocks set ids = null, leaves = null where chain = $1 and seq <= $2', [
      chain,
      toBlock,
    ]);
  }

  async function blockOf(seq: number): Promise<{ firstId: number; lastId: number }> {
    const { rows } = await run(
      `select first_id::int as "firstId", last_id::int as "lastId" from audit_blocks where chain = $1 and seq = $2`,
      [orgId, seq],
    );
    return (rows as { firstId: number; lastId: number }[])[0] ?? { firstId: 0, lastId: 0 };
  }

  /** Of this organisation: what became of those before it is complained of, too. */
  const complaints = () => errors.filter((each) => 'organisation' in each && each.organisation === orgId);

  /** As an entry of a prune was before it named a block. */
  const olderEntry = (upTo: number) =>
    database.store.audit.insertMany([
      toAuditRow(
        {
          orgId,
          action: 'audit.pruned',
          actor: { kind: 'system' },
          outcome: 'ok',
          detail: { rows: 6, up_to: upTo, older_than_days: 30 },
        },
        'event',
        systemClock,
      ),
    ]);

  test('are named where there was no policy, from the first block to the last that is without', async () => {
    const [first, last] = [await blockOf(1), await blockOf(3)];
    await wipe(3);
    expect((await verify()).faults).toEqual([
      {
        kind: 'wiped',
        rowId: first.firstId,
        at: undefined,
        lastRowId: last.lastId,
        fromBlock: 1,
        toBlock: 3,
        rows: 9,
      },
    ]);
    expect((await verify(otherOrg)).faults).toEqual([]);
  });

  test('are named where nothing of the log is left but its blocks', async () => {
    await wipe(4);
    expect((await verify()).faults).toMatchObject([{ kind: 'wiped', fromBlock: 1, toBlock: 4, rows: 12 }]);
  });

  test('are named where they belonged to no organisation', async () => {
    await database.store.audit.insertMany([
      toAuditRow({ action: 'client.refused', actor: { kind: 'anonymous' } }, 'event', systemClock),
    ]);
    await trail.step();
    expect((await verify('')).faults).toEqual([]);
    await wipe(1, '');
    expect((await verify('')).faults).toMatchObject([{ kind: 'wiped', fromBlock: 1, toBlock: 1, rows: 1 }]);
    await run(`delete from audit_blocks where chain = ''`);
  });

  test('are named behind those that a policy did delete, and only they', async () => {
    await keep(90);
    await wipe(3);
    const { faults, prunedRows } = await verify();
    expect(prunedRows).toBe(3);
    expect(faults).toMatchObject([
      { kind: 'wiped', rowId: (await blockOf(2)).firstId, fromBlock: 2, toBlock: 3, rows: 6 },
    ]);
  });

  test('are named also where their blocks were written over to lie where a policy deleted', async () => {
    await keep(90);
    await wipe(3);
    await run(`update audit_blocks set first_id = 1, last_id = 1 where chain = $1 and seq <= 3`, [orgId]);
    expect((await verify()).faults).toMatchObject([{ kind: 'wiped', fromBlock: 2, toBlock: 3 }]);
  });

  test('are not covered up by a policy of later, which deletes nothing on top of them', async () => {
    await wipe(2);
    await keep(30);
    expect(await pruned()).toEqual([]);
    expect((await verify()).faults).toMatchObject([{ kind: 'wiped', fromBlock: 1, toBlock: 2 }]);
    expect(complaints()).toEqual([{ organisation: orgId, before_block: 3 }]);
  });

  test('are not covered by an entry that has an id which no row was given yet', async () => {
    await wipe(2);
    await run(
      `insert into audit_events (id, org_id, at, phase, action, actor_kind, detail)
       values (1e15, $1, now(), 'event', 'audit.pruned', 'system', '{"up_to_block": 9}')`,
      [orgId],
    );
    expect((await verify()).faults).toMatchObject([{ kind: 'wiped' }]);
    await run('delete from audit_events where id = 1e15');
  });

  test('are nothing bad while the entry of the policy waits to be sealed', async () => {
    await database.store.auditRetention.change(orgId, null, 90);
    const pruner = createPruner({ store: database.store, clock: systemClock, log });
    await pruner.step();
    await pruner.close();
    expect(await verify()).toMatchObject({ prunedRows: 3, waiting: 1, faults: [] });
    await trail.step();
    expect(await verify()).toMatchObject({ prunedRows: 3, waiting: 0, faults: [] });
  });

  test('are nothing bad where the entry of the policy was itself deleted by a later one', async () => {
    await keep(90);
    await write(1);
    await run(`update audit_blocks set sealed_at = now() - interval '50 days' where chain = $1`, [orgId]);
    await write(1);
    await keep(30);
    expect(await pruned()).toHaveLength(1);
    expect(await verify()).toMatchObject({ faults: [], prunedRows: 14 });
  });

  test('are nothing bad where an entry of an earlier release says so by the last row alone', async () => {
    const { lastId } = await blockOf(2);
    await wipe(2);
    await olderEntry(lastId);
    await trail.step();
    expect(await verify()).toMatchObject({ prunedRows: 6, faults: [] });
    await wipe(3);
    expect((await verify()).faults).toMatchObject([{ kind: 'wiped', fromBlock: 3, toBlock: 3 }]);
  });

  test('are nothing bad where a policy goes on from an entry of an earlier release', async () => {
    const { lastId } = await blockOf(1);
    await wipe(1);
    await olderEntry(lastId);
    await keep(30);
    expect(await verify()).toMatchObject({ prunedRows: 9, faults: [] });
    expect(complaints()).toEqual([]);
  });
});
