import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { startLatchkey } from '../start.ts';
import { refuseToStart, runUntilStopped } from './lifecycle.ts';

export const SERVE_HELP = `latchkey serve [--only gateway|web]

Starts the service: the MCP and API doors, the authorization server, the pages and the dashboard. Without DATABASE_URL it
brings its own PostgreSQL, in LATCHKEY_DATA_DIR.

  --only gateway   the doors and the authorization server alone, at PUBLIC_MCP_BASE_URL
  --only web       the pages and the dashboard alone, at PUBLIC_WEB_BASE_URL
Two hosts need, both the same: PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL, OAUTH_HANDOFF_SECRET, DATABASE_URL and
LATCHKEY_SECRET.

Environment (defaults in brackets):
  PORT [4747], HOST [127.0.0.1]
  PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL   as the world reaches it [http://localhost:PORT]
  OAUTH_HANDOFF_SECRET                       needed when the two differ; at least 32 characters
  DATABASE_URL                               an external PostgreSQL
  LATCHKEY_DATA_DIR [./.latchkey]            database and generated secret
  LATCHKEY_SECRET                            master secret for encryption at rest
  LATCHKEY_CONFIG                            YAML or JSON file that declares organisations and connectors
  LATCHKEY_CONNECTOR_PATHS                   more paths that are the single connector URL, separated by commas
  TRUSTED_PROXIES                            proxies whose X-Forwarded-For is believed: addresses and networks such as
                                             10.0.0.0/8, separated by commas [none]
  SHARED_EGRESS_CIDRS [160.79.104.0/21]      networks of hosted clients, which register for very many people [Claude's]
  LOG_LEVEL [info]                           debug, info, warn, error, silent

The last line before serving is JSON on standard output: {"event":"ready","url":…,"connector":…}
`;

export async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { help: { type: 'boolean', short: 'h' }, only: { type: 'string' } },
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
  const config = readConfig(undefined, { apart: only !== undefined });
  if (!config.ok) return refuseToStart(config.error);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const started = await startLatchkey(config.value, { environment: 'live', only, say });
  if (!started.ok) return refuseToStart([started.error.message]);

  const { latchkey } = started.value;
  // A new link ends the one before, so it is the web host's to make.
  const setup = only === 'gateway' ? undefined : await latchkey.setup.prepareSetup();
  if (setup !== undefined)
    say(`First run. Create the first account: ${latchkey.webBaseUrl}/setup?token=${setup.token}`);
  const ready = {
    event: 'ready',
    url: only === 'gateway' ? latchkey.mcpBaseUrl : latchkey.webBaseUrl,
    connector: `${latchkey.mcpBaseUrl}/mcp`,
    ...(only === undefined ? {} : { only }),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await runUntilStopped(started.value);
}
