import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DASHBOARD_CSP } from '../../src/portal/static/headers.ts';
import { createDashboardFiles } from '../../src/portal/static/static.ts';

const INDEX = '<!doctype html><title>Latchkey</title>';
const SCRIPT = `export const text = ${JSON.stringify('dashboard '.repeat(200))};`;

let root: string;
let app: ReturnType<typeof createDashboardFiles>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'latchkey-static-'));
  await mkdir(join(root, 'web/assets'), { recursive: true });
  await writeFile(join(root, 'secret.txt'), 'the master secret');
  await writeFile(join(root, 'secret.js'), 'the master secret');
  await writeFile(join(root, 'web/index.html'), INDEX);
  await writeFile(join(root, 'web/assets/main-x1.js'), SCRIPT);
  await writeFile(join(root, 'web/assets/main-x1.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(root, 'web/assets/main-x1.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(root, 'web/assets/main-x1.js.map'), '{"sourcesContent":["the source"]}');
  app = createDashboardFiles({ directory: join(root, 'web') });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const SCRIPT_PATH = '/app/assets/main-x1.js';

describe('the page', () => {
  test.each(['/app', '/app/', '/app/acme', '/app/acme/keys', '/app/acme/keys?q=ci', '/app/index.html'])(
    'is the answer to %s, asked for again each time',
    async (path) => {
      const response = await app.request(path);
      expect([response.status, await response.text()]).toEqual([200, INDEX]);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    },
  );

  test('is not sent twice to a browser that has it', async () => {
    const etag = (await app.request('/app/acme')).headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
      const response = await app.request('/app/acme', { headers: { 'if-none-match': known } });
      expect([response.status, await response.text()]).toEqual([304, '']);
    }
    const other = await app.request('/app/acme', { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  test('runs no script but our own files, and is in no frame', async () => {
    const response = await app.request('/app/acme');
    const policy = new Map(
      DASHBOARD_CSP.split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(response.headers.get('content-security-policy')).toBe(DASHBOARD_CSP);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('style-src')).toBe("'self'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('require-trusted-types-for')).toBe("'script'");
    expect(policy.get('trusted-types')).toBe("'none'");
    expect(DASHBOARD_CSP).not.toMatch(/unsafe|nonce|https?:|\*/);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'referrer-policy': 'same-origin',
    });
  });
});

describe('a hashed asset', () => {
  test.each<[string, 'br' | 'gzip' | null]>([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', null],
    ['', null],
  ])('for Accept-Encoding "%s" comes as %s, and is kept for good', async (accepted, encoding) => {
    const response = await app.request(SCRIPT_PATH, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(body.byteLength));
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync, null: (bytes: Buffer) => bytes };
    expect(unpack[encoding ?? 'null'](body).toString()).toBe(SCRIPT);
  });

  test('that no build made is 404 in JSON, kept by nobody, and never the page', async () => {
    for (const path of ['/app/assets/gone-x0.js', '/app/assets/', '/app/assets/main-x1.js/x']) {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({
        error: { code: 'not_found', message: expect.any(String), request_id: expect.stringMatching(/^req_/) },
      });
    }
  });

  test('is served under its own name alone: neither source maps nor the packed copies', async () => {
    for (const suffix of ['.map', '.br', '.gz']) {
      expect((await app.request(SCRIPT_PATH + suffix)).status).toBe(404);
    }
  });

  test.each([
    '/app/assets/../../secret.js',
    '/app/assets/%2e%2e/%2e%2e/secret.js',
    '/app/assets/..%2f..%2fsecret.js',
    '/app/assets/..%5c..%5csecret.js',
    '/app/assets/....//....//secret.js',
    '/app/assets//etc/passwd',
    '/app/assets/%00/../../../secret.js',
    '/app/assets/main-x1.js%00.css',
    '/app/../secret.js',
    '/app/%2e%2e/secret.txt',
    '/app/assets/%ff',
    '/app/assets/__proto__',
    '/app/assets/constructor',
  ])('cannot be named so that it leads out of the build: %s', async (path) => {
    // As an attacker's raw request line has it: `new URL` would have folded the dots away.
    const request = new Request('http://localhost/');
    Object.defineProperty(request, 'url', { value: `http://localhost${path}` });
    const response = await app.fetch(request);
    const text = await response.text();
    expect(text).not.toContain('master secret');
    expect(response.status === 404 || text === INDEX).toBe(true);
  });
});

describe('without a build', () => {
  test('every page says what to do, and is there once it was built', async () => {
    const directory = join(root, 'later');
    const unbuilt = createDashboardFiles({ directory });
    const before = await unbuilt.request('/app/acme/keys');
    expect(before.status).toBe(503);
    expect(before.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await before.text()).toContain('Run `npm run build`');
    await mkdir(directory);
    expect((await unbuilt.request('/app/acme/keys')).status).toBe(503);
    await writeFile(join(directory, 'index.html'), await readFile(join(root, 'web/index.html')));
    expect((await unbuilt.request('/app/acme/keys')).status).toBe(200);
  });

  test('what is not below /app is left to others', async () => {
    for (const path of ['/', '/apple', '/application/assets/x.js']) {
      expect(await (await app.request(path)).text()).toBe('404 Not Found');
    }
    expect((await app.request('/app/acme', { method: 'POST' })).status).toBe(404);
  });
});
