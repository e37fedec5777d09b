// The built service on a data directory that is kept, in a process of its own, with limits that nobody meets.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServiceCpu } from '../service.ts';
import { cpuOfChildren, parentOf } from '../process-cpu.ts';
import {
  CHECKPOINT_PURPOSE,
  createCheckpointKeeper,
  createIntentCloser,
  createPruner,
  createTrailKeeper,
  deriveKey,
  keepHouse,
  readConfig,
  readMasterSecret,
  silentLog,
  startLatchkey,
} from './built.ts';
import { addSpent, type Credentials, type Spent } from './credentials.ts';
import { seed } from './seed.ts';
import type { Sizes } from './sizes.ts';

/** What the service is asked, and what it says to that. */
export type Question =
  | { readonly ask: 'seed'; readonly sizes: Sizes; readonly upstream: string }
  /** The API behind the tools is somewhere else than when the database was filled. */
  | { readonly ask: 'move'; readonly upstream: string }
  /** Others in place of what a measurement before this one used up. */
  | { readonly ask: 'renew' }
  | { readonly ask: 'cpu' | 'memory' | 'background' | 'vacuum' | 'stop' };

export interface Started {
  readonly url: string;
  readonly postgres: string;
}
export interface Memory {
  readonly resident: number;
  readonly heap: number;
}
/** How long each step took that the service takes by itself every so often, in milliseconds. */
export type Background = Readonly<Record<string, number>>;
export type Told = { readonly say: string } | { readonly answer: unknown };

/** In the resources of grants and tokens: a name, whatever the port is. */
const BASE_URL = 'http://growth.localhost:4747';
const WIDE = { limit: 1_000_000_000, windowSeconds: 60 };

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
if (values.folder === undefined) throw new Error('--folder is missing');
const dataDir = join(values.folder, 'data');
const config = readConfig({
  PORT: '0',
  PUBLIC_MCP_BASE_URL: BASE_URL,
  LATCHKEY_DATA_DIR: dataDir,
  LOG_LEVEL: 'silent',
});
if (!config.ok) throw new Error(config.error.join('; '));
const started = await startLatchkey(config.value, {
  environment: 'test',
  say: () => {},
  log: silentLog,
  limits: { perKey: WIDE, perOrganisation: WIDE },
  unconfirmedClientsMax: 10_000_000,
});
if (!started.ok) throw new Error(started.error.message);
const { close, latchkey, port } = started.value;
const { store } = latchkey;
const { rows } = await store.pool.query<{ pid: number; version: string }>(
  `select pg_backend_pid() as pid, current_setting('server_version') as version`,
);
const [{ pid, version } = { pid: 0, version: '' }] = rows;
const postmaster = parentOf(pid);
answer({ url: `http://127.0.0.1:${port}`, postgres: version } satisfies Started);

// Whoever asks may be killed: the database ends with it all the same.
process.on('disconnect', () => void close().finally(() => process.exit()));

process.on('message', (question: Question) => {
  void respond(question).catch((error: unknown) => {
    console.error(error);
    // The database goes with it.
    void close().finally(() => process.exit(1));
  });
});

async function respond(question: Question): Promise<void> {
  switch (question.ask) {
    case 'seed': {
      const say = (line: string) => process.send?.({ say: line } satisfies Told);
      return answer(
        (await seed(latchkey, question.sizes, { say, upstream: question.upstream })) satisfies Credentials,
      );
    }
    case 'move':
      await store.pool.query('update connectors set base_url = $1', [question.upstream]);
      return answer(undefined);
    case 'renew':
      return answer((await addSpent(latchkey)) satisfies Spent);
    case 'cpu':
      return answer(cpuSeconds());
    case 'memory': {
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      return answer({ resident: rss, heap: heapUsed } satisfies Memory);
    }
    case 'background':
      return answer(await background());
    case 'vacuum':
      await store.pool.query('vacuum');
      return answer(undefined);
    case 'stop':
      answer(undefined);
      return process.disconnect();
  }
}

function answer(value: unknown): void {
  process.send?.({ answer: value } satisfies Told);
}

function cpuSeconds(): ServiceCpu {
  const { system, user } = process.cpuUsage();
  return {
    service: (user + system) / 1e6,
    database: postmaster === undefined ? undefined : cpuOfChildren(postmaster),
  };
}

/** Each step with nothing new to do, as most of them are; the second time, when what it reads has been read. */
async function background(): Promise<Background> {
  const deps = { store, log: silentLog, clock: { nowMs: () => Date.now() } };
  const trail = createTrailKeeper(deps);
  const steps: Record<string, () => Promise<unknown>> = {
    'audit trail: sealing, counting (each second)': trail.step,
    'checkpoints (each minute)': createCheckpointKeeper({
      ...deps,
      sealKey: deriveKey(await readMasterSecret(undefined, dataDir), CHECKPOINT_PURPOSE),
      issuer: BASE_URL,
    }).step,
    'unfinished calls (each minute)': createIntentCloser(deps).step,
    'old audit rows (each 10 minutes)': createPruner(deps).step,
    'answers to refreshes (each 10 seconds)': () => store.grants.wipeReplays(),
    'housekeeping (each 10 minutes)': () => keepHouse(store),
  };
  const took: Record<string, number> = {};
  for (const [name, step] of Object.entries(steps)) {
    for (let time = 0; time < 2; time += 1) {
      const startedMs = performance.now();
      await step();
      took[name] = performance.now() - startedMs;
    }
  }
  return took;
}
