import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { z } from 'zod';
import { createComputer } from './computer.ts';
import { readOutcome, type Outcome } from './mcp-app.ts';
import { needsClient } from './other-clients.ts';
import type { Decision, World } from './world.ts';

/** Where it listens for its user's return, if nobody else does; else at a port above. */
export const MCPC_CALLBACK = 'http://localhost:8000/callback';

const MONTH_SECONDS = 31 * 86_400;
const sessionsSchema = z.object({ sessions: z.record(z.string(), z.object({})) });
const toolsSchema = z.array(z.object({ name: z.string() }));
const credentialsSchema = z.record(z.string(), z.string());
const keptSchema = z.looseObject({ expiresAt: z.number().optional() });

/** `@apify/mcpc`, each command a run of its own, with the process behind them that keeps its sessions. */
export async function createMcpc(context: TestContext, world: World, decisions: readonly Decision[] = []) {
  const program = needsClient(context, '@apify/mcpc/bin/mcpc');
  const { browser, home, run } = await createComputer(world, decisions);

  async function command(...args: readonly string[]): Promise<unknown> {
    const once = () => run(process.execPath, [program, '--json', ...args], { MCPC_HOME_DIR: home });
    let { status, stderr, stdout } = await once();
    // It gives the process behind it five seconds to come up, which a busy machine may not keep.
    for (let again = 0; again < 2 && /Bridge failed to start/.test(stderr + stdout); again += 1)
      ({ status, stderr, stdout } = await once());
    if (status !== 0) throw new Error(`mcpc ${args.join(' ')}: ${status} ${stderr} ${stdout}`);
    return JSON.parse(stdout);
  }

  onTestFinished(async () => {
    const kept = await readFile(join(home, 'sessions.json'), 'utf8').catch(() => '{"sessions":{}}');
    for (const session of Object.keys(sessionsSchema.parse(JSON.parse(kept)).sessions))
      await command(session, 'close');
  });

  return {
    browser,
    home,
    command,
    async toolNames(session: string): Promise<string[]> {
      const tools = toolsSchema.parse(await command(session, 'tools-list'));
      return tools.map(({ name }) => name).sort();
    },
    /** A month goes by, as it sees it. */
    async expire(): Promise<void> {
      const file = join(home, 'credentials.json');
      const credentials = credentialsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      const entries = Object.entries(credentials).map(([name, kept]) => {
        const { expiresAt, ...rest } = keptSchema.parse(JSON.parse(kept));
        const earlier = expiresAt === undefined ? {} : { expiresAt: expiresAt - MONTH_SECONDS };
        return [name, JSON.stringify({ ...rest, ...earlier })];
      });
      await writeFile(file, JSON.stringify(Object.fromEntries(entries)));
    },
    call: async (session: string, tool: string, ...args: readonly string[]): Promise<Outcome> =>
      readOutcome(await command(session, 'tools-call', tool, ...args)),
  };
}
