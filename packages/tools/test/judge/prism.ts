import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../server/test/support/free-port.ts';

const PRISM = fileURLToPath(
  new URL('../../../../bench/judges/node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url),
);

export interface Prism {
  readonly baseUrl: string;
  stop(): Promise<void>;
}

export function hasPrism(): boolean {
  return existsSync(PRISM);
}

/** The mock server that validates requests, running a document, once it listens. */
export async function startPrism(document: string): Promise<Prism> {
  const port = await freePort();
  const args = [
    PRISM,
    'mock',
    document,
    '--errors',
    '--port',
    String(port),
    '--host',
    '127.0.0.1',
    '-v',
    'fatal',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const baseUrl = `http://127.0.0.1:${port}`;
  while (!(await listens(baseUrl))) {
    if (child.exitCode !== null) throw new Error(`Prism ended with ${child.exitCode}: ${said.slice(0, 500)}`);
  }
  return {
    baseUrl,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function listens(baseUrl: string): Promise<boolean> {
  try {
    await fetch(baseUrl, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return false;
  }
}
