import { setTimeout as pause } from 'node:timers/promises';
import { untilWritesPass, type Scenario } from '../scenario.ts';

const ALL = [0, 1, 2];
const SLOW_MS = 6000;

export const slowDisk: Scenario = {
  name: 'slow-disk',
  title: 'slow disk',
  how: 'PostgreSQL waits 100 ms before it flushes each commit (`commit_delay`, `commit_siblings = 0`): simulated in the database, the device itself is not slowed',
  victims: 3,
  revokedWithinMs: 1000,
  async play({ callers, note, revoke, world }) {
    const { admin } = world.database;
    await admin('alter system set commit_delay = 100000');
    await admin('alter system set commit_siblings = 0');
    await admin('select pg_reload_conf()');
    try {
      await pause(500);
      const before = callers.made.length;
      for (let count = 0; count < 3; count += 1)
        await revoke({ calledAt: ALL, revokedAt: count, watchMs: 1500 });
      await pause(1000);
      const tookMs = callers.made
        .slice(before)
        .filter(({ outcome, title }) => outcome === 'ok' && title !== undefined)
        .map(({ doneMs, sentMs }) => doneMs - sentMs)
        .sort((a, b) => a - b);
      note(`a write took ${Math.round(tookMs[Math.floor(tookMs.length / 2)] ?? 0)} ms (median)`);
    } finally {
      await admin('alter system reset commit_delay');
      await admin('alter system reset commit_siblings');
      await admin('select pg_reload_conf()');
    }
  },
};

export const slowNetwork: Scenario = {
  name: 'slow-network',
  title: 'slow way to the database',
  how: 'the proxies hold everything back for 50 ms each way',
  victims: 3,
  revokedWithinMs: 1000,
  async play({ revoke, world }) {
    for (const link of world.links) link.slow(50);
    try {
      for (let count = 0; count < 3; count += 1)
        await revoke({ calledAt: ALL, revokedAt: count, watchMs: 1500 });
    } finally {
      for (const link of world.links) link.slow(0);
    }
  },
};

export const slowUpstream: Scenario = {
  name: 'slow-upstream',
  title: 'slow upstream',
  how: 'the API takes 2 s longer for each call',
  victims: 2,
  revokedWithinMs: 1000,
  async play({ callers, note, revoke, world }) {
    world.upstream.slow(2000);
    try {
      for (let count = 0; count < 2; count += 1)
        await revoke({ calledAt: ALL, revokedAt: count, watchMs: 2500 });
      await pause(SLOW_MS);
      const slow = callers.made.filter(({ doneMs, sentMs }) => doneMs - sentMs > 1900);
      note(
        `${slow.length} calls took two seconds or more, ${slow.filter(({ outcome }) => outcome !== 'ok').length} of them failed`,
      );
    } finally {
      world.upstream.slow(0);
    }
    await untilWritesPass({ callers, world });
  },
};
