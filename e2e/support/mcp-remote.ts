import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startFakeBrowser } from './fake-browser.ts';
import { readOutcome, type Outcome } from './mcp-app.ts';
import type { Decision, World } from './world.ts';

const PROGRAM = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');

/**
 * A computer on which desktop apps start the real `mcp-remote`. It has a home of its own and a browser, in which its user
 * makes the given decisions, one each time that it opens; after the last of them the window is just closed.
 */
export async function createComputer(world: World, decisions: readonly Decision[] = []) {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-computer-'));
  const left = [...decisions];
  const browser = await startFakeBrowser(home, async (url) => {
    const decision = left.shift();
    return decision && world.approve(url, decision);
  });
  onTestFinished(async () => {
    await browser.close();
    await rm(home, { recursive: true, force: true });
  });

  return {
    browser,
    /** Starts `mcp-remote` and says hello to it as a desktop app does, on its standard input and output. */
    async start(...args: readonly string[]) {
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [PROGRAM, ...args, '--allow-http'],
        env: { ...browser.env, HOME: home, MCP_REMOTE_CONFIG_DIR: join(home, 'config') },
        stderr: 'pipe',
      });
      let log = '';
      transport.stderr?.on('data', (chunk: Buffer) => {
        log += chunk.toString('utf8');
      });
      const client = new Client({ name: 'Desktop app', version: '1.0.0' });
      const complaints: string[] = [];
      client.onerror = (error) => void complaints.push(String(error));
      onTestFinished(() => client.close());
      await Promise.race([client.connect(transport), browser.failure]).catch((cause: unknown) => {
        throw new Error(`mcp-remote did not connect: ${log}`, { cause });
      });
      return {
        complaints: complaints as readonly string[],
        async toolNames(): Promise<string[]> {
          const { tools } = await client.listTools();
          return tools.map(({ name }) => name).sort();
        },
        async call(name: string, given: Record<string, unknown> = {}): Promise<Outcome> {
          const answer = client.callTool({ name, arguments: given });
          return readOutcome(await Promise.race([answer, browser.failure]));
        },
        close: () => client.close(),
      };
    },
  };
}
