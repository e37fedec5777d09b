import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { disconnect } from '../revoker.ts';
import { ORGANISATIONS } from '../world.ts';
import { untilWritesPass, type Scenario } from '../scenario.ts';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (arch) => `/usr/lib/${arch}/faketime/libfaketimeMT.so.1`,
);
const WRONG = 2;
const RIGHT = 0;

export const clockSteps: Scenario = {
  name: 'clock-steps',
  title: 'clock steps',
  how: 'the clock of one node (not its monotonic one) goes two hours ahead, back, two hours behind, and back (libfaketime)',
  victims: 4,
  revokedWithinMs: 1000,
  missing: () =>
    LIBRARIES.some((path) => existsSync(path))
      ? undefined
      : 'libfaketime is not here (install: apt-get install faketime)',
  async play({ callers, fault, note, revoke, say, world }) {
    const node = world.nodes[WRONG];
    if (node === undefined) return;
    const offset = join(world.folder, 'clock');
    const library = LIBRARIES.find((path) => existsSync(path)) ?? '';
    const set = async (seconds: number) => {
      await writeFile(offset, `${seconds < 0 ? '' : '+'}${seconds}\n`);
      await pause(1200);
    };
    await set(0);
    await node.stop();
    await node.start({
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    });
    // Revoked before, between and after the steps: none may come back by any of them.
    const dead: string[] = [];
    const watched = await world.connectVictims(1);
    const expectDead = async (when: string) => {
      for (const token of dead) {
        const { outcome } = await callers.call(WRONG, token, { write: true, slug: ORGANISATIONS[0].slug });
        if (outcome === 'ok') fault(`${when}, a revoked connection was let through`);
      }
    };
    const end = async () => {
      await revoke({ calledAt: [RIGHT, WRONG], revokedAt: RIGHT, watchMs: 1200 });
      await expectDead('after a step');
    };
    for (const victim of watched) {
      await callers.call(WRONG, victim.token, { write: true, slug: victim.slug });
      if (!(await disconnect(world, victim, RIGHT))) throw new Error('the connection could not be revoked');
      dead.push(victim.token);
    }
    for (const [seconds, words] of [
      [7200, 'two hours ahead'],
      [0, 'back again'],
      [-7200, 'two hours behind'],
      [0, 'back again'],
    ] as const) {
      await set(seconds);
      const before = callers.made.length;
      await end();
      const ofNode = callers.made.slice(before).filter(({ node: at }) => at === WRONG);
      const passed = ofNode.filter(({ outcome }) => outcome === 'ok').length;
      note(`${words}: ${passed} of ${ofNode.length} calls at that node passed`);
      say(`${words}: ${passed} of ${ofNode.length} calls at that node passed`);
    }
    await node.stop();
    await node.start();
    await expectDead('after all steps');
    await untilWritesPass({ callers, world });
  },
};
