import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkChain, type ChainCheck } from '../../src/audit/check-chain.ts';
import { toAuditRow } from '../../src/audit/entry.ts';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestStore } from '../support/database.ts';
import { FIRST_LEAF, sealAsFirstRelease } from './support/first-release.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
let keeper: ReturnType<typeof createTrailKeeper>;
beforeAll(async () => {
  database = await createTestStore();
  keeper = createTrailKeeper({ store: database.store, log: silentLog });
});
afterAll(async () => {
  await keeper.close();
  await database.close();
});

let orgId: OrganisationId;
/** Nine rows in three blocks, between rows of another organisation. */
let ids: number[];
let otherOrg: OrganisationId;

beforeEach(async () => {
  orgId = newId('org');
  otherOrg = newId('org');
  for (let block = 0; block < 3; block += 1) {
    await write(orgId, otherOrg, orgId, orgId, otherOrg);
    await keeper.step();
  }
  const rows = await database.store.audit.list(orgId, { limit: 100 });
  ids = rows.map(({ id }) => id).toSorted((a, b) => a - b);
});

function write(...organisations: OrganisationId[]): Promise<void> {
  return database.store.audit.insertMany(
    organisations.map((owner, index) =>
      toAuditRow(
        {
          orgId: owner,
          action: 'key.revoked',
          actor: { kind: 'user', id: newId('usr') },
          target: `key_${index}`,
          outcome: 'ok',
          status: 200,
          durationMs: 12,
          detail: { name: 'Zoë “quoted”', more: { n: 1.5, list: [null, true] } },
        },
        'event',
        systemClock,
      ),
    ),
  );
}

const run = (text: string, values: unknown[] = []) => database.store.pool.query(text, values);
const at = (place: number) => ids[place] ?? 0;

/** All parts of a check, however small they are. */
async function check(chain: string = orgId, rowsMax = 50_000): Promise<ChainCheck> {
  let rows = 0;
  let prunedRows = 0;
  let first: ChainCheck['first'];
  let last: ChainCheck['last'];
  for (let after = 0; ;) {
    const part = await checkChain(database.store, chain, after, rowsMax);
    rows += part.rows;
    prunedRows += part.prunedRows;
    first ??= part.first;
    last = part.last ?? last;
    if (part.next === undefined) return { ...part, rows, prunedRows, first, last };
    after = part.next;
  }
}

describe('a chain that nobody touched', () => {
  test.each([1, 3, 4, 50_000])('holds, looked at in parts of %i rows', async (rowsMax) => {
    const checked = await check(orgId, rowsMax);
    expect(checked).toMatchObject({ rows: 9, broken: undefined, waiting: 0 });
    expect([checked.first?.id, checked.last?.id]).toEqual([at(0), at(8)]);
    expect(checked.first?.at).toBeInstanceOf(Date);
    expect(await check(otherOrg)).toMatchObject({ rows: 6, broken: undefined });
  });

  test('says how many rows are too young to be sealed, and takes them for nothing bad', async () => {
    await write(orgId, orgId);
    expect(await check()).toMatchObject({ rows: 9, broken: undefined, waiting: 2 });
    await keeper.step();
    expect(await check()).toMatchObject({ rows: 11, broken: undefined, waiting: 0 });
  });

  test('of an organisation without rows has nothing to show', async () => {
    expect(await check(newId('org'))).toMatchObject({ rows: 0, broken: undefined, first: undefined });
  });

  test('holds whatever time zone and language the database is set to', async () => {
    const { rows } = await run('select current_database() as name');
    const name = (rows as { name: string }[])[0]?.name ?? '';
    await run(`alter database ${name} set timezone to 'Asia/Kathmandu'`);
    await run(`alter database ${name} set datestyle to 'German'`);
    const another = await import('../../src/store/store.ts').then(({ createStore }) =>
      createStore(database.url, silentLog),
    );
    expect(await checkChain(another, orgId, 0)).toMatchObject({ rows: 9, broken: undefined });
    await another.close();
  });
});

describe('a check names the first row that is not as it was sealed', () => {
  test.each([
    ['org_id', `null`],
    ['at', `at + interval '1 millisecond'`],
    ['phase', `'intent'`],
    ['action', `'key.created'`],
    ['actor_kind', `'agent'`],
    ['actor_id', `'usr_somebody'`],
    ['client_id', `'cli_x'`],
    ['grant_id', `'grt_x'`],
    ['key_id', `'key_x'`],
    ['target', `''`],
    ['request_id', `'req_x'`],
    ['outcome', `'refused'`],
    ['status', `403`],
    ['duration_ms', `13`],
    ['detail', `detail || '{"more": {}}'`],
  ])('whose %s was changed', async (column, value) => {
    await run(`update audit_events set ${column} = ${value} where id = $1`, [at(4)]);
    const kind = column === 'org_id' ? 'removed' : 'changed';
    expect(await check()).toMatchObject({ rows: 3, broken: { kind, rowId: at(4) } });
    expect(await check(otherOrg)).toMatchObject({ broken: undefined });
  });

  test.each([0, 2, 3, 8])('removed at place %i', async (place) => {
    await run('delete from audit_events where id = $1', [at(place)]);
    expect((await check()).broken).toEqual({ kind: 'removed', rowId: at(place), at: undefined });
  });

  test('put in where there was none, between blocks too', async () => {
    const { rows } = await run('select id from audit_events where org_id = $1 order by id limit 1', [
      otherOrg,
    ]);
    // An id that the organisation has no row with: the other's first, moved.
    const id = Number((rows as { id: string }[])[0]?.id);
    await run('update audit_events set org_id = $1 where id = $2', [orgId, id]);
    expect((await check()).broken).toMatchObject({ kind: 'added', rowId: id });
    expect((await check(otherOrg)).broken).toMatchObject({ kind: 'removed', rowId: id });
  });

  test('put in after the last that was sealed', async () => {
    const { rows } = await run('select max(id) as id from audit_events where org_id = $1', [otherOrg]);
    const id = Number((rows as { id: string }[])[0]?.id);
    await run('delete from audit_events where id = $1', [id]);
    await run(
      `insert into audit_events (id, org_id, at, phase, action, actor_kind) values ($1, $2, now(), 'event', 'x', 'system')`,
      [id, orgId],
    );
    expect((await check()).broken).toMatchObject({ kind: 'added', rowId: id });
  });

  test('where two rows changed places', async () => {
    await run('update audit_events set id = -1 where id = $1', [at(4)]);
    await run('update audit_events set id = $1 where id = $2', [at(4), at(5)]);
    await run('update audit_events set id = $1 where id = -1', [at(5)]);
    expect((await check()).broken).toMatchObject({ kind: 'changed', rowId: at(4) });
  });

  test('where several were changed: the first', async () => {
    await run('update audit_events set status = 1 where id = any($1)', [[at(7), at(5)]]);
    await run('delete from audit_events where id = $1', [at(8)]);
    expect((await check()).broken).toMatchObject({ kind: 'changed', rowId: at(5) });
  });
});

describe('a check finds a chain that was changed to fit', () => {
  test('the hash of a changed row in its block', async () => {
    const leaf = `sha256(convert_to('x', 'UTF8'))`;
    await run(
      `update audit_blocks set leaves = overlay(leaves placing ${leaf} from 1) where chain = $1 and seq = 2`,
      [orgId],
    );
    expect((await check()).broken).toMatchObject({ rowId: at(3) });
  });

  test('a block in the middle that is gone with its rows', async () => {
    await run('delete from audit_events where id = any($1)', [[at(3), at(4), at(5)]]);
    await run('delete from audit_blocks where chain = $1 and seq = 2', [orgId]);
    expect((await check()).broken).toMatchObject({ kind: 'seal', rowId: at(6) });
  });

  test('the first block gone with its rows', async () => {
    await run('delete from audit_events where id = any($1)', [[at(0), at(1), at(2)]]);
    await run('delete from audit_blocks where chain = $1 and seq = 1', [orgId]);
    expect((await check()).broken).toMatchObject({ kind: 'seal', rowId: at(3) });
  });

  test('a block that was sealed anew without one of its rows, while those after it stand', async () => {
    await run('delete from audit_events where id = $1', [at(4)]);
    const kept = await run('delete from audit_blocks where chain = $1 and seq >= 2 returning *', [orgId]);
    await database.store.auditTrail.seal(at(2), at(5));
    const [, third] = kept.rows as Record<string, unknown>[];
    await run(
      `insert into audit_blocks (chain, seq, version, first_id, last_id, rows, ids, leaves, content_hash, hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      ['chain', 'seq', 'version', 'first_id', 'last_id', 'rows', 'ids', 'leaves', 'content_hash', 'hash'].map(
        (name) => third?.[name],
      ),
    );
    expect((await check()).broken).toMatchObject({ kind: 'seal', rowId: at(6) });
  });
});

describe('a chain that releases sealed in several ways', () => {
  const sealedAs = async () => {
    const { rows } = await run('select version from audit_blocks where chain = $1 order by seq', [orgId]);
    return (rows as { version: number }[]).map(({ version }) => version);
  };
  beforeEach(async () => {
    await run('delete from audit_blocks where chain = $1', [orgId]);
    await sealAsFirstRelease(database.store.pool, orgId, { from: 0, to: at(2) });
    await sealAsFirstRelease(database.store.pool, orgId, { from: at(2), to: at(5) });
    await database.store.auditTrail.seal(at(5), at(8));
  });

  test('holds from its first block to its last', async () => {
    expect(await sealedAs()).toEqual([1, 1, 2]);
    expect(await check()).toMatchObject({ broken: undefined, rows: 9 });
  });

  test('shows a row that was changed under either', async () => {
    await run('update audit_events set status = 1 where id = $1', [at(7)]);
    expect((await check()).broken).toMatchObject({ kind: 'changed', rowId: at(7) });
    await run('update audit_events set status = 1 where id = $1', [at(4)]);
    expect((await check()).broken).toMatchObject({ kind: 'changed', rowId: at(4) });
  });

  test.each([1, 3])('shows a block that says of itself that it is of version %d', async (version) => {
    await run('update audit_blocks set version = $1 where chain = $2 and seq = 3', [version, orgId]);
    expect((await check()).broken).toMatchObject({ rowId: at(6) });
  });

  test('shows a block whose leaves were made anew in the former way', async () => {
    await run(
      `update audit_blocks set version = 1, leaves = (
         select string_agg(${FIRST_LEAF}, ''::bytea order by id) from audit_events where org_id = $1 and id > $2)
       where chain = $1 and seq = 3`,
      [orgId, at(5)],
    );
    expect((await check()).broken).toMatchObject({ kind: 'seal', rowId: at(6) });
  });
});

describe('rows that were deleted by policy', () => {
  const prune = async (seq: number) => {
    await run(
      'delete from audit_events where org_id = $1 and id <= (select last_id from audit_blocks where chain = $1 and seq = $2)',
      [orgId, seq],
    );
    await run('update audit_blocks set ids = null, leaves = null where chain = $1 and seq <= $2', [
      orgId,
      seq,
    ]);
    await database.store.audit.insertMany([
      toAuditRow(
        {
          orgId,
          action: 'audit.pruned',
          actor: { kind: 'system' },
          outcome: 'ok',
          detail: { rows: 3 * seq, up_to: at(3 * seq - 1), up_to_block: seq, older_than_days: 30 },
        },
        'event',
        systemClock,
      ),
    ]);
  };

  test('leave a chain that holds from its first block to its last', async () => {
    await prune(2);
    const checked = await check();
    expect(checked).toMatchObject({ rows: 3, prunedRows: 6, broken: undefined });
    expect(checked.first?.id).toBe(at(6));
  });

  test('do not hide a row that was put in among them, nor one that was changed after them', async () => {
    await prune(2);
    await run(
      `insert into audit_events (id, org_id, at, phase, action, actor_kind) values ($1, $2, now(), 'event', 'x', 'system')`,
      [at(4), orgId],
    );
    expect((await check()).broken).toMatchObject({ kind: 'added', rowId: at(4) });
    await run('delete from audit_events where id = $1', [at(4)]);
    await run('update audit_events set status = 1 where id = $1', [at(7)]);
    expect((await check()).broken).toMatchObject({ kind: 'changed', rowId: at(7) });
  });

  test('are the oldest: nobody can take out the middle', async () => {
    await run('delete from audit_events where id = any($1)', [[at(3), at(4), at(5)]]);
    await run('update audit_blocks set ids = null, leaves = null where chain = $1 and seq = 2', [orgId]);
    expect((await check()).broken).toMatchObject({ kind: 'seal', rowId: at(3) });
  });
});
