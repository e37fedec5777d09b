// The service under test, in a process of its own: the demo's data on an embedded PostgreSQL at its default durability.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedDemo } from '../packages/server/src/commands/demo/seed.ts';
import { readConfig } from '../packages/server/src/config.ts';
import { silentLog } from '../packages/server/src/kernel/log.ts';
import { startLatchkey } from '../packages/server/src/start.ts';
import { cpuOfChildren, parentOf } from './process-cpu.ts';

/** Seconds of CPU since the start. */
export interface ServiceCpu {
  service: number;
  /** All processes of the database; undefined where there is no /proc to read it from. */
  database: number | undefined;
}

const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
// Where root measures, the database's own account passes through here.
await chmod(folder, 0o755);
const config = readConfig({ PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
if (!config.ok) throw new Error(config.error.join('; '));
const started = await startLatchkey(config.value, { environment: 'test', say: () => {}, log: silentLog });
if (!started.ok) throw new Error(started.error.message);
const { latchkey, close } = started.value;
await seedDemo(latchkey, 'http://127.0.0.1:9');
const { rows } = await latchkey.store.pool.query<{ pid: number; version: string }>(
  `select pg_backend_pid() as pid, current_setting('server_version') as version`,
);
const [{ pid, version } = { pid: 0, version: '' }] = rows;
const postmaster = parentOf(pid);
process.send?.({ url: latchkey.mcpBaseUrl, postgres: version });

process.on('message', (message) => {
  if (message === 'cpu') process.send?.(cpuSeconds());
  else void stop();
});

async function stop(): Promise<void> {
  await close();
  await rm(folder, { recursive: true, force: true });
  process.disconnect();
}

function cpuSeconds(): ServiceCpu {
  const { user, system } = process.cpuUsage();
  return {
    service: (user + system) / 1e6,
    database: postmaster === undefined ? undefined : cpuOfChildren(postmaster),
  };
}
