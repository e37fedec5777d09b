import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../packages/server/test/support/database.ts';
import { createCallers, type Callers } from './callers.ts';
import { checkInvariants } from './invariants.ts';
import { disconnect } from './revoker.ts';
import { untilWell, untilWritesPass } from './scenario.ts';
import { createWorld, type World } from './world.ts';

// The short form of `npm run chaos`: real processes of the built command, counts and no times.
const RATE = 25;
const WRITES_BETWEEN = 15;
const SOON = { timeout: 120_000, interval: 20 };
const ALL = [0, 1, 2];
/** Seven processes begin here, and three again: on a machine that does other work that takes its time. */
const SLOW_MS = 300_000;

let upstreamDatabase: TestDatabase;
let world: World;
let callers: Callers;
beforeAll(async () => {
  upstreamDatabase = await createTestDatabase();
  world = await createWorld({ upstreamDatabaseUrl: upstreamDatabase.url });
  callers = createCallers(world);
}, SLOW_MS);
afterAll(async () => {
  await callers.close();
  await world.close();
  await upstreamDatabase.drop();
});

const acknowledged = () =>
  callers.made.filter(({ outcome, title }) => outcome === 'ok' && title !== undefined).length;

/** The load goes on: so many more writes were done. */
async function someWork(): Promise<void> {
  const before = acknowledged();
  await expect.poll(acknowledged, SOON).toBeGreaterThan(before + WRITES_BETWEEN);
}

test(
  'three nodes and the database are killed under load, and no acknowledged write is lost, unannounced or made twice',
  { timeout: SLOW_MS },
  async () => {
    const [victim] = await world.connectVictims(1);
    if (victim === undefined) throw new Error('nobody connected');
    const callAs = async (node: number) =>
      (await callers.call(node, victim.token, { write: true, slug: victim.slug })).outcome;
    for (const node of ALL) await expect.poll(() => callAs(node)).toBe('ok');

    callers.start(RATE);
    for (const node of world.nodes) {
      await someWork();
      await node.kill();
      await node.start();
    }
    await someWork();
    await expect.poll(() => disconnect(world, victim, 0)).toBe(true);
    // Killed with the revocation just made: it was acknowledged, so it is there when the database is.
    await world.database.kill();
    await world.database.start();
    await untilWell(world);
    await untilWritesPass({ callers, world });
    for (const node of ALL) expect(await callAs(node)).toBe('refused');
    await someWork();
    await callers.stop();

    const revocations = [{ grantId: victim.grantId, lagMs: 0, atNode: undefined }];
    // What is said of the end of a call may wait a quarter of a second for its row, and the seal a second or two.
    const found = await checkInvariants(world, callers.made, revocations);
    expect(found.faults).toEqual([]);
    expect(found.acknowledged).toBeGreaterThan(5 * WRITES_BETWEEN);
    expect(found.withoutIntent + found.madeTwice + found.acknowledgedNotMade + found.revocationsLost).toBe(0);
  },
);
