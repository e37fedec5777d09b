import { setTimeout as pause } from 'node:timers/promises';
import { untilWritesPass, type Scenario, type Stage } from '../scenario.ts';

/** A node that cannot hear what others revoke may go on by what it knows for so long. */
const BOUND_MS = 10_000;
const APART_MS = 14_000;
/** The node that is cut off; the click is made at another. */
const CUT_OFF = 1;
const ELSEWHERE = 0;

async function apart(stage: Stage, part: () => void, join: () => void): Promise<void> {
  const { callers, ready, revoke, world } = stage;
  part();
  const partedMs = performance.now();
  await pause(500);
  // In the first moments it does not know yet that it is alone.
  await revoke({ calledAt: [CUT_OFF], revokedAt: ELSEWHERE, watchMs: APART_MS - 2000 });
  await pause(Math.max(0, APART_MS - (performance.now() - partedMs)));
  await expectNothingPasses(stage);
  join();
  ready(await untilWritesPass({ callers, world }));
}

/** Alone for so long, it must say that it cannot know: neither yes, nor nothing at all. */
async function expectNothingPasses({ callers, fault, note, world }: Stage): Promise<void> {
  for (const write of [false, true]) {
    const { doneMs, outcome, sentMs, why } = await callers.call(CUT_OFF, world.keys[0] ?? '', { write });
    const seconds = ((doneMs - sentMs) / 1000).toFixed(1);
    if (outcome === 'ok') fault('a node that was alone for longer than the bound let a call through');
    note(
      `alone for ${APART_MS / 1000} s it answers a ${write ? 'write' : 'read'} by ${outcome === 'ok' ? 'yes' : why} after ${seconds} s`,
    );
  }
}

export const partitionCut: Scenario = {
  name: 'partition-cut',
  title: 'partition that breaks connections',
  how: 'a proxy between one node and the database closes what there is and accepts nothing for 14 s; the click is made at another node',
  victims: 1,
  revokedWithinMs: BOUND_MS,
  readyWithinMs: 5000,
  async play(stage) {
    const link = stage.world.links[CUT_OFF];
    await apart(
      stage,
      () => link?.set('cut'),
      () => link?.set('open'),
    );
  },
};

export const partitionSilent: Scenario = {
  name: 'partition-silent',
  title: 'partition that says nothing',
  how: 'the proxy keeps all connections and passes not a byte for 14 s, then what was sent arrives late',
  victims: 1,
  revokedWithinMs: BOUND_MS,
  readyWithinMs: 5000,
  async play(stage) {
    const link = stage.world.links[CUT_OFF];
    await apart(
      stage,
      () => link?.set('silent'),
      () => link?.set('open'),
    );
  },
};

export const stoppedNode: Scenario = {
  name: 'stop-node',
  title: 'a node that stands still',
  how: 'SIGSTOP for 6 s, then SIGCONT: what was sent meanwhile waits in its sockets',
  victims: 2,
  revokedWithinMs: BOUND_MS,
  readyWithinMs: 1000,
  async play({ ready, revoke, world }) {
    const node = world.nodes[CUT_OFF];
    for (let count = 0; count < 2; count += 1) {
      node?.signal('SIGSTOP');
      const revoked = revoke({ calledAt: [CUT_OFF], revokedAt: ELSEWHERE, watchMs: 9000 });
      await pause(6000);
      const wokenMs = performance.now();
      node?.signal('SIGCONT');
      await node?.untilReady();
      ready(performance.now() - wokenMs);
      await revoked;
    }
  },
};

export const stoppedDatabase: Scenario = {
  name: 'stop-database',
  title: 'a database that stands still',
  how: 'SIGSTOP of all its processes for 14 s, then SIGCONT',
  revokedWithinMs: BOUND_MS,
  readyWithinMs: 5000,
  async play(stage) {
    const { callers, ready, world } = stage;
    world.database.freeze();
    try {
      await pause(APART_MS);
      await expectNothingPasses(stage);
    } finally {
      world.database.thaw();
    }
    ready(await untilWritesPass({ callers, world }));
  },
};
