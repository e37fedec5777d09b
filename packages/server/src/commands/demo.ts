import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { startReelport } from '../demo/reelport/start-reelport.ts';
import { DEMO_PASSWORD, DEMO_USERS } from '../demo/demo-data.ts';
import { silentLog } from '../kernel/log.ts';
import { startLatchkey } from '../start.ts';
import { isPublic, listensForOthers } from '../unsafe-settings.ts';
import { createNarrator } from './demo/narrator.ts';
import { seedDemo } from './demo/seed.ts';
import { tellStory } from './demo/story.ts';
import { refuseToStart, runUntilStopped } from './lifecycle.ts';

export const DEMO_HELP = `latchkey demo [--once]

Starts the embedded database, the demo API and Latchkey, and tells the whole story with a real MCP client: a pasted URL,
sign-in, consent, tools, a write, a refused write, revocation. Then it keeps serving, so that you can do the same.

  --once   exit after the story: 0 only if every step held

The demo keeps its data apart, in LATCHKEY_DATA_DIR/demo [./.latchkey/demo]: its people and their password exist there
alone. PORT, HOST and LOG_LEVEL are as for "latchkey serve". Everybody knows that password, so it serves this machine alone.
`;

export async function demo(args: string[]): Promise<void> {
  const options = { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  const { values } = parseArgs({ args, options });
  if (values.help === true) {
    process.stdout.write(DEMO_HELP);
    return;
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  if (config.value.databaseUrl !== undefined) {
    return refuseToStart([
      'the demo brings its own database, so that its people never get into yours: unset DATABASE_URL',
    ]);
  }
  if (isPublic(config.value) || listensForOthers(config.value)) {
    return refuseToStart([
      'everybody knows the password of the demo’s people, so it serves this machine alone: unset PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL and HOST, or set them to localhost',
    ]);
  }
  const narrator = createNarrator((text) => process.stdout.write(text), { colour: process.stdout.isTTY });
  narrator.title('Latchkey demo');
  const started = await startLatchkey(
    { ...config.value, dataDir: join(config.value.dataDir, 'demo') },
    { environment: 'test', say: (line) => void process.stdout.write(`${line}\n`), log: silentLog },
  );
  if (!started.ok) return refuseToStart([started.error.message]);
  const { latchkey, databaseUrl } = started.value;
  const reelport = await startReelport({
    databaseUrl,
    issuer: latchkey.mcpBaseUrl,
    jwksUrl: `${latchkey.mcpBaseUrl}/.well-known/jwks.json`,
    log: silentLog,
  });
  try {
    await seedDemo(latchkey, reelport.url);
    await tellStory(latchkey, narrator);
    if (values.once !== true) {
      const stopped = runUntilStopped({ ...started.value, close: async () => {} });
      invite(latchkey);
      await stopped;
    }
  } catch (error) {
    refuseToStart([error instanceof Error ? error.message : String(error)]);
  } finally {
    await reelport.close();
    await started.value.close();
  }
}

/** What a person needs to do the same by hand; the last line is for programs. */
function invite({ mcpBaseUrl, webBaseUrl }: { mcpBaseUrl: string; webBaseUrl: string }): void {
  const people = DEMO_USERS.map(({ email }) => email).join(', ');
  process.stdout.write(`
Now you. Paste this URL into an MCP client:

  Connector   ${mcpBaseUrl}/mcp
  Sign in as  ${people}
  Password    ${DEMO_PASSWORD}
  Dashboard   ${webBaseUrl}/app/acme

Ctrl-C stops everything.

${JSON.stringify({ event: 'ready', url: webBaseUrl, connector: `${mcpBaseUrl}/mcp` })}
`);
}
