import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createComputer } from './computer.ts';
import { readOutcome, type Outcome } from './mcp-app.ts';
import type { Decision, World } from './world.ts';

const PROGRAM = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');

/** A computer on which desktop apps start the real `mcp-remote`. */
export async function createDesktop(world: World, decisions: readonly Decision[] = []) {
  const { browser, env, home } = await createComputer(world, decisions);

  return {
    browser,
    /** Starts `mcp-remote` and says hello to it as a desktop app does, on its standard input and output. */
    async start(...args: readonly string[]) {
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [PROGRAM, ...args, '--allow-http'],
        env: { ...env, MCP_REMOTE_CONFIG_DIR: join(home, 'config') },
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
