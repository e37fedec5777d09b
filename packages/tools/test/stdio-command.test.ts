import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { stdioCommand } from '../src/stdio.ts';

/** The command with these arguments, this environment, and these lines and no more on its input. */
async function run(args: readonly string[], env: Record<string, string> = {}, lines: object[] = []) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { signal } = new AbortController();
  const status = await stdioCommand('latchkey-stdio', args, { stdin, stdout, stderr, env, signal });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { status, out, err };
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function documentAt(servers: readonly string[], more: object = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-document-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'mood.json');
  const document = {
    openapi: '3.1.0',
    info: { title: 'Mood' },
    servers: servers.map((url) => ({ url })),
    paths: { '/mood': { get: { operationId: 'get_mood' }, put: { operationId: 'set_mood' } } },
    ...more,
  };
  await writeFile(file, JSON.stringify(document));
  return file;
}

const SECRET = 'lk_live_secret';
const HTTPS = 'https://mcp.example.com';
const NOBODY = 'http://127.0.0.1:9';
const of = (url: string) => ({ LATCHKEY_URL: url, LATCHKEY_API_KEY: SECRET });
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const call = (name: string) => ({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name } });

describe('a start that cannot succeed says in one line what to do, and no key', () => {
  test.each([
    ['without an address', {}, [], 2, 'LATCHKEY_URL is not set'],
    ['without a key', { LATCHKEY_URL: HTTPS }, [], 2, 'LATCHKEY_API_KEY is not set'],
    ['with a key of two lines', { ...of(HTTPS), LATCHKEY_API_KEY: 'lk\nx' }, [], 2, 'copy the key again'],
    ['with an address that is none', of('mcp.example.com'), [], 2, 'it is not a URL'],
    ['with an address of another kind', of('ftp://mcp.example.com'), [], 2, 'it is not an https URL'],
    ['where the key would go in clear', of('http://mcp.example.com'), [], 2, 'use https'],
    ['where it would, nearly on this machine', of('http://127.0.0.1.example.com'), [], 2, 'use https'],
    ['with a key in the address', of(`https://${SECRET}@mcp.example.com`), [], 2, 'a credential in it'],
    ['with a query in the address', of(`${HTTPS}/mcp?key=1`), [], 2, 'it has a query'],
    ['with nobody at the address', of(NOBODY), [], 3, 'cannot be reached'],
    ['with nobody at an address that is given', of(HTTPS), ['--url', NOBODY], 3, 'cannot be reached'],
    ['with an option that there is not', {}, ['--key', SECRET], 2, "Unknown option '--key'"],
    ['with an argument', {}, ['serve'], 2, 'Unexpected argument'],
    ['with an option that goes with another', {}, ['--full'], 2, '--full goes with --openapi'],
    ['with two sources', {}, ['--openapi', 'x', '--url', HTTPS], 2, 'not both'],
    ['without the document', {}, ['--openapi', '/nowhere.yaml'], 1, '/nowhere.yaml cannot be read'],
    ['with a mode that there is not', {}, ['--openapi', 'x', '--mode', 'some'], 2, '--mode is'],
  ])('%s: one line, without the key', async (_, env: Record<string, string>, args, status, words) => {
    const ran = await run(args, env, [list]);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.err).toMatch(/^latchkey-stdio: [^\n]+\n$/);
    expect(ran.err).toContain(words);
    expect(ran.err).not.toContain(SECRET);
  });

  test.each([
    ['an HTML page', 200, '<h1>Hello</h1>', 1, 'is no Latchkey'],
    ['another API', 200, '{"hello":"world"}', 1, 'is no Latchkey'],
    ['a catalogue of another time', 200, '{"snapshotVersion":2}', 1, 'its snapshotVersion is 2'],
    ['something that has no such page', 404, 'nothing', 1, 'is no Latchkey'],
    [
      'an organisation that the key is not of',
      404,
      '{"error":{"code":"not_found","message":"Nothing here.","request_id":"req_1"}}',
      1,
      'Nothing here. Check the path',
    ],
    [
      'a key that is no more',
      401,
      '{"error":{"code":"unauthenticated","message":"No.","request_id":"req_1"}}',
      1,
      'unknown, expired or revoked',
    ],
    [
      'a service that is being restarted',
      503,
      '{"error":{"code":"unavailable","message":"Try again.","request_id":"req_1"}}',
      3,
      'Try again.',
    ],
  ])('before %s', async (_, code, body, status, words) => {
    const asked: unknown[] = [];
    const url = await serve((req, res) => {
      asked.push([req.url, req.headers['x-api-key']]);
      res.writeHead(code, { 'latchkey-error': 'some' }).end(body);
    });
    const ran = await run([], of(`${url}/mcp/acme/`), [list]);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.err).toMatch(/^latchkey-stdio: [^\n]+\n$/);
    expect(ran.err).toContain(words);
    expect(asked).toEqual([['/api/_catalogue?at=%2Fmcp%2Facme', SECRET]]);
  });

  test('before one that sends it elsewhere: the key does not follow', async () => {
    const asked: unknown[] = [];
    const elsewhere = await serve((req, res) => {
      asked.push(req.url);
      res.end('{}');
    });
    const url = await serve((_, res) => res.writeHead(302, { location: elsewhere }).end());
    expect(await run([], of(url), [list])).toMatchObject({ status: 1, out: '' });
    expect(asked).toEqual([]);
  });
});

describe('a start at a Latchkey that never answers is over', () => {
  function startAt(url: string) {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const stopping = new AbortController();
    const env = of(url);
    const io = { stdin, stdout, stderr, env, signal: stopping.signal };
    const over = stdioCommand('latchkey-stdio', [], io, { graceMs: 20 });
    return { stdin, stdout, stderr, stopping, over };
  }

  async function silent() {
    let asked = false;
    const url = await serve(() => {
      asked = true;
    });
    return { url, asked: () => asked };
  }

  test('when the process is asked to end', async () => {
    const { asked, url } = await silent();
    const { over, stderr, stdout, stopping } = startAt(url);
    await expect.poll(asked).toBe(true);
    stopping.abort();
    expect([await over, stdout.read(), stderr.read()]).toEqual([0, null, null]);
  });

  test('when the process has been asked to end before', async () => {
    const { asked, url } = await silent();
    const { over, stopping } = startAt(url);
    stopping.abort();
    expect([await over, asked()]).toEqual([0, false]);
  });

  test('when the app goes away, with its questions unread or without any', async () => {
    for (const lines of ['', `${JSON.stringify(list)}\n`]) {
      const { asked, url } = await silent();
      const { over, stderr, stdin, stdout } = startAt(url);
      stdin.write(lines);
      await expect.poll(asked).toBe(true);
      stdin.destroy();
      expect([await over, stdout.read(), stderr.read()]).toEqual([0, null, null]);
    }
  });
});

test('--help and --version go to standard output, and end well', async () => {
  const help = await run(['--help']);
  expect([help.status, help.err]).toEqual([0, '']);
  expect(help.out).toContain('LATCHKEY_API_KEY');
  expect(await run(['-v'])).toEqual({ status: 0, out: `${packageFile.version}\n`, err: '' });
});

describe('from a document', () => {
  test('only what reads is there, called at the base URL of the document', async () => {
    const seen: unknown[] = [];
    const url = await serve((req, res) => {
      seen.push(`${req.method} ${req.url}`);
      res.setHeader('content-type', 'application/json').end('{"mood":"fine"}');
    });
    const file = await documentAt(['/relative', `${url}/v1/`]);
    const reading = await run(['--openapi', file], {}, [list, call('get_mood')]);
    expect([reading.status, reading.err]).toEqual([0, '']);
    expect(reading.out).toContain('"name":"get_mood"');
    expect(reading.out).not.toContain('set_mood');
    const writing = await run(['--openapi', file, '--full'], {}, [list, call('set_mood')]);
    expect(writing.out).toContain('"name":"set_mood"');
    expect(seen).toEqual(['GET /v1/mood', 'PUT /v1/mood']);
    const searched = await run(['--openapi', file, '--mode', 'search'], {}, [list]);
    expect(searched.out).toContain('search_tools');
    expect(searched.out).not.toContain('call_write_tool');
  });

  const BASIC = Buffer.from('sesame:op/e"n\\').toString('base64');
  test.each([
    ['bearer', 'authorization', 'Bearer sesame:op/e"n\\'],
    ['basic', 'authorization', `Basic ${BASIC}`],
    ['header:X-Key', 'x-key', 'sesame:op/e"n\\'],
    ['query:key', 'x-nothing', undefined],
  ])('a secret goes where --credential %s says, and is covered in the answer', async (place, name, value) => {
    const secret = 'sesame:op/e"n\\';
    const json = JSON.stringify(secret).slice(1, -1);
    const spelled = [json, json.replaceAll('/', '\\/'), encodeURIComponent(secret), BASIC];
    const seen: unknown[] = [];
    const url = await serve((req, res) => {
      seen.push(place === 'query:key' ? req.url : req.headers[name]);
      const isJson = seen.length === 1;
      res.setHeader('link', `</mood?key=${encodeURIComponent(secret)}&page=2>; rel="next"`);
      res.setHeader('content-type', isJson ? 'application/json' : 'text/plain');
      // As JSON may write it, and as it is.
      res.end(isJson ? `{"got":["${spelled.join('","')}"]}` : [secret, ...spelled].join(' '));
    });
    const file = await documentAt([url]);
    const args = ['--openapi', file, '--credential', place];
    const env = { LATCHKEY_CREDENTIAL: secret };
    const { out } = await run(args, env, [call('get_mood'), { ...call('get_mood'), id: 3 }]);
    const wanted = place === 'query:key' ? `/mood?key=${encodeURIComponent(secret)}` : value;
    expect(seen).toEqual([wanted, wanted]);
    expect(out.match(/"result"/g)).toHaveLength(2);
    expect(out).toContain('******');
    // A message holds a text that may be JSON itself: escaped once for each.
    const plain = out.replaceAll(/\\+/g, '');
    for (const spelling of [secret, ...spelled.slice(0, place === 'basic' ? 4 : 3)])
      expect(plain).not.toContain(spelling.replaceAll(/\\+/g, ''));
  });

  test('a secret goes where the document says, in a query too', async () => {
    const seen: unknown[] = [];
    const url = await serve((req, res) => {
      seen.push(req.url);
      res.end();
    });
    const key = { type: 'apiKey', in: 'query', name: 'key' };
    const file = await documentAt([url], {
      components: { securitySchemes: { key } },
      security: [{ key: [] }],
    });
    await run(['--openapi', file], { LATCHKEY_CREDENTIAL: 'a b&c' }, [call('get_mood')]);
    expect(seen).toEqual(['/mood?key=a%20b%26c']);
  });

  test.each([
    ['header:X-Key', { name: 'X-Key', in: 'header', required: true, schema: { type: 'string' } }],
    ['query:api_key', { name: 'api_key', in: 'query', required: true, schema: { type: 'string' } }],
  ])('a parameter that --credential %s fills is no argument of a tool', async (place, parameter) => {
    const seen: unknown[] = [];
    const url = await serve((req, res) => {
      seen.push([req.url, req.headers['x-key']]);
      res.end();
    });
    const get = { operationId: 'get_mood', parameters: [parameter] };
    const file = await documentAt([url], { paths: { '/mood': { get } } });
    const env = { LATCHKEY_CREDENTIAL: 'sesame' };
    const ran = await run(['--openapi', file, '--credential', place], env, [list, call('get_mood')]);
    expect(ran.out).not.toContain(parameter.name);
    expect(seen).toEqual([
      place === 'header:X-Key' ? ['/mood', 'sesame'] : ['/mood?api_key=sesame', undefined],
    ]);
  });

  test('a value that a model gives for the place of a secret does not go out beside it', async () => {
    const seen: unknown[] = [];
    const url = await serve((req, res) => {
      seen.push(req.url);
      res.end();
    });
    const query = { type: 'object', additionalProperties: { type: 'string' } };
    const parameters = [{ name: 'more', in: 'query', style: 'form', explode: true, schema: query }];
    const get = { operationId: 'get_mood', parameters };
    const file = await documentAt([url], { paths: { '/mood': { get } } });
    const env = { LATCHKEY_CREDENTIAL: 'sesame' };
    const args = { more: { key: 'forged', page: '2' } };
    const asked = { ...call('get_mood'), params: { name: 'get_mood', arguments: args } };
    await run(['--openapi', file, '--credential', 'query:key'], env, [asked]);
    expect(seen).toEqual(['/mood?page=2&key=sesame']);
  });

  test.each([
    ['without an address', [], [], {}, '--base-url is missing'],
    ['where a secret would go in clear', ['http://api.example.com'], [], {}, 'use https'],
    ['with a base URL with a query', [], ['--base-url', `${HTTPS}?x=1`], {}, 'it has a query'],
    ['with a place that is none', [HTTPS], ['--credential', 'cookie:x'], {}, '--credential is'],
    ['with a header of the transport’s', [HTTPS], ['--credential', 'header:Host'], {}, '--credential is'],
    ['without the secret that is asked for', [HTTPS], ['--credential', 'bearer'], {}, 'is not set'],
    ['with a secret for nobody', [HTTPS], [], { LATCHKEY_CREDENTIAL: 'x' }, 'say with --credential'],
    [
      'with a secret that is none of that kind',
      [HTTPS],
      ['--credential', 'basic'],
      { LATCHKEY_CREDENTIAL: 'sesame' },
      'user:password',
    ],
  ])('it is refused %s', async (_, servers, args, env: Record<string, string>, words) => {
    const ran = await run(['--openapi', await documentAt(servers), ...args], env, [list]);
    expect(ran).toMatchObject({ status: 2, out: '', err: expect.stringContaining(words) });
    expect(ran.err).toMatch(/^latchkey-stdio: [^\n]+\n$/);
  });

  test('that is none it says what is wrong, and where', async () => {
    const file = await documentAt([]);
    await writeFile(file, '{"openapi": "3.1.0",\n "paths": }');
    const ran = await run(['--openapi', file]);
    expect(ran).toMatchObject({ status: 1, out: '', err: expect.stringContaining('NOT_PARSEABLE') });
    expect(ran.err).toMatch(/^latchkey-stdio: [^\n]+\n$/);
  });
});
