import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Half } from '../app-options.ts';
import { readConfig, type Config } from '../config.ts';
import { createLog, silentLog } from '../kernel/log.ts';
import { drainMs } from '../leaving.ts';
import { startLatchkey } from '../start.ts';
import { faultsOfServing } from '../unsafe-settings.ts';
import { startWorkers, type RunningWorkers } from '../workers/primary.ts';
import type { Started } from '../workers/orders.ts';
import { runWorker } from '../workers/worker.ts';
import { endSoon } from './end-soon.ts';
import { hasLostTerminal } from './has-lost-terminal.ts';
import { refuseToStart, runUntilStopped } from './lifecycle.ts';
import { SERVE_HELP } from './serve-help.ts';

const WORKERS_MAX = 64;

export async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      only: { type: 'string' },
      workers: { type: 'string' },
    },
  });
  if (values.help === true) {
    process.stdout.write(SERVE_HELP);
    return;
  }
  const { only } = values;
  if (only !== undefined && only !== 'gateway' && only !== 'web') {
    refuseToStart([`--only ${only}: there is "--only gateway" and "--only web"`]);
    process.exitCode = 2;
    return;
  }
  const workers = countOf(values.workers);
  if (workers === undefined) {
    refuseToStart([`--workers ${values.workers}: is a number from 1 to ${WORKERS_MAX}, or auto`]);
    process.exitCode = 2;
    return;
  }
  const config = readConfig(undefined, { apart: only !== undefined });
  if (!config.ok) return refuseToStart(config.error);
  const unsafe = faultsOfServing(config.value);
  if (unsafe.length > 0) return refuseToStart(unsafe);
  // Whoever reads what it says may be gone, or their disk full: that ends nothing.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (cluster.isWorker) return runWorker(config.value, { only });
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  if (workers > 1) return serveByWorkers(config.value, { count: workers, only, say });
  onHangUp(() => say('SIGHUP replaces workers, and there are none: it goes on as it is.'));
  const started = await startLatchkey(config.value, { environment: 'live', only, say });
  if (!started.ok) return refuseToStart([started.error.message]);

  const { latchkey } = started.value;
  // A new link ends the one before, so it is the web host's to make.
  const setup = only === 'gateway' ? undefined : await latchkey.setup.prepareSetup();
  const { mcpBaseUrl, webBaseUrl } = latchkey;
  const stopped = runUntilStopped(started.value);
  sayReady({ mcpBaseUrl, webBaseUrl, setupToken: setup?.token }, { only, say });
  await stopped;
  endSoon();
}

/** Undefined: that is no number of workers. */
function countOf(given: string | undefined): number | undefined {
  if (given === undefined) return 1;
  if (given === 'auto') return Math.min(availableParallelism(), WORKERS_MAX);
  const count = /^[1-9]\d?$/.test(given) ? Number(given) : 0;
  return count >= 1 && count <= WORKERS_MAX ? count : undefined;
}

async function serveByWorkers(
  config: Config,
  { count, only, say }: { count: number; only: Half | undefined; say: (line: string) => void },
): Promise<void> {
  const log = config.logLevel === 'silent' ? silentLog : createLog(config.logLevel);
  let running: RunningWorkers | undefined;
  // While they start there is nothing to replace.
  onHangUp(() => void running?.replaceAll());
  const begun = await startWorkers(config, { count, log, say });
  if (!begun.ok) return refuseToStart([begun.error.message]);
  running = begun.value;
  const { onLost, stop, stopDatabase } = running;
  let drains = false;
  const stopped = runUntilStopped({
    onLost,
    drain: async () => void (drains = true),
    close: () => stop({ first: drains ? 'drain' : 'nothing' }),
    drainMs: drainMs(config),
    waitsFor: () => 'its workers',
    stopDatabase,
  });
  sayReady(running, { only, say, workers: count });
  await stopped;
}

function sayReady(
  { mcpBaseUrl, setupToken, webBaseUrl }: Started,
  { only, say, workers }: { only: Half | undefined; say: (line: string) => void; workers?: number },
): void {
  if (setupToken !== undefined)
    say(`First run. Create the first account: ${webBaseUrl}/setup?token=${setupToken}`);
  const ready = {
    event: 'ready',
    url: only === 'gateway' ? mcpBaseUrl : webBaseUrl,
    connector: `${mcpBaseUrl}/mcp`,
    ...(only === undefined ? {} : { only }),
    ...(workers === undefined ? {} : { workers }),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

/** SIGHUP. Whoever closes the terminal that it was begun in means the same by it as by Ctrl-C. */
function onHangUp(replace: () => void): void {
  process.on('SIGHUP', () => {
    if (hasLostTerminal()) process.kill(process.pid, 'SIGINT');
    else replace();
  });
}
