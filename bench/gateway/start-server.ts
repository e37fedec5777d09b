import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import type { Contender, Row } from './contender.ts';
import { CORES } from './programs.ts';
import { callOnce } from './work.ts';

const READY_ATTEMPTS = 400;

export interface Place {
  readonly port: string;
  readonly upstream: string;
  readonly folder: string;
}

/** A program for Node that answers one kind of call. */
export interface Server {
  readonly name: string;
  readonly version: string;
  /** What Node is started with. */
  readonly command: (place: Place) => string[];
  readonly row: (url: string) => Omit<Row, 'name'>;
}

/** Starts it where what is measured runs, and waits until it answers. */
export async function startServer(
  { command, name, row: rowAt, version }: Server,
  { folder, upstream }: Omit<Place, 'port'>,
): Promise<Contender> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}/mcp`;
  const child = spawn(
    'taskset',
    ['-c', CORES.measured, process.execPath, ...command({ port, upstream, folder })],
    // xmcp and others read a .env of the folder that they are started in.
    { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const row = { name, ...rowAt(url) };
  for (let attempt = 1; ; attempt += 1) {
    const fault = await faultOf(row, url);
    if (fault === undefined) break;
    if (child.exitCode !== null || attempt === READY_ATTEMPTS) {
      child.kill('SIGKILL');
      throw new Error(`${name} does not answer`, { cause: fault });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    name,
    version,
    pid: child.pid ?? 0,
    rows: [row],
    async close() {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function faultOf(row: Row, url: string): Promise<unknown> {
  try {
    if (row.isStreamed === true) await fetch(url, { method: 'DELETE' });
    else await callOnce(row.wire());
    return undefined;
  } catch (error) {
    return error;
  }
}
