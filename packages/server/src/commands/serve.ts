import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Half } from '../app-options.ts';
import { readConfig, type Config } from '../config.ts';
import { createLog, silentLog } from '../kernel/log.ts';
import { drainMs, startLatchkey } from '../start.ts';
import { faultsOfServing } from '../unsafe-settings.ts';
import { startWorkers } from '../workers/primary.ts';
import type { Started } from '../workers/orders.ts';
import { runWorker } from '../workers/worker.ts';
import { refuseToStart, runUntilStopped } from './lifecycle.ts';

const WORKERS_MAX = 64;

export const SERVE_HELP = `latchkey serve [--only gateway|web] [--workers N|auto]

Starts the service: the MCP and API doors, the authorization server, the pages and the dashboard. Without DATABASE_URL it
brings its own PostgreSQL, in LATCHKEY_DATA_DIR.

  --only gateway   the doors and the authorization server alone, at PUBLIC_MCP_BASE_URL
  --only web       the pages and the dashboard alone, at PUBLIC_WEB_BASE_URL
Two hosts need, both the same: PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL, OAUTH_HANDOFF_SECRET, DATABASE_URL and
LATCHKEY_SECRET.

  --workers N      so many processes that share the port, the database and the limits; auto: one for each processor [1]

Environment (defaults in brackets):
  PORT [4747], HOST [127.0.0.1]
  PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL   as the world reaches it, by https: http is for this machine alone
                                             [http://localhost:PORT]
  OAUTH_HANDOFF_SECRET                       needed when the two differ; at least 32 characters
  DATABASE_URL                               an external PostgreSQL
  REDIS_URL                                  redis:// or rediss://: where the rate limits of many nodes are counted [each
                                             node counts for itself]
  LATCHKEY_DATA_DIR [./.latchkey]            database and generated secret
  LATCHKEY_SECRET                            master secret for encryption at rest
  LATCHKEY_CONFIG                            YAML or JSON file that declares organisations and connectors
  LATCHKEY_CONNECTOR_PATHS                   more paths that are the single connector URL, separated by commas
  TRUSTED_PROXIES                            proxies whose X-Forwarded-For is believed: addresses and networks such as
                                             10.0.0.0/8, separated by commas [none]
  SHARED_EGRESS_CIDRS [160.79.104.0/21]      networks of hosted clients, which register for very many people [Claude's]
  LATCHKEY_DRAIN_SECONDS                     how long a SIGTERM leaves it serving, while /readyz and each answer say that it
                                             is going [6 where there are other nodes, else 0]
  LOG_LEVEL [info]                           debug, info, warn, error, silent
  LATCHKEY_METRICS_TOKEN                     whoever shows it may read /metrics; without it, this machine alone, and only
                                             as long as the service has no public address
  LATCHKEY_METRICS_ADDRESS                   an address and port for /metrics alone, such as 127.0.0.1:9464
  OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_…        where sampled traces go; see docs/observability.md [nowhere]

The last line before serving is JSON on standard output: {"event":"ready","url":…,"connector":…}
`;

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
  if (cluster.isWorker) return runWorker(config.value, { only });
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  if (workers > 1) return serveByWorkers(config.value, { count: workers, only, say });
  const started = await startLatchkey(config.value, { environment: 'live', only, say });
  if (!started.ok) return refuseToStart([started.error.message]);

  const { latchkey } = started.value;
  // A new link ends the one before, so it is the web host's to make.
  const setup = only === 'gateway' ? undefined : await latchkey.setup.prepareSetup();
  const { mcpBaseUrl, webBaseUrl } = latchkey;
  const stopped = runUntilStopped(started.value);
  sayReady({ mcpBaseUrl, webBaseUrl, setupToken: setup?.token }, { only, say });
  await stopped;
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
  const begun = await startWorkers(config, { count, log, say });
  if (!begun.ok) return refuseToStart([begun.error.message]);
  const { onLost, stop } = begun.value;
  let drains = false;
  const stopped = runUntilStopped({
    onLost,
    drain: async () => void (drains = true),
    close: () => stop({ drains }),
    drainMs: drainMs(config),
  });
  sayReady(begun.value, { only, say, workers: count });
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
