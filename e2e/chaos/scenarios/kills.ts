import { setTimeout as pause } from 'node:timers/promises';
import { untilWell, untilWritesPass, type Scenario } from '../scenario.ts';

const ALL = [0, 1, 2];

export const killNode: Scenario = {
  name: 'kill-node',
  title: '`kill -9` of a node',
  how: 'one gateway after the other, started again at once, while the other two serve',
  victims: 8,
  revokedWithinMs: 1000,
  readyWithinMs: 1000,
  async play({ kills, ready, revoke, say, world }) {
    const revokeEvery = Math.max(1, Math.floor(kills / 8));
    for (let count = 0; count < kills; count += 1) {
      const index = count % world.nodes.length;
      const node = world.nodes[index];
      if (node === undefined) continue;
      await pause(150);
      await node.kill();
      const [readyMs] = await Promise.all([
        node.start(),
        // Clicked while a node is dead, at one that lives; the app calls all three.
        count % revokeEvery === 0 && count / revokeEvery < 8
          ? revoke({ calledAt: ALL, revokedAt: (index + 1) % 3, watchMs: 1500 })
          : undefined,
      ]);
      ready(readyMs);
      say(`killed ${node.name} (${count + 1} of ${kills}): ready again after ${Math.round(readyMs)} ms`);
    }
  },
};

export const killDatabase: Scenario = {
  name: 'kill-database',
  title: '`kill -9` of the database',
  how: 'the postmaster and all its processes at once, started again at once; ready: from that start until each node is ready and takes a write',
  victims: 4,
  revokedWithinMs: 1000,
  readyWithinMs: 5000,
  async play({ callers, kills, ready, revoke, say, world }) {
    const rounds = Math.max(1, Math.round(kills / 4));
    for (let count = 0; count < rounds; count += 1) {
      const begun = revokeSoon();
      await pause(count % 2 === 0 ? 400 : 900);
      await world.database.kill();
      const startedMs = performance.now();
      await world.database.start();
      await untilWell(world);
      await untilWritesPass({ callers, world });
      const readyMs = performance.now() - startedMs;
      ready(readyMs);
      await begun;
      say(`killed the database (${count + 1} of ${rounds}): writes again after ${Math.round(readyMs)} ms`);
      function revokeSoon(): Promise<unknown> {
        return count < 4 ? revoke({ calledAt: ALL, revokedAt: count % 3, watchMs: 1500 }) : Promise.resolve();
      }
    }
  },
};
