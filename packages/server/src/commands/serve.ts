import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { startLatchkey } from '../start.ts';
import { refuseToStart, runUntilStopped } from './lifecycle.ts';

export const SERVE_HELP = `latchkey serve

Starts the service: the MCP and API doors, the authorization server, the pages and the dashboard. Without DATABASE_URL it
brings its own PostgreSQL, in LATCHKEY_DATA_DIR.

Environment (defaults in brackets):
  PORT [4747], HOST [127.0.0.1]
  PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL   as the world reaches it [http://localhost:PORT]
  OAUTH_HANDOFF_SECRET                       needed when the two differ; at least 32 characters
  DATABASE_URL                               an external PostgreSQL
  LATCHKEY_DATA_DIR [./.latchkey]            database and generated secret
  LATCHKEY_SECRET                            master secret for encryption at rest
  LATCHKEY_CONFIG                            YAML or JSON file that declares organisations and connectors
  LATCHKEY_CONNECTOR_PATHS                   more paths that are the single connector URL, separated by commas
  LOG_LEVEL [info]                           debug, info, warn, error, silent

The last line before serving is JSON on standard output: {"event":"ready","url":…,"connector":…}
`;

export async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    process.stdout.write(SERVE_HELP);
    return;
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const started = await startLatchkey(config.value, { environment: 'live', say });
  if (!started.ok) return refuseToStart([started.error.message]);

  const { latchkey } = started.value;
  const setup = await latchkey.setup.prepareSetup();
  if (setup !== undefined)
    say(`First run. Create the first account: ${latchkey.webBaseUrl}/setup?token=${setup.token}`);
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', url: latchkey.webBaseUrl, connector: `${latchkey.mcpBaseUrl}/mcp` })}\n`,
  );
  await runUntilStopped(started.value);
}
