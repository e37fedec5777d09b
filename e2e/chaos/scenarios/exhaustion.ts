import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { APP_USER } from '../../../packages/server/src/store/embedded/initialise.ts';
import { run } from '../database.ts';
import { untilWell, untilWritesPass, type Scenario } from '../scenario.ts';

const ALL = [0, 1, 2];

export const noConnections: Scenario = {
  name: 'no-connections',
  title: 'no connections left at the database',
  how: 'the gateways’ role may have six connections for all three nodes, and loses those it has, for 10 s',
  victims: 1,
  revokedWithinMs: 10_000,
  readyWithinMs: 5000,
  async play({ callers, ready, revoke, world }) {
    const { admin } = world.database;
    await admin(`alter role ${APP_USER} connection limit 6`);
    try {
      await admin(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${APP_USER}'`);
      const startedMs = performance.now();
      const mayClick = () => performance.now() - startedMs < 8000;
      await revoke({ calledAt: ALL, revokedAt: 0, watchMs: 4000, mayClick });
      await pause(Math.max(0, 10_000 - (performance.now() - startedMs)));
    } finally {
      await admin(`alter role ${APP_USER} connection limit -1`);
    }
    ready(await untilWritesPass({ callers, world }));
  },
};

const SOCKETS = 2000;

export const manySockets: Scenario = {
  name: 'many-sockets',
  title: 'sockets that are opened and say nothing',
  how: `${SOCKETS} connections to each node, each second one with half a request, while calls go on`,
  victims: 2,
  revokedWithinMs: 1000,
  async play({ callers, fault, note, revoke, world }) {
    const sockets: Socket[] = [];
    try {
      for (const { port } of world.nodes) {
        for (let count = 0; count < SOCKETS; count += 1) {
          const socket = connect(port, '127.0.0.1');
          socket.on('error', () => undefined);
          if (count % 2 === 0) socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Le');
          sockets.push(socket);
          if (count % 200 === 0) await pause(20);
        }
      }
      await pause(500);
      note(`${sockets.filter((socket) => !socket.destroyed && !socket.connecting).length} were open at once`);
      const before = callers.made.length;
      for (let count = 0; count < 2; count += 1)
        await revoke({ calledAt: ALL, revokedAt: count, watchMs: 1500 });
      await pause(500);
      const broken = callers.made.slice(before).filter(({ outcome }) => outcome === 'broken').length;
      if (broken > 0) fault(`${broken} calls of others got no answer`);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
};

const DISK_MEGABYTES = 220;

export const fullDisk: Scenario = {
  name: 'full-disk',
  title: 'full disk',
  how: `PostgreSQL’s data on a file system of its own of ${DISK_MEGABYTES} MB, filled to the last block for 12 s, first its tables, then its log (\`pg_switch_wal\`); then room is made, and PostgreSQL started again if it gave up`,
  revokedWithinMs: 10_000,
  readyWithinMs: 5000,
  rate: 60,
  missing: () => (process.getuid?.() === 0 ? undefined : 'mounting a file system needs root'),
  async world() {
    const mountPoint = await mkdtemp(join(tmpdir(), 'latchkey-chaos-disk-'));
    await chmod(mountPoint, 0o755);
    const mounted = await run('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${DISK_MEGABYTES}m,mode=755`,
      'tmpfs',
      mountPoint,
    ]);
    if (!mounted.ok) {
      await rm(mountPoint, { recursive: true, force: true });
      throw new Error(`cannot mount: ${mounted.output}`);
    }
    return {
      options: { databaseFolder: mountPoint },
      async end() {
        await run('umount', ['--lazy', mountPoint]);
        await rm(mountPoint, { recursive: true, force: true });
      },
    };
  },
  async play({ callers, fault, note, ready, say, world }) {
    const filler = join(world.database.folder, 'filler');
    fill(filler, world.database.folder);
    try {
      const before = callers.made.length;
      await pause(8000);
      const refused = callers.made
        .slice(before)
        .filter(({ outcome, title }) => outcome !== 'ok' && title !== undefined);
      say(`the disk is full: ${refused.length} writes were refused`);
      await world.database.admin('select pg_switch_wal()').catch(() => undefined);
      await pause(4000);
      const all = callers.made
        .slice(before)
        .filter(({ outcome, title }) => outcome !== 'ok' && title !== undefined);
      note(
        `${refused.length} writes were refused while tables could not grow, ${all.length - refused.length} while the log could not`,
      );
      if (all.length === 0) fault('the disk was never so full that a write was refused');
      note(world.database.isUp() ? 'PostgreSQL stayed up' : 'PostgreSQL gave up');
    } finally {
      rmSync(filler, { force: true });
    }
    const roomMs = performance.now();
    if (!world.database.isUp()) await world.database.start();
    await untilWell(world);
    await untilWritesPass({ callers, world });
    ready(performance.now() - roomMs);
  },
};

/** To the last block. */
function fill(path: string, folder: string): void {
  const file = openSync(path, 'w');
  try {
    for (const bytes of [1 << 20, 4096]) {
      const block = Buffer.alloc(bytes, 1);
      while (statfsSync(folder).bavail > 0) {
        try {
          if (writeSync(file, block) < bytes) break;
        } catch {
          break;
        }
      }
    }
  } finally {
    closeSync(file);
  }
}
