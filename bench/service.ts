// The service under test, in a process of its own: the demo's data on an embedded PostgreSQL at its default durability.
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedDemo } from '../packages/server/src/commands/demo/seed.ts';
import { readConfig } from '../packages/server/src/config.ts';
import { silentLog } from '../packages/server/src/kernel/log.ts';
import { startLatchkey } from '../packages/server/src/start.ts';

/** Seconds of CPU since the start. */
export interface ServiceCpu {
  service: number;
  /** All processes of the database; undefined where there is no /proc to read it from. */
  database: number | undefined;
}

const TICKS_PER_SECOND = 100;

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
  return { service: (user + system) / 1e6, database: databaseCpu() };
}

function databaseCpu(): number | undefined {
  if (postmaster === undefined) return undefined;
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/.test(name) ? readStat(name) : undefined;
    if (fields?.[1] === postmaster) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

function parentOf(process: number): string | undefined {
  return readStat(String(process))?.[1];
}

/** The fields of /proc/<pid>/stat after the name, which may hold spaces: state, parent, and so on. */
function readStat(process: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${process}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    // Not Linux, or it ended a moment ago.
    return undefined;
  }
}
