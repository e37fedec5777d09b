import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { startLatchkey } from '../start.ts';
import { endSoon } from './end-soon.ts';
import { refuseToStart, refuseUsage, runUntilStopped } from './lifecycle.ts';
import { declareDocument } from './try/declare-document.ts';

export const TRY_HELP = `latchkey try <OpenAPI document> [--base-url <url>] [--token-from <variable>]

Starts the service on this computer alone, with the operations of one OpenAPI document as its tools. What it makes of
them is called, so take an API that may be called. Its first start prints a link: make your account there, then paste
the connector URL into an app. Run it again to go on; the tools of another document come beside those of the first.

  --base-url <url>          where the API is, if the document does not say it, or names several places [its first one]
  --token-from <variable>   the environment variable with the bearer token that the API wants [none is sent]

It keeps its data apart, in LATCHKEY_DATA_DIR/try [./.latchkey/try], and other machines do not reach it: no metrics, no
traces, no Redis, whatever the environment names. PORT and LOG_LEVEL are as for "latchkey serve", which is what you take
next.
`;

/** Each would make it something that other machines reach, or put its account into a database that is used. */
const NOT_HERE = ['DATABASE_URL', 'PUBLIC_MCP_BASE_URL', 'PUBLIC_WEB_BASE_URL'] as const;

export async function tryOut(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      'base-url': { type: 'string' },
      'token-from': { type: 'string' },
    },
  });
  if (values.help === true) return void process.stdout.write(TRY_HELP);
  const [document, ...rest] = positionals;
  if (document === undefined || rest.length > 0) {
    return refuseUsage('try: name one document', TRY_HELP);
  }
  const config = readForTrial();
  if (!config.ok) return refuseToStart(config.error);
  const declared = await declareDocument(document, {
    baseUrl: values['base-url'],
    tokenFrom: values['token-from'],
  });
  if (!declared.ok) return refuseToStart([declared.error]);

  const { dataDir } = config.value;
  const configFile = join(dataDir, 'latchkey.json');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(configFile, `${JSON.stringify(declared.value, undefined, 2)}\n`);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const started = await startLatchkey({ ...config.value, configFile }, { environment: 'test', say });
  if (!started.ok) return refuseToStart([started.error.message]);
  const { latchkey } = started.value;
  const setup = await latchkey.setup.prepareSetup();
  const stopped = runUntilStopped(started.value);
  sayWhatIsNext(latchkey, { setupToken: setup?.token, say });
  await stopped;
  endSoon();
}

/** The environment's, kept to this computer. */
function readForTrial(): Result<Config, string[]> {
  const config = readConfig();
  if (!config.ok) return config;
  const { databaseUrl, dataDir, mcpBaseUrl, webBaseUrl } = config.value;
  const given = [databaseUrl, mcpBaseUrl, webBaseUrl];
  const faults = NOT_HERE.filter((_, index) => given[index] !== undefined);
  if (faults.length > 0)
    return fail(
      faults.map(
        (name) => `${name} is set: "latchkey try" is for this computer alone; unset it, or use serve`,
      ),
    );
  return ok({
    ...config.value,
    host: '127.0.0.1',
    redisUrl: undefined,
    telemetry: undefined,
    dataDir: join(dataDir, 'try'),
  });
}

function sayWhatIsNext(
  { mcpBaseUrl, webBaseUrl }: { mcpBaseUrl: string; webBaseUrl: string },
  { say, setupToken }: { say: (line: string) => void; setupToken: string | undefined },
): void {
  const connector = `${mcpBaseUrl}/mcp`;
  if (setupToken !== undefined) say(`\nFirst, make your account:  ${webBaseUrl}/setup?token=${setupToken}\n`);
  say(`Paste this into an app:    ${connector}`);
  say(`Or, with Claude Code:      claude mcp add --transport http my-api ${connector}`);
  say(`Dashboard:                 ${webBaseUrl}/app\n`);
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: webBaseUrl, connector })}\n`);
}
