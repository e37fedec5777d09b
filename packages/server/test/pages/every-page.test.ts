import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import type { PageEnv } from '../../src/pages/page-env.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { openPages, type OpenedPages } from './open-pages.ts';

const CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

let opened: OpenedPages;
let broken: OpenedPages;
const logged: string[] = [];
beforeAll(async () => {
  opened = await openPages();
  const write = (fields: object, message: string) => {
    logged.push(JSON.stringify(fields), message);
  };
  broken = await openPages({
    deps: {
      log: { debug: write, info: write, warn: write, error: write },
      describeTransaction: () =>
        Promise.reject(new Error('select * from users: password authentication failed')),
    },
  });
  for (const { people } of [opened, broken]) {
    valueOf(await people.createUser({ email: 'ada@acme.test', name: 'Ada', password: PASSWORD }));
  }
});
afterAll(async () => {
  await opened.close();
  await broken.close();
});

describe('every page', () => {
  test.each(['/signed-out', '/setup', '/nowhere', '/'])(
    'at %s forbids scripts, frames and foreign forms, and is kept nowhere',
    async (path) => {
      const { headers, html } = await opened.browser().get(path);
      expect(headers.get('content-security-policy')).toBe(CSP);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toBe('camera=(), microphone=(), geolocation=()');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(html).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|javascript:/i);
    },
  );

  test('has a request id of ours, never the one that the caller sent', async () => {
    const first = await opened.browser().get('/sign-in', { 'x-request-id': 'req_forged' });
    const second = await opened.browser().get('/nowhere', { 'x-request-id': 'req_forged' });
    expect(first.headers.get('x-request-id')).toMatch(/^req_[A-Za-z0-9_-]{20}$/);
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(second.html).toContain(second.headers.get('x-request-id'));
    expect(second.html).not.toContain('req_forged');
  });

  test('stays within 8 kB, its style included within 16 kB', async () => {
    const { html } = await opened.browser().get('/sign-in');
    const style = await opened.browser().get('/assets/pages.css');
    expect(Buffer.byteLength(html)).toBeLessThan(8_000);
    expect(Buffer.byteLength(style.html)).toBeLessThan(16_000);
  });
});

describe('a missing page', () => {
  test('is a page for a browser and JSON for everyone else', async () => {
    const page = await opened.browser().get('/no/such');
    expect(page.status).toBe(404);
    expect(page.headers.get('content-type')).toContain('text/html');
    const json = await opened.browser().get('/no/such', { accept: '*/*' });
    expect(json.status).toBe(404);
    expect(JSON.parse(json.html)).toEqual({
      error: {
        code: 'not_found',
        message: 'Nothing is served at this address.',
        request_id: json.headers.get('x-request-id'),
      },
    });
  });

  test('does not repeat the address as markup', async () => {
    const { html } = await opened.browser().get('/%3Cscript%3Ealert(1)%3C/script%3E?x=<script>');
    expect(html).not.toContain('<script');
  });
});

describe('a fault of ours', () => {
  test('is a page with a request id and no trace of the cause, which is in the log', async () => {
    const path = `/sign-in?return_to=${encodeURIComponent('/oauth/consent?transaction=x')}`;
    const { status, headers, html } = await broken.browser().get(path);
    expect(status).toBe(500);
    expect(headers.get('content-security-policy')).toBe(CSP);
    expect(html).toContain(headers.get('x-request-id'));
    expect(html).not.toMatch(/select|users|\.ts:|at /);
    expect(logged.join('\n')).toContain('password authentication failed');
    expect(logged.join('\n')).toContain(headers.get('x-request-id'));
  });
});

describe('an asset', () => {
  test('is served under a name that changes with it, and may be kept', async () => {
    const { html } = await opened.browser().get('/sign-in');
    const [, path = ''] = /href="(\/assets\/pages\.css\?v=[0-9a-f]+)"/.exec(html) ?? [];
    const style = await opened.browser().get(path);
    expect(style.status).toBe(200);
    expect(style.headers.get('content-type')).toContain('text/css');
    expect(style.headers.get('cache-control')).toBe('public, max-age=31536000');
    expect(style.html).toContain('color-scheme: light dark');
    expect(style.html).not.toMatch(/url\(|@import/);
  });

  test.each([
    ['/favicon.ico', 'image/x-icon', '\0\0\u0001\0'],
    ['/assets/logo.svg', 'image/svg+xml', '<svg xmlns='],
  ])('%s is an image and nothing else', async (path, type, begins) => {
    const response = await opened.app.request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect(text.slice(0, begins.length)).toBe(begins);
    expect(text).not.toMatch(/<script|<style|href|javascript/);
  });
});

describe('an error of the authorization server', () => {
  test('is shown under the headers of a page, with a link that nobody is sent along', async () => {
    const app = new Hono<PageEnv>();
    app.get('/authorize', (c) => {
      c.set('requestId', newId('req'));
      c.status(400);
      return opened.pages.renderOAuthError(c, {
        title: 'The app asked for something odd',
        message: '<script>alert(1)</script>',
        code: 'invalid_request',
        back: { href: 'https://client.test/cb?error=x&state="><script>', destination: 'client.test' },
      });
    });
    const response = await app.request('/authorize');
    const html = await response.text();
    expect(response.status).toBe(400);
    expect(response.headers.get('content-security-policy')).toBe(CSP);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('location')).toBeNull();
    expect(html).not.toMatch(/<script|http-equiv="refresh"/);
    expect(html).toContain('rel="noreferrer"');
  });
});
