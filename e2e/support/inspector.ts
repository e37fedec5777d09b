import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { createComputer } from './computer.ts';
import { needsNewerNode } from './conformance.ts';
import { readOutcome, type Outcome } from './mcp-app.ts';
import { needsClient } from './other-clients.ts';
import type { Decision, World } from './world.ts';

const toolsSchema = z.object({ tools: z.array(z.object({ name: z.string() })) });
const storeSchema = z.looseObject({ secrets: z.record(z.string(), z.string()) });
const ACCESS_TOKEN = /("access_token":")[^"]*/;

/** The Inspector on the command line. Each run connects anew and asks one thing; `flags` say to what and how. */
export async function createInspector(
  context: TestContext,
  world: World,
  decisions: readonly Decision[] = [],
) {
  const program = needsClient(context, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
  const node = needsNewerNode(context);
  const { browser, home, run } = await createComputer(world, decisions);

  async function ask(flags: readonly string[], ...question: readonly string[]): Promise<unknown> {
    const { status, stderr, stdout } = await run(node, [program, '--cli', ...flags, ...question], {
      // It is no terminal that it runs in. Only so it believes that somebody is there to sign in.
      ...(decisions.length === 0 ? {} : { MCP_AUTO_OPEN_ENABLED: 'true' }),
      MCP_INSPECTOR_SECRET_STORE: 'file',
    });
    if (status !== 0) throw new Error(`the Inspector: ${status} ${stderr} ${stdout}`);
    return JSON.parse(stdout);
  }

  return {
    browser,
    /** Puts something useless in the place of the access token that it stored. */
    async spoilAccessToken(): Promise<void> {
      const file = join(home, '.mcp-inspector', 'secrets.json');
      const { secrets, ...rest } = storeSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      const spoilt = Object.entries(secrets).map(([name, text]) => [
        name,
        text.replace(ACCESS_TOKEN, '$1lost'),
      ]);
      await writeFile(file, JSON.stringify({ ...rest, secrets: Object.fromEntries(spoilt) }));
    },
    async toolNames(...flags: readonly string[]): Promise<string[]> {
      const { tools } = toolsSchema.parse(await ask(flags, '--method', 'tools/list'));
      return tools.map(({ name }) => name).sort();
    },
    call: async (flags: readonly string[], tool: string, ...args: readonly string[]): Promise<Outcome> =>
      readOutcome(await ask(flags, '--method', 'tools/call', '--tool-name', tool, ...args)),
  };
}
