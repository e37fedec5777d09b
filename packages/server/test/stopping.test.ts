import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPerson } from '../src/demo/person.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';
import { rpc } from './support/oauth-client.ts';

// A real process that is told to stop while it is at work, before an upstream that answers when it is told to.
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Slow', version: '1' },
  paths: {
    '/work': { post: { operationId: 'work', summary: 'Work', responses: { 200: { description: 'done' } } } },
  },
};
const CALLS = 10;
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let database: TestDatabase;
let upstream: Server;
let held: ServerResponse[];
let served: StartedCommand;
let url: string;
let key: Record<string, string>;

beforeEach(async () => {
  held = [];
  upstream = createServer((_request, response) => void held.push(response));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-stopping-'));
  await writeFile(join(folder, 'slow.json'), JSON.stringify(OPENAPI));
  const { port } = upstream.address() as AddressInfo;
  const declared = {
    connectors: [{ slug: 'slow', name: 'Slow', document: 'slow.json', base_url: `http://127.0.0.1:${port}` }],
  };
  await writeFile(join(folder, 'latchkey.json'), JSON.stringify(declared));
  served = startCommand(['serve'], {
    cwd: folder,
    environment: {
      PORT: '0',
      DATABASE_URL: database.url,
      LATCHKEY_SECRET: 'the secret of the service, of 32 characters',
      LATCHKEY_CONFIG: './latchkey.json',
      LOG_LEVEL: 'silent',
    },
  });
  url = (await untilReady(served))['url'] ?? '';
  const link = /http:\S+\/setup\?token=\S+/.exec(served.err())?.[0] ?? '';
  const person = createPerson({ origins: [url] });
  const account = { email: 'first@initech.test', name: 'First', password: 'a long enough password' };
  await person.submit(
    await person.visit(link),
    { ...account, organisation_name: 'Initech', slug: 'initech' },
    'email',
  );
  const made = await fetch(`${url}/portal/v1/organisations/initech/keys`, {
    method: 'POST',
    headers: { cookie: person.cookieHeader(), origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'By hand', access: 'full', expires_in_days: 7 }),
  });
  const { secret } = (await made.json()) as { secret: string };
  key = { 'x-api-key': secret };
});
afterEach(async () => {
  for (const response of held) response.destroy();
  await stopCommand(served);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

/** Half by MCP, half by the REST door; all of them reach the upstream and wait there. */
async function callsUnderWay() {
  const calls = Array.from({ length: CALLS }, (_, n) =>
    n % 2 === 0
      ? rpc(`${url}/mcp/initech`, key, 'tools/call', { name: 'work', arguments: {} })
      : fetch(`${url}/api/slow/work`, { method: 'POST', headers: key }),
  );
  await expect.poll(() => held.length, { timeout: 20_000 }).toBe(CALLS);
  return calls;
}

async function noLongerListens(): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(
          () => true,
          () => false,
        ),
      {
        timeout: 20_000,
      },
    )
    .toBe(false);
}

test('SIGTERM loses no call that was accepted, and a stream ends in order', async () => {
  const stream = await fetch(`${url}/mcp/initech/sse`, {
    headers: { ...key, accept: 'text/event-stream' },
  });
  expect(stream.status).toBe(200);
  const calls = await callsUnderWay();
  served.child.kill('SIGTERM');
  await noLongerListens();
  expect(await stream.text()).toContain('event: endpoint');
  expect(served.child.exitCode).toBeNull();
  for (const response of held)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  const answers = await Promise.all(calls);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  // Who was answered goes elsewhere with the next call.
  expect(answers.map(({ headers }) => headers.get('connection'))).toEqual(answers.map(() => 'close'));
  for (const answer of answers) expect(await answer.text()).toContain('done');
  expect(await served.exit).toBe(0);
  // Each was announced before and has its outcome after; none was made twice.
  expect(held).toHaveLength(CALLS);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    `select phase, outcome, count(*)::int as n, count(distinct request_id)::int as requests from audit_events
     where action in ('tool.call', 'api.call') group by 1, 2 order by 1, 2`,
  );
  await client.end();
  expect(rows).toEqual([
    { phase: 'intent', outcome: null, n: CALLS, requests: CALLS },
    { phase: 'outcome', outcome: 'ok', n: CALLS, requests: CALLS },
  ]);
});

test('a second signal ends it at once, and a call that never ends does not keep it for ever', async () => {
  const calls = (await callsUnderWay()).map((call) =>
    call.then(
      ({ status }) => status,
      () => 'broken off',
    ),
  );
  served.child.kill('SIGTERM');
  await noLongerListens();
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(1);
  expect(served.err()).toContain('a second signal');
  expect(await Promise.all(calls)).toEqual(calls.map(() => 'broken off'));
});
