import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MonthlyQuota } from '../../src/kernel/call-limits.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createQuotas, type Charged } from '../../src/limits/quotas.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { createTestStore } from '../support/database.ts';

// Two nodes: each has a connection pool and leases of its own, and nothing in common but the database.
const NOVEMBER = Date.parse('2026-11-21T12:00:00Z');
const NO_CEILING = { calls: null, credits: null };

let database: Awaited<ReturnType<typeof createTestStore>>;
let stores: Store[];
beforeAll(async () => {
  database = await createTestStore();
  stores = [database.store, createStore(database.url, silentLog)];
});
afterAll(async () => {
  await stores[1]?.close();
  await database.close();
});

async function organisation(): Promise<OrganisationId> {
  const id = newId('org');
  const slug = id
    .slice(4)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, 'x');
  await database.store.people.createOrganisation({ id, slug, name: 'One', tokenMode: 'token' });
  return id;
}

/** Nodes that count the statements they ask. */
function nodes({
  ceiling = NO_CEILING,
  clock = { nowMs: () => NOVEMBER },
  heldMs = 3_600_000,
}: { ceiling?: MonthlyQuota; clock?: Clock; heldMs?: number } = {}) {
  return stores.map((store) => {
    let statements = 0;
    const quotas = createQuotas({
      blockCalls: 10,
      ceiling,
      clock,
      heldMs,
      log: silentLog,
      store: {
        quotas: {
          take(take) {
            statements += 1;
            return store.quotas.take(take);
          },
          giveBack: store.quotas.giveBack,
        },
      },
    });
    return { ...quotas, statements: () => statements };
  });
}

const take = async (
  node: ReturnType<typeof nodes>[number],
  orgId: OrganisationId,
  own: { calls?: number; credits?: number },
  credits = 0,
): Promise<Charged | undefined> =>
  node.take(orgId, { calls: own.calls ?? null, credits: own.credits ?? null }, credits);

const used = (orgId: OrganisationId, month = '2026-11') => database.store.quotas.used(orgId, month);
const allowed = (charged: readonly (Charged | undefined)[]) =>
  charged.filter((one) => one?.ok === true).length;

test('of fifty calls at once on two nodes exactly as many are let in as the month has left', async () => {
  const orgId = await organisation();
  const both = nodes();
  const asked = await Promise.all(
    Array.from({ length: 50 }, (_, call) => take(both[call % 2] as (typeof both)[0], orgId, { calls: 30 })),
  );
  expect(allowed(asked)).toBe(30);
  expect(await used(orgId)).toEqual({ calls: 30, millicredits: 0 });
  expect(asked.find((one) => one?.ok === false)).toEqual({
    ok: false,
    error: {
      of: 'calls',
      limit: 30,
      setBy: 'organisation',
      retryAfterSeconds: 9.5 * 86_400,
      monthSeconds: 30 * 86_400,
    },
  });
});

test('credits are counted as they are written, and a cheaper call gets what is too little for a dear one', async () => {
  const orgId = await organisation();
  const [one, other] = nodes();
  if (one === undefined || other === undefined) throw new Error('no nodes');
  const own = { credits: 10 };
  const dear = await Promise.all(
    Array.from({ length: 6 }, (_, call) => take(call % 2 === 0 ? one : other, orgId, own, 3.3)),
  );
  expect(allowed(dear)).toBe(3);
  expect(await used(orgId)).toEqual({ calls: 0, millicredits: 9_900 });
  expect(dear.find((charged) => charged?.ok === false)).toMatchObject({
    error: { of: 'credits', limit: 10 },
  });
  expect(allowed([await take(one, orgId, own, 0.1), await take(other, orgId, own, 0.1)])).toBe(1);
  expect(await used(orgId)).toEqual({ calls: 0, millicredits: 10_000 });
  // What costs nothing is not counted where calls have no quota.
  expect(one.take(orgId, { calls: null, credits: 10 }, 0)).toBeUndefined();
});

test('ten calls of a tenth of the credits are ten calls, whatever a fraction is in binary', async () => {
  const orgId = await organisation();
  const [one] = nodes();
  if (one === undefined) throw new Error('no node');
  for (let call = 0; call < 10; call += 1)
    expect((await take(one, orgId, { credits: 161 }, 16.1))?.ok).toBe(true);
  expect(await used(orgId)).toEqual({ calls: 0, millicredits: 161_000 });
});

test('where calls and credits both have an end, a call takes both or neither', async () => {
  const orgId = await organisation();
  const [one] = nodes();
  if (one === undefined) throw new Error('no node');
  const own = { calls: 10, credits: 5 };
  expect(allowed([await take(one, orgId, own, 4), await take(one, orgId, own, 4)])).toBe(1);
  expect(await used(orgId)).toEqual({ calls: 1, millicredits: 4_000 });
  for (let call = 0; call < 9; call += 1) expect((await take(one, orgId, own))?.ok).toBe(true);
  expect(await take(one, orgId, own)).toMatchObject({ ok: false, error: { of: 'calls' } });
});

test('what costs no credits passes where more of them are used than may be by now, as long as there are calls', async () => {
  const orgId = await organisation();
  const [one] = nodes();
  if (one === undefined) throw new Error('no node');
  expect((await take(one, orgId, { calls: 3, credits: 5 }, 4))?.ok).toBe(true);
  const lowered = { calls: 3, credits: 2 };
  expect(await take(one, orgId, lowered, 0.1)).toMatchObject({ ok: false, error: { of: 'credits' } });
  expect(allowed([await take(one, orgId, lowered), await take(one, orgId, lowered)])).toBe(2);
  expect(await take(one, orgId, lowered)).toMatchObject({ ok: false, error: { of: 'calls' } });
  expect(await used(orgId)).toEqual({ calls: 3, millicredits: 4_000 });
});

test('while much is left ten calls share a statement, and no two nodes together ever get more than there is', async () => {
  const orgId = await organisation();
  const [one, other, fresh] = [...nodes(), ...nodes()];
  if (one === undefined || other === undefined || fresh === undefined) throw new Error('no nodes');
  const own = { calls: 125 };
  for (let call = 0; call < 10; call += 1) expect((await take(one, orgId, own))?.ok).toBe(true);
  expect(one.statements()).toBe(1);

  // Another ten are given as a block, of which one is used; then each call has a statement of its own.
  await take(one, orgId, own);
  expect([one.statements(), await used(orgId)]).toEqual([2, { calls: 20, millicredits: 0 }]);
  const asked = await Promise.all(Array.from({ length: 120 }, () => take(other, orgId, own)));
  expect(allowed(asked)).toBe(105);
  expect(other.statements()).toBeGreaterThan(100);

  // What the first node holds is its own until it gives it back.
  await one.close();
  expect(await used(orgId)).toEqual({ calls: 116, millicredits: 0 });
  expect(allowed(await Promise.all(Array.from({ length: 20 }, () => take(fresh, orgId, own))))).toBe(9);
});

test('what a node does not use it gives back by itself, for the others', async () => {
  const orgId = await organisation();
  const [node] = nodes({ heldMs: 1 });
  if (node === undefined) throw new Error('no node');
  expect((await take(node, orgId, { calls: 1_000 }))?.ok).toBe(true);
  await expect.poll(() => used(orgId)).toEqual({ calls: 1, millicredits: 0 });
});

test('giving back comes to its end while calls come that hold something anew', async () => {
  const orgId = await organisation();
  const { store } = database;
  let rounds = 0;
  const node = createQuotas({
    blockCalls: 10,
    ceiling: NO_CEILING,
    clock: { nowMs: () => NOVEMBER },
    heldMs: 3_600_000,
    log: silentLog,
    store: {
      quotas: {
        take: store.quotas.take,
        async giveBack(...given) {
          rounds += 1;
          await store.quotas.giveBack(...given);
          if (rounds < 20) await node.take(orgId, { calls: 100_000, credits: null }, 0);
        },
      },
    },
  });
  await node.take(orgId, { calls: 100_000, credits: null }, 0);
  await node.close();
  expect(rounds).toBe(1);
});

test('a node that dies loses the block that it held, and no more', async () => {
  const orgId = await organisation();
  const [dies, lives] = nodes();
  if (dies === undefined || lives === undefined) throw new Error('no nodes');
  expect((await take(dies, orgId, { calls: 100_000 }))?.ok).toBe(true);
  await lives.close();
  expect(await used(orgId)).toEqual({ calls: 10, millicredits: 0 });
});

test('what was never sent is given back, and can be used by another node', async () => {
  const orgId = await organisation();
  const [one, other] = nodes();
  if (one === undefined || other === undefined) throw new Error('no nodes');
  const charged = await take(one, orgId, { calls: 1 });
  if (charged?.ok !== true) throw new Error('it was refused');
  one.giveBack(charged.value);
  await one.close();
  expect((await take(other, orgId, { calls: 1 }))?.ok).toBe(true);
});

test('a month begins anew at midnight of UTC, without anybody doing anything, and the one before stays as it was', async () => {
  const orgId = await organisation();
  let nowMs = Date.parse('2026-11-30T23:59:59.500Z');
  const [node] = nodes({ clock: { nowMs: () => nowMs } });
  if (node === undefined) throw new Error('no node');
  expect((await take(node, orgId, { calls: 1 }))?.ok).toBe(true);
  expect(await take(node, orgId, { calls: 1 })).toMatchObject({ error: { retryAfterSeconds: 1 } });
  nowMs += 500;
  expect((await take(node, orgId, { calls: 1 }))?.ok).toBe(true);
  expect([await used(orgId), await used(orgId, '2026-12')]).toEqual([
    { calls: 1, millicredits: 0 },
    { calls: 1, millicredits: 0 },
  ]);
});

test('of the operator’s quota and the organisation’s own the smaller holds, and what is changed holds from the next call on', async () => {
  const orgId = await organisation();
  const [node] = nodes({ ceiling: { calls: 3, credits: null } });
  if (node === undefined) throw new Error('no node');
  expect((await take(node, orgId, { calls: 1 }))?.ok).toBe(true);
  expect((await take(node, orgId, { calls: 1 }))?.ok).toBe(false);
  expect(allowed([await take(node, orgId, { calls: 100 }), await take(node, orgId, {})])).toBe(2);
  expect(await take(node, orgId, { calls: 100 })).toMatchObject({ ok: false, error: { limit: 3 } });
});

test('an organisation without a quota never asks the database', async () => {
  const [node] = nodes();
  if (node === undefined) throw new Error('no node');
  const orgId = await organisation();
  expect(node.take(orgId, undefined, 5)).toBeUndefined();
  expect(node.take(orgId, { calls: null, credits: null }, 5)).toBeUndefined();
  expect(node.statements()).toBe(0);
});
