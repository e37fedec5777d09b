import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createPerson } from '../src/demo/person.ts';
import { openEvents } from './gateway/support/events.ts';
import { createTestDatabase } from './support/database.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';
import { rpc } from './support/oauth-client.ts';

// The built command with two workers and the database that it brings along, as a person starts it.
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Tiny', version: '1' },
  paths: {
    '/ping': { get: { operationId: 'ping', summary: 'Ping', responses: { 200: { description: 'pong' } } } },
    '/work': { post: { operationId: 'work', summary: 'Work', responses: { 200: { description: 'done' } } } },
  },
};
const WORKERS = 2;
const SECRET = 'the secret of the service, of 32 characters';

let folder: string;
let upstream: Server;
let held: ServerResponse[];
let environment: Record<string, string>;
let served: StartedCommand;
let ready: Record<string, unknown>;
let url: string;
let cookie: string;
let key: Record<string, string>;

beforeAll(async () => {
  held = [];
  upstream = createServer((request, response) => {
    if (request.method === 'POST') held.push(response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"pong":true}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'latchkey-workers-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
  await declare('Tiny');
  environment = {
    PORT: '0',
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LATCHKEY_CONFIG: './latchkey.json',
    LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION: '7000',
    LATCHKEY_CALLS_PER_MINUTE_PER_KEY: '700',
    LOG_LEVEL: 'error',
  };
  served = startCommand(['serve', '--workers', String(WORKERS)], { cwd: folder, environment });
  ready = await untilReady(served);
  url = String(ready['url']);

  const link = /http:\S+\/setup\?token=\S+/.exec(served.err())?.[0] ?? '';
  const person = createPerson({ origins: [url] });
  const account = { email: 'first@initech.test', name: 'First', password: 'a long enough password' };
  const organisation = { organisation_name: 'Initech', slug: 'initech' };
  await person.submit(await person.visit(link), { ...account, ...organisation }, 'email');
  cookie = person.cookieHeader();
  key = { 'x-api-key': await newKey() };
});
afterAll(async () => {
  for (const response of held) response.destroy();
  await stopCommand(served);
  await rm(folder, { recursive: true, force: true });
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

async function atPortal(method: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}/portal/v1/organisations/initech${path}`, {
    method,
    headers: { cookie, origin: url, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function newKey(): Promise<string> {
  const made = await atPortal('POST', '/keys', { name: 'By hand', access: 'full', expires_in_days: 7 });
  return ((await made.json()) as { secret: string }).secret;
}

/** On a connection of its own, so that the workers take them in turn. */
function ping(headers = key): Promise<Response> {
  return fetch(`${url}/api/tiny/ping`, { headers: { ...headers, connection: 'close' } });
}

async function metrics(): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
}

/** Once each worker is among them: one that is held up for long is left out. */
function allMetrics(): Promise<string> {
  return vi.waitFor(async () => {
    const text = await metrics();
    for (let worker = 1; worker <= WORKERS; worker += 1) expect(text).toContain(`worker="${worker}"`);
    return text;
  }, 20_000);
}

/** How often a worker did not ask the others. */
async function decidedAlone(): Promise<number> {
  return sumIn(await allMetrics(), 'latchkey_shared_limits_asked_total', 'answered="local"');
}

/** Of all samples of that name whose labels have this among them. */
function sumIn(text: string, name: string, label: string): number {
  return [...text.matchAll(new RegExp(`^${name}\\{([^}]*)\\} (\\d+)$`, 'gm'))]
    .filter(([, labels]) => labels?.includes(label) === true)
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** Their ids, and how they were begun. */
function workers(): RegExpExecArray[] {
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'pid=,args=', '--ppid', String(served.child.pid)]);
  return [...stdout.toString().matchAll(/^\s*(\d+) (.*)cli\.js serve/gm)];
}

function workerPids(): number[] {
  return workers().map(([, pid]) => Number(pid));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('what is said once is said once: that it serves, the link to the first account, the declared file', () => {
  expect(ready).toMatchObject({ event: 'ready', connector: `${url}/mcp`, workers: WORKERS });
  expect(served.out().match(/"event":"ready"/g)).toHaveLength(1);
  expect(served.err().match(/\/setup\?token=/g)).toHaveLength(1);
  expect(served.err().match(/Connector tiny:/g)).toHaveLength(1);
  expect(workerPids()).toHaveLength(WORKERS);
});

test('each worker has one thread of its own for collecting: the processors are for calls', () => {
  const begun = workers().map(([, , flags]) => flags);
  expect(begun).toEqual(Array.from({ length: WORKERS }, () => expect.stringContaining(' --v8-pool-size=1 ')));
});

test('each worker serves, and whichever is asked for the metrics answers for all', async () => {
  for (let call = 0; call < 2 * WORKERS; call += 1) expect((await ping()).status).toBe(200);
  // A call may be answered a moment before it is counted, and a worker that is held up for long is left out.
  const text = await vi.waitFor(async () => {
    const said = await metrics();
    for (let worker = 1; worker <= WORKERS; worker += 1)
      expect(sumIn(said, 'latchkey_calls_total', `worker="${worker}"`)).toBeGreaterThan(0);
    return said;
  }, 20_000);
  // One family of that name, as the format wants it.
  expect(text.match(/^# TYPE latchkey_calls_total /gm)).toHaveLength(1);
});

test('a worker that hangs is told of in the metrics, until it answers again', async () => {
  /** Where a scrape reaches the one that hangs it is not answered, and the next one is. */
  const up = async () => {
    const said = await fetch(`${url}/metrics`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(10_000),
    });
    return [...(await said.text()).matchAll(/^latchkey_worker_up\{worker="\d"\} \d$/gm)].map(
      ([line]) => line,
    );
  };
  const both = ['latchkey_worker_up{worker="1"} 1', 'latchkey_worker_up{worker="2"} 1'];
  await vi.waitFor(async () => expect(await up()).toEqual(both), 20_000);
  const [hanging = 0] = workerPids();
  process.kill(hanging, 'SIGSTOP');
  try {
    await vi.waitFor(async () => {
      const said = await up();
      expect(said).toHaveLength(WORKERS);
      expect(said.filter((line) => line.endsWith(' 0'))).toHaveLength(1);
    }, 40_000);
  } finally {
    process.kill(hanging, 'SIGCONT');
  }
  await vi.waitFor(async () => expect(await up()).toEqual(both), 20_000);
});

test('each worker allows what the operator’s variables say', async () => {
  for (let call = 0; call < 2 * WORKERS; call += 1)
    expect((await ping()).headers.get('ratelimit-policy')).toBe(
      '"key";q=700;w=60, "organisation";q=7000;w=60',
    );
});

test('a limit holds for all workers together', async () => {
  const perMinute = 4;
  const limits = { calls_per_key: perMinute, calls_per_organisation: null };
  const none = { calls_per_key: null, calls_per_organisation: null };
  expect((await atPortal('PUT', '/settings/limits', { ...limits, was: none })).status).toBe(200);
  // Both have heard of it once each says so.
  await vi.waitFor(async () => {
    for (let call = 0; call < WORKERS; call += 1)
      expect((await ping()).headers.get('ratelimit-policy')).toContain(`"key";q=${perMinute};`);
  }, 20_000);
  let [allowed, regained, isShared] = [0, 0, false];
  // A few at a time: a worker that waits for its turn for too long decides by itself. Then it is tried with another key.
  for (let round = 0; round < 10 && !isShared; round += 1) {
    const headers = { 'x-api-key': await newKey() };
    const before = await decidedAlone();
    const begunMs = performance.now();
    const answers: Response[] = [];
    while (answers.length < 40) answers.push(...(await Promise.all([1, 2, 3, 4].map(() => ping(headers)))));
    allowed = answers.filter(({ status }) => status === 200).length;
    regained = ((performance.now() - begunMs) / 60_000) * perMinute;
    isShared = (await decidedAlone()) === before;
  }
  expect(isShared).toBe(true);
  expect(allowed).toBeGreaterThanOrEqual(perMinute);
  expect(allowed).toBeLessThanOrEqual(perMinute + Math.ceil(regained));
  expect((await atPortal('PUT', '/settings/limits', { ...none, was: limits })).status).toBe(200);
  expect(
    sumIn(await allMetrics(), 'latchkey_shared_limits_asked_total', 'worker="1",answered="shared"'),
  ).toBeGreaterThan(0);
});

test('a session of HTTP+SSE takes messages at every worker', async () => {
  const stream = await openEvents(`${url}/mcp/initech/sse`, { headers: key });
  const endpoint = (await stream.next())?.data ?? '';
  for (let id = 0; id < 2 * WORKERS; id += 1) {
    const posted = await fetch(url + endpoint, {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'ping' } }),
    });
    expect(posted.status).toBe(202);
    const said: unknown = JSON.parse((await stream.next())?.data ?? '{}');
    expect(said).toMatchObject({ id, result: { content: [{ text: '{"pong":true}' }] } });
  }
  stream.close();
});

test('another takes the place of one that was killed, and the service goes on meanwhile', async () => {
  const before = workerPids();
  const [killed = 0] = before;
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(
    () => {
      const now = workerPids();
      expect(now).toHaveLength(WORKERS);
      expect(now).not.toContain(killed);
    },
    { timeout: 30_000 },
  );
  for (let call = 0; call < 3 * WORKERS; call += 1) expect((await ping()).status).toBe(200);
  await vi.waitFor(async () => expect(await metrics()).toContain('worker="1"'), { timeout: 30_000 });
  expect(served.err().match(/\/setup\?token=/g)).toHaveLength(1);
});

test('a worker whose place cannot be taken, because there are too many open files, has it taken once there are not', async () => {
  const [killed = 0] = workerPids();
  const mayOpen = (files: number) =>
    spawnSync('prlimit', ['--pid', String(served.child.pid), `--nofile=${files}:`]).status;
  expect(mayOpen(3)).toBe(0);
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => served.err(), { timeout: 20_000 }).toContain('EMFILE');
  expect(served.child.exitCode).toBeNull();
  expect(mayOpen(1024)).toBe(0);
  await expect.poll(() => workerPids().length, { timeout: 30_000 }).toBe(WORKERS);
  await vi.waitFor(
    async () => {
      const text = await metrics();
      for (let worker = 1; worker <= WORKERS; worker += 1) expect(text).toContain(`worker="${worker}"`);
    },
    { timeout: 30_000 },
  );
});

/** Calls in turn on one connection until the other side ends it: the last answer. */
async function lastOnOneConnection(): Promise<string> {
  const secret = await newKey();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  const call = () => {
    answer = '';
    socket.write(`GET /api/tiny/ping HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${secret}\r\n\r\n`);
  };
  return new Promise((resolve) => {
    socket
      .setEncoding('utf8')
      .on('connect', call)
      .on('data', (text: string) => {
        answer += text;
        if (answer.endsWith('\r\n0\r\n\r\n')) setTimeout(call, 200);
      })
      .on('error', (error) => resolve(error.message))
      .on('close', () => resolve(answer));
  });
}

/** In the file that is declared, as it is to be read next. */
async function declare(...names: string[]): Promise<void> {
  const { port } = upstream.address() as AddressInfo;
  const connectors = names.map((name) => {
    const slug = name.toLowerCase();
    return { slug, name, document: `${slug}.json`, base_url: `http://127.0.0.1:${port}` };
  });
  const document = JSON.stringify(OPENAPI);
  await writeFile(join(folder, 'tiny.json'), document);
  // Tools of one name would have others by then.
  await writeFile(
    join(folder, 'later.json'),
    document.replaceAll('"operationId":"', '"operationId":"later_'),
  );
  await writeFile(join(folder, 'latchkey.json'), JSON.stringify({ connectors }));
}

test('SIGHUP replaces one after the other, with what is declared by now, and no call is lost', async () => {
  await declare('Tiny', 'Later');
  const before = workerPids();
  const statuses = new Map<string, number>();
  let isOver = false;
  const answered = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);
  async function keepCalling(client: number): Promise<void> {
    const secret = await newKey();
    for (let call = 0; !isOver; call += 1) {
      // Most keep their connection for the next one.
      const headers = { 'x-api-key': secret, ...(call % 4 === 0 ? { connection: 'close' } : {}) };
      const status = await (
        (client + call) % 2 === 0
          ? rpc(`${url}/mcp/initech`, headers, 'tools/call', { name: 'ping', arguments: {} })
          : fetch(`${url}/api/tiny/ping`, { headers })
      ).then(
        async (answer) => `${answer.status} ${(await answer.text()).includes('pong')}`,
        (error: Error) => `${error.message}: ${String(error.cause)}`,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 110));
    }
  }
  const clients = [0, 1, 2, 3, 4, 5].map(keepCalling);
  const kept = Array.from({ length: 2 * WORKERS }, lastOnOneConnection);
  const long = Array.from({ length: 4 }, () =>
    fetch(`${url}/api/tiny/work`, { method: 'POST', headers: { ...key, connection: 'close' } }),
  );
  await expect.poll(() => held.length, { timeout: 20_000 }).toBe(long.length);
  served.child.kill('SIGHUP');
  // The first is told to go once another is in its place.
  const placed = /^process_start_time_seconds\{worker="1"\} (\S+)$/m;
  const [, begun] = placed.exec(await allMetrics()) ?? [];
  await expect
    .poll(async () => placed.exec(await metrics())?.[1] ?? begun, { timeout: 30_000 })
    .not.toBe(begun);
  const counted = answered();
  await expect.poll(answered, { timeout: 20_000 }).toBeGreaterThan(counted + 20);
  for (const response of held.splice(0))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  await vi.waitFor(
    () => {
      const now = workerPids();
      expect(now).toHaveLength(WORKERS);
      expect(now.filter((pid) => before.includes(pid))).toEqual([]);
    },
    { timeout: 90_000 },
  );
  isOver = true;
  await Promise.all(clients);
  expect([...statuses.keys()]).toEqual(['200 true']);
  // What was kept for a next call was ended by an answer that says so, and never without a word.
  for (const last of await Promise.all(kept)) expect(last).toMatch(/^connection: close\r$/im);
  expect((await Promise.all(long)).map(({ status }) => status)).toEqual(long.map(() => 200));
  expect(served.out().match(/"event":"ready"/g)).toHaveLength(1);
  expect(served.err().match(/Connector tiny:/g)).toHaveLength(2);
  expect(served.err().match(/Connector later:/g)).toHaveLength(1);
  expect((await fetch(`${url}/api/later/ping`, { headers: key })).status).toBe(200);
});

test('a declared file that cannot be used leaves all as it is, and SIGHUP says why', async () => {
  const before = workerPids();
  const said = served.err().length;
  await writeFile(join(folder, 'latchkey.json'), '{ "connectors": [');
  served.child.kill('SIGHUP');
  await expect.poll(() => served.err().slice(said), { timeout: 30_000 }).toContain('is not replaced');
  expect(served.err().slice(said)).toContain('latchkey.json');
  await declare('Tiny', 'Later');
  expect(workerPids()).toEqual(before);
  expect((await ping()).status).toBe(200);
});

test('where no other can be begun, SIGHUP leaves those that there are', async () => {
  const before = workerPids();
  const said = served.err().length;
  const mayOpen = (files: number) =>
    spawnSync('prlimit', ['--pid', String(served.child.pid), `--nofile=${files}:`]).status;
  expect(mayOpen(3)).toBe(0);
  served.child.kill('SIGHUP');
  await expect.poll(() => served.err().slice(said), { timeout: 20_000 }).toContain('is not replaced');
  expect(mayOpen(1024)).toBe(0);
  expect(workerPids()).toEqual(before);
  expect((await ping()).status).toBe(200);
});

test('SIGTERM ends all of them and loses no call that was accepted', async () => {
  const pids = workerPids();
  const calls = Array.from({ length: 6 }, (_, n) =>
    n % 2 === 0
      ? rpc(`${url}/mcp/initech`, { ...key, connection: 'close' }, 'tools/call', {
          name: 'work',
          arguments: {},
        })
      : fetch(`${url}/api/tiny/work`, { method: 'POST', headers: { ...key, connection: 'close' } }),
  );
  await expect.poll(() => held.length, { timeout: 20_000 }).toBe(calls.length);
  served.child.kill('SIGTERM');
  for (const response of held)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  const answers = await Promise.all(calls);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await served.exit).toBe(0);
  expect(pids.filter(lives)).toEqual([]);
});

test('none of them outlives the process that began them, and the next start has everything that was there', async () => {
  served = startCommand(['serve', '--workers', String(WORKERS)], { cwd: folder, environment });
  await untilReady(served);
  const pids = workerPids();
  expect(pids).toHaveLength(WORKERS);
  served.child.kill('SIGKILL');
  await served.exit;
  await vi.waitFor(() => expect(pids.filter(lives)).toEqual([]), { timeout: 30_000 });
  served = startCommand(['serve', '--workers', String(WORKERS)], { cwd: folder, environment });
  url = String((await untilReady(served))['url']);
  expect(served.err()).not.toContain('/setup?token=');
  expect((await ping()).status).toBe(200);
});

test('a port in use is said once, and nothing is left running', async () => {
  const other = await createTestDatabase();
  onTestFinished(other.drop);
  const refused = startCommand(['serve', '--workers', '2'], {
    cwd: folder,
    environment: {
      ...environment,
      PORT: new URL(url).port,
      LATCHKEY_SECRET: SECRET,
      DATABASE_URL: other.url,
    },
  });
  expect(await refused.exit).toBe(1);
  expect(refused.err().match(/in use.*PORT/g)).toHaveLength(1);
});
