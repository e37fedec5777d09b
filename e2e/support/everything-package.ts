import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { freePort } from '../../packages/server/test/support/free-port.ts';

const PROGRAM = fileURLToPath(
  new URL('../clients/node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);

/** `@modelcontextprotocol/server-everything` from npm, on SDK v1: somebody else's server of 2025. */
export async function startEverythingPackage({ skip }: Pick<TestContext, 'skip'>) {
  if (!existsSync(PROGRAM)) {
    const reason = 'SKIPPED: a server of others (install: npm ci --prefix e2e/clients)';
    if (process.env['CI'] === 'true') throw new Error(reason);
    return skip(reason);
  }
  const port = await freePort();
  const child = spawn(process.execPath, [PROGRAM, 'streamableHttp'], {
    env: { PORT: String(port), PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`it ended with ${status}: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('listening')) resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close(): Promise<void> {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
