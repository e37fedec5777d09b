import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import type { McpUpstream } from '../../packages/server/src/upstreams/upstream.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';

const PROGRAM = fileURLToPath(
  new URL('../clients/node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);

/** The same as a command. */
export const EVERYTHING_PACKAGE_COMMAND: McpUpstream = {
  transport: 'stdio',
  command: process.execPath,
  args: [PROGRAM, 'stdio'],
  env: {},
};

export function hasEverythingPackage(): boolean {
  return existsSync(PROGRAM);
}

/** For each test that needs it: where it is not installed the test is skipped, and fails if nothing may be. */
export function needsEverythingPackage({ skip }: Pick<TestContext, 'skip'>): void {
  if (hasEverythingPackage()) return;
  const reason = 'SKIPPED: a server of others (install: npm ci --prefix e2e/clients)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  skip(reason);
}

/** `@modelcontextprotocol/server-everything` from npm, on SDK v1: somebody else's server of 2025. */
export async function startEverythingPackage(mode: 'streamableHttp' | 'sse' = 'streamableHttp') {
  const port = await freePort();
  const child = spawn(process.execPath, [PROGRAM, mode], {
    env: { PORT: String(port), PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`it ended with ${status}: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('listening') || said.includes('Server is running')) resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${port}/${mode === 'sse' ? 'sse' : 'mcp'}`,
    async close(): Promise<void> {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
