import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stdioConfig } from '../packages/web/src/connect/snippets.ts';
import { createInspector } from './support/inspector.ts';
import { installTarballs } from './support/installed-tarballs.ts';
import { ALL_TOOLS, READ_TOOLS } from './support/organisations.ts';
import { portalOf } from './support/portal.ts';
import { runProgram, STDIO_APPS, stdioProgram, type Program } from './support/stdio-program.ts';
import { openWorld, type World } from './support/world.ts';

/** For npm, on a busy machine. */
const NPM_MS_MAX = 240_000;
/** Undici, a YAML parser, and us. */
const MEGABYTES_MAX = 8;
const ACME = { slug: 'acme', email: 'owner@acme.test' };
const BALANCE = { failed: false, said: { balance: expect.any(Number) } };
/** The command of the service, as npm links it. */
const LATCHKEY = fileURLToPath(new URL('../packages/server/bin/latchkey.js', import.meta.url));
/** Where this clone is, with a slash at the end. */
const CLONE = fileURLToPath(new URL('../', import.meta.url));
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

let made = 0;
async function newKey(access: 'read' | 'full' = 'full') {
  made += 1;
  return portalOf(world, ACME).createAgent({ name: `Program ${made}`, role: 'member', access });
}
const programFor = (key: string, path = '/mcp/acme'): Program =>
  stdioProgram({ LATCHKEY_URL: world.url + path, LATCHKEY_API_KEY: key });

describe.each(STDIO_APPS)('$name over stdio', ({ connect, revision }) => {
  test('lists, reads, writes, is refused by the API, and is told when its key is revoked', async () => {
    const { id, secret } = await newKey();
    const app = await connect(programFor(secret));
    onTestFinished(() => app.close());
    expect(app.revision()).toBe(revision);
    expect(await app.toolNames()).toEqual(ALL_TOOLS);
    expect(await app.call('get_credit_balance')).toMatchObject(BALANCE);
    const created = await app.call('create_bundle', { title: `By stdio, ${revision}` });
    expect(created).toMatchObject({ failed: false, said: { title: `By stdio, ${revision}` } });
    expect(await app.call('get_bundle', { bundle_id: 'bdl_nothing' })).toMatchObject({
      failed: true,
      said: { status: 404, request_id: expect.stringMatching(/^req_/) },
    });
    await portalOf(world, ACME).revokeKey(id);
    expect(await app.call('get_credit_balance')).toMatchObject({
      failed: true,
      said: { status: 401, code: 'unauthenticated', hint: expect.stringContaining('another') },
    });
    await expect(app.toolNames()).rejects.toThrow('not valid here');
    expect(app.complaints).toEqual([]);
  });
});

test.each(STDIO_APPS.filter(({ name }) => /v1|pinned/.test(name)))(
  '$name with a read-only key sees and does nothing more',
  async ({ connect }) => {
    const app = await connect(programFor((await newKey('read')).secret));
    onTestFinished(() => app.close());
    expect(await app.toolNames()).toEqual(READ_TOOLS);
    expect(await app.call('create_bundle', { title: 'Never' })).toMatchObject({
      failed: true,
      said: { code: 'not_found' },
    });
  },
);

test('starts with what the dashboard gives an app, with the key and the clone filled in', async () => {
  const { secret } = await newKey();
  const config = stdioConfig({ slug: 'acme', name: 'Acme', url: `${world.url}/mcp/acme` });
  const filledIn = config.replace('YOUR_KEY', secret).replace('/path/to/latchkey/', CLONE);
  const { mcpServers } = JSON.parse(filledIn) as { mcpServers: { acme: Program } };
  const { args, command, env } = mcpServers.acme;
  const app = await STDIO_APPS[0].connect({
    command,
    args,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  onTestFinished(() => app.close());
  expect(await app.toolNames()).toEqual(ALL_TOOLS);
});

test('its list has the bytes of the gateway’s, and its log is empty', async () => {
  const { secret } = await newKey();
  const { err, out, status } = await runProgram(programFor(secret), [list]);
  const headers = { 'x-api-key': secret, 'content-type': 'application/json' };
  const body = JSON.stringify(list);
  const answer = await fetch(`${world.url}/mcp/acme`, { method: 'POST', headers, body });
  expect([status, err]).toEqual([0, '']);
  expect(out).toBe(`${await answer.text()}\n`);
});

test('a key that is no more is one line in the log, without the key, and the end', async () => {
  const { id, secret } = await newKey();
  await portalOf(world, ACME).revokeKey(id);
  const run = await runProgram(programFor(secret), [list]);
  expect([run.status, run.out]).toEqual([1, '']);
  expect(run.err).toMatch(/^latchkey-stdio: the key in LATCHKEY_API_KEY is not valid[^\n]+\n$/);
  expect(run.err).not.toContain(secret);
});

test('SIGTERM ends it at once, with a call under way', async () => {
  const api = createServer(() => undefined).listen(0, '127.0.0.1');
  onTestFinished(() => {
    api.closeAllConnections();
    api.close();
  });
  await once(api, 'listening');
  const file = await documentAt(`http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  const { args, command, env } = stdioProgram({}, '--openapi', file);
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const reached = once(api, 'request');
  const call = { method: 'tools/call', params: { name: 'get_mood' } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...call })}\n`);
  await reached;
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('from a document, by either name, an app reads and sees nothing that changes something', async () => {
  const seen: unknown[] = [];
  const api = createServer((req, res) => {
    seen.push([req.method, req.url, req.headers['x-mood-key']]);
    res.setHeader('content-type', 'application/json').end('{"mood":"fine"}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void api.close());
  await once(api, 'listening');
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/v1`;
  const file = await documentAt('https://elsewhere.example');
  const env = { LATCHKEY_CREDENTIAL: 'sesame-open' };
  const program = stdioProgram(env, '--openapi', file, '--base-url', url);
  const ofLatchkey = { ...program, command: LATCHKEY, args: ['stdio', ...program.args] };
  const [{ connect }] = STDIO_APPS;
  for (const one of [program, ofLatchkey]) {
    const app = await connect(one);
    expect(await app.toolNames()).toEqual(['get_mood']);
    expect(await app.call('get_mood')).toMatchObject({ failed: false, said: { mood: 'fine' } });
    expect(app.complaints).toEqual([]);
    await app.close();
  }
  expect(seen).toEqual(Array(2).fill(['GET', '/v1/mood', 'sesame-open']));
});

/** A document of an API at that address, in a file. */
async function documentAt(url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-document-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'mood.json');
  const document = {
    openapi: '3.1.0',
    info: { title: 'Mood' },
    servers: [{ url }],
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Mood-Key' } } },
    security: [{ key: [] }],
    paths: { '/mood': { get: { operationId: 'get_mood' }, put: { operationId: 'set_mood' } } },
  };
  await writeFile(file, JSON.stringify(document));
  return file;
}

test(
  'installed from its tarball into an empty folder it serves SDK v2 and the Inspector, and is small',
  { timeout: NPM_MS_MAX },
  async (context) => {
    const installed = await installTarballs('tools');
    onTestFinished(() => installed.remove());
    const program = {
      ...programFor((await newKey()).secret),
      command: await installed.bin('latchkey-stdio'),
    };
    for (const { connect } of STDIO_APPS.filter(({ name }) => name.startsWith('SDK v2'))) {
      const app = await connect(program);
      expect(await app.toolNames()).toEqual(ALL_TOOLS);
      expect(await app.call('get_credit_balance')).toMatchObject(BALANCE);
      await app.close();
    }
    const megabytes = (await installed.bytes()) / 1024 / 1024;
    expect(megabytes).toBeLessThan(MEGABYTES_MAX);

    const inspector = await createInspector(context, world);
    const variables = Object.entries(program.env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const flags = [...variables, program.command, '--protocol-era'];
    expect(await inspector.toolNames(...flags, 'legacy')).toEqual(ALL_TOOLS);
    expect(await inspector.call([...flags, 'modern'], 'get_credit_balance')).toMatchObject(BALANCE);
  },
);
