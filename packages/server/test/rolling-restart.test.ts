import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPerson } from '../src/demo/person.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { freePort } from './support/free-port.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';
import { rpc } from './support/oauth-client.ts';

// Two processes behind a proxy that asks each at /readyz, sends calls to those that are ready in turn, and repeats none.
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Tiny', version: '1' },
  paths: {
    '/ping': { get: { operationId: 'ping', summary: 'Ping', responses: { 200: { description: 'pong' } } } },
    '/work': { post: { operationId: 'work', summary: 'Work', responses: { 200: { description: 'done' } } } },
  },
};
const CLIENTS = 6;
vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

let folder: string;
let database: TestDatabase;
let upstream: Server;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let environment: Record<string, string>;
const nodes: { port: number; running: StartedCommand }[] = [];

async function startProxy(ports: readonly number[]) {
  // Gives an idle connection up long before the node does: whoever sends on one that is just being closed gets nothing.
  const agent = new Agent({ keepAlive: true, timeout: 1000 });
  const ready = new Set<number>();
  let turn = 0;
  const server = createServer((from, to) => {
    const able = ports.filter((port) => ready.has(port));
    turn += 1;
    const port = able[turn % able.length];
    const { headers, method, url } = from;
    const onward = request({ host: '127.0.0.1', port, path: url, method, headers, agent }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.headersSent || to.writeHead(502).end());
    from.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const look = async (): Promise<void> => {
    for (const port of ports) {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      if (answer?.status === 200) ready.add(port);
      else ready.delete(port);
    }
  };
  let isClosed = false;
  const looking = (async () => {
    while (!isClosed) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    ready,
    async close() {
      isClosed = true;
      await looking;
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

beforeAll(async () => {
  upstream = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  });
  // It shares this process, which may be held up: an idle connection must not be over at the very moment of a call.
  upstream.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-rolling-'));
  await writeFile(join(folder, 'tiny.json'), JSON.stringify(OPENAPI));
  const declared = {
    connectors: [{ slug: 'tiny', name: 'Tiny', document: 'tiny.json', base_url: `http://127.0.0.1:${port}` }],
  };
  await writeFile(join(folder, 'latchkey.json'), JSON.stringify(declared));
  const ports = [await freePort(), await freePort()];
  proxy = await startProxy(ports);
  environment = {
    PUBLIC_MCP_BASE_URL: proxy.url,
    LATCHKEY_SECRET: 'one secret for both nodes, 32 characters',
    DATABASE_URL: database.url,
    LATCHKEY_CONFIG: './latchkey.json',
    // The proxy has to hear in that time that a node leaves.
    LATCHKEY_DRAIN_SECONDS: '10',
    LOG_LEVEL: 'silent',
  };
  for (const each of ports) nodes.push({ port: each, running: start(each) });
  for (const { running } of nodes) await untilReady(running);
  await bothReady();
});
afterAll(async () => {
  await proxy.close();
  await Promise.all(nodes.map(({ running }) => stopCommand(running)));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

function bothReady(): Promise<void> {
  return vi.waitFor(
    () => {
      if (proxy.ready.size < 2) throw new Error('the proxy knows of fewer than two');
    },
    { timeout: 20_000 },
  );
}

function start(port: number): StartedCommand {
  return startCommand(['serve'], { cwd: folder, environment: { ...environment, PORT: String(port) } });
}

/** One for each client, which calls less often than a key may. */
async function newKeys(): Promise<string[]> {
  // Each said a link, and the later ended the one before.
  for (const { running } of nodes) {
    const link = /http:\S+\/setup\?token=\S+/.exec(running.err())?.[0] ?? '';
    const person = createPerson({ origins: [proxy.url] });
    const page = await person.visit(link);
    if (page.html.includes('no longer, the right one')) continue;
    const account = { email: 'first@initech.test', name: 'First', password: 'a long enough password' };
    await person.submit(page, { ...account, organisation_name: 'Initech', slug: 'initech' }, 'email');
    const makeKey = async (): Promise<string> => {
      const made = await fetch(`${proxy.url}/portal/v1/organisations/initech/keys`, {
        method: 'POST',
        headers: { cookie: person.cookieHeader(), origin: proxy.url, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'By hand', access: 'full', expires_in_days: 7 }),
      });
      return ((await made.json()) as { secret: string }).secret;
    };
    return Promise.all(Array.from({ length: CLIENTS }, makeKey));
  }
  throw new Error('no link leads to the form');
}

test('no call is lost while one node after the other is restarted', async () => {
  const keys = await newKeys();
  const statuses = new Map<string, number>();
  let isOver = false;
  const served = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);

  async function keepCalling(secret: string, client: number): Promise<void> {
    const headers = { 'x-api-key': secret };
    for (let call = 0; !isOver; call += 1) {
      const status = await (
        (client + call) % 2 === 0
          ? rpc(`${proxy.url}/mcp/initech`, headers, 'tools/call', { name: 'work', arguments: {} })
          : fetch(`${proxy.url}/api/tiny/ping`, { headers })
      ).then(
        async (answer) => `${answer.status} ${(await answer.text()).includes('done')}`,
        (error: Error) => error.message,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 110));
    }
  }

  const clients = keys.map(keepCalling);
  for (const node of nodes) {
    const before = served();
    await expect.poll(served, { timeout: 20_000 }).toBeGreaterThan(before + 2 * CLIENTS);
    node.running.child.kill('SIGTERM');
    expect(await node.running.exit).toBe(0);
    node.running = start(node.port);
    await untilReady(node.running);
    await bothReady();
  }
  isOver = true;
  await Promise.all(clients);
  expect([...statuses.keys()]).toEqual(['200 true']);
});
