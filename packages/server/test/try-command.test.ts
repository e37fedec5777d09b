import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../src/demo/mcp-client.ts';
import { createPerson } from '../src/demo/person.ts';
import { startUpstream } from './gateway/support/upstream.ts';
import { startCommand, stopCommand, untilReady } from './support/latchkey-command.ts';

const ACCOUNT = { email: 'new@comer.test', password: 'a password of the newcomer' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-try-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
  await writeFile(
    join(folder, 'openapi.json'),
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Coffee bar', version: '1' },
      paths: { '/coffees': { get: { operationId: 'list_coffees', responses: {} } } },
    }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(args: string[], environment: Record<string, string> = {}) {
  return startCommand(['try', ...args], {
    cwd: folder,
    environment: { PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...environment },
  });
}

/** Whether anything takes a connection there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port });
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

test('one document is served on this computer alone, whatever the environment names, and its API gets the token of the variable', async () => {
  const upstream = await startUpstream();
  upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('["flat white"]');
  });
  // What the environment names for the service that is used: its counters, its metrics, where its traces go.
  const elsewhere = createServer((socket) => socket.destroy());
  let visits = 0;
  elsewhere.on('connection', () => (visits += 1)).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const place = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const command = start(['./openapi.json', '--base-url', upstream.baseUrl, '--token-from', 'COFFEE_TOKEN'], {
    HOST: '0.0.0.0',
    COFFEE_TOKEN: 'a-token-of-the-coffee-bar',
    REDIS_URL: `redis://${place}`,
    LATCHKEY_METRICS_ADDRESS: place,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${place}`,
    OTEL_TRACES_SAMPLER: 'always_on',
  });
  try {
    const { connector = '' } = await untilReady(command);
    const port = Number(new URL(connector).port);
    expect(await answers('127.0.0.1', port)).toBe(true);
    // As near as a machine comes to itself from elsewhere: what listens everywhere takes this.
    expect(await answers('127.0.0.2', port)).toBe(false);

    const setupUrl = /https?:\S+\/setup\?token=\S+/.exec(command.err())?.[0] ?? '';
    const person = createPerson({ origins: [new URL(connector).origin] });
    const fields = { ...ACCOUNT, name: 'Newcomer', organisation_name: 'Coffee', slug: 'coffee' };
    await person.submit(await person.visit(setupUrl), fields, 'organisation_name');
    const { client, close } = await connect({
      connectorUrl: connector,
      clientName: 'App',
      approve: async (authorizeUrl) => (await person.decide(authorizeUrl, ACCOUNT)).callback,
      onStep: () => {},
    });
    const result = await client.callTool({ name: 'list_coffees', arguments: {} });
    await close();
    expect(JSON.stringify(result.content)).toContain('flat white');
    expect(upstream.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a-token-of-the-coffee-bar',
    ]);
    expect(command.out() + command.err()).not.toContain('a-token-of-the-coffee-bar');
    // A trace is sent at the latest when it stops.
    await stopCommand(command);
    expect(visits).toBe(0);
  } finally {
    await stopCommand(command);
    await upstream.close();
    elsewhere.close();
  }
});

test('what others reach, and what is used, is no trial: each variable is named, and nothing starts', async () => {
  const command = start(['./openapi.json', '--base-url', 'http://127.0.0.1:9'], {
    DATABASE_URL: 'postgres://localhost/latchkey',
    PUBLIC_MCP_BASE_URL: 'https://mcp.example.com',
    PUBLIC_WEB_BASE_URL: 'https://mcp.example.com',
  });
  expect(await command.exit).toBe(1);
  for (const name of ['DATABASE_URL', 'PUBLIC_MCP_BASE_URL', 'PUBLIC_WEB_BASE_URL'])
    expect(command.err()).toContain(`${name} is set: "latchkey try" is for this computer alone`);
});

test.each([
  [[], 'name one document'],
  [['--token', 'x'], '--token'],
])('%j is not understood, and ends with status 2', async (args, words) => {
  const command = start(args);
  expect(await command.exit).toBe(2);
  expect(command.err()).toContain(words);
});
