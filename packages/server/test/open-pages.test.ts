import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openPages } from '../src/commands/pack/open-pages.ts';
import { startDocumentHost, type DocumentHost } from './client-documents/support/document-host.ts';

const PAGE = 'https://pages.test/privacy';
const HTML = { 'content-type': 'text/html; charset=utf-8' };

let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost(['pages.test', 'www.pages.test', 'inside.test']);
});
afterAll(() => host.close());
beforeEach(() => {
  host.dialled.length = 0;
});

/** What is wrong with it. */
const faultOf = async (url: string) => (await openPages([url], host.guard)).get(url);

test('a page that answers with 200 and HTML by https has no fault, where another address leads to it, too', async () => {
  host.publish(PAGE, '<!doctype html><title>Privacy</title>', HTML);
  expect(await faultOf(PAGE)).toBeUndefined();
  host.publish('https://www.pages.test/privacy', '<!doctype html>', {
    'content-type': 'application/xhtml+xml',
  });
  host.on(PAGE, (_request, response) => {
    response.writeHead(301, { location: 'https://www.pages.test/privacy' }).end();
  });
  expect(await faultOf(PAGE)).toBeUndefined();
});

test.each([
  [404, HTML, 'answers with 404'],
  [500, HTML, 'answers with 500'],
  [200, { 'content-type': 'application/pdf' }, 'is application/pdf, and no HTML'],
  [200, {}, 'is of no type, and no HTML'],
  [302, { location: 'http://pages.test/privacy' }, 'is, or leads to, what is no https address of a name'],
  [302, { location: 'https://127.0.0.1/privacy' }, 'is, or leads to, what is no https address of a name'],
  [302, { location: PAGE }, 'leads on and on'],
])('a page that answers with %i and %j: %s', async (status, headers, fault) => {
  host.on(PAGE, (_request, response) => {
    response.writeHead(status, headers).end('<!doctype html>');
  });
  expect(await faultOf(PAGE)).toBe(fault);
});

test('no page is a way into our own network', async () => {
  host.addresses.set('inside.test', ['10.0.0.8']);
  expect(await faultOf('https://inside.test/')).toBe('is at no public address');
  expect(await faultOf('https://169.254.169.254/latest/meta-data')).toBe(
    'is, or leads to, what is no https address of a name',
  );
  expect(host.dialled).toEqual([]);
});

test('each of several pages has its own word', async () => {
  host.publish(PAGE, '<!doctype html>', HTML);
  const nowhere = 'https://nowhere.test/';
  host.addresses.set('nowhere.test', []);
  expect([...(await openPages([PAGE, nowhere], host.guard))]).toEqual([[nowhere, 'is at no public address']]);
});
