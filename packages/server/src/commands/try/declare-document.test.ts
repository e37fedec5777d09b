import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCatalogue } from '@latchkey/tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declareDocument as declare } from './declare-document.ts';

const NOTHING = { baseUrl: undefined, tokenFrom: undefined };
const PATHS = { '/items': { get: { operationId: 'list_items', responses: {} } } };

/** Compiled here, not in a thread of its own. */
const declareDocument = (path: string, wishes: Parameters<typeof declare>[1]) =>
  declare(path, wishes, async (source) => compileCatalogue(source));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-declare-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function given(document: object | string): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.json`);
  await writeFile(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}

const documentWith = (more: object, title = 'Coffee Bar') => ({
  openapi: '3.1.0',
  info: { title, version: '1' },
  paths: PATHS,
  ...more,
});

test('a document that says where its API is needs nothing else, and nothing is sent to it', async () => {
  const servers = [
    { url: '/relative' },
    { url: 'https://api.example.com/v1/' },
    { url: 'https://b.example' },
  ];
  const path = await given(documentWith({ servers }));
  expect(await declareDocument(path, NOTHING)).toEqual({
    ok: true,
    value: {
      connectors: [
        {
          slug: expect.stringMatching(/^coffee-bar-[0-9a-f]{6}$/) as string,
          name: 'Coffee Bar',
          document: path,
          base_url: 'https://api.example.com/v1',
          credential: { kind: 'none' },
        },
      ],
    },
  });
});

test('what is said beside the document goes before what is in it, and a token stays in its variable', async () => {
  const path = await given(documentWith({ servers: [{ url: 'https://api.example.com' }] }));
  const wishes = { baseUrl: 'http://127.0.0.1:9/v2', tokenFrom: 'MY_TOKEN' };
  expect(await declareDocument(path, wishes)).toMatchObject({
    ok: true,
    value: {
      connectors: [
        { base_url: 'http://127.0.0.1:9/v2', credential: { kind: 'bearer', token: { env: 'MY_TOKEN' } } },
      ],
    },
  });
});

test.each([
  ['Import', /^import-[0-9a-f]{6}$/],
  ['', /^api-[0-9a-f]{6}$/],
  ['A very long name of an API that goes on and on', /^[a-z0-9-]{1,40}$/],
  ['Ünï — Çödé', /^[a-z0-9-]{1,40}$/],
])('a title such as %j makes a name that can stand in a URL', async (title, expected) => {
  const path = await given(documentWith({ servers: [{ url: 'https://api.example.com' }] }, title));
  const declared = await declareDocument(path, NOTHING);
  if (!declared.ok) throw new Error(declared.error);
  const [{ slug }] = declared.value.connectors;
  expect(slug).toMatch(expected);
});

test('two documents with one title come beside each other, and one goes on under its name', async () => {
  const document = documentWith({ servers: [{ url: 'https://api.example.com' }] });
  const slugOf = async (path: string) => {
    const declared = await declareDocument(path, NOTHING);
    if (!declared.ok) throw new Error(declared.error);
    return declared.value.connectors[0].slug;
  };
  const first = await given(document);
  const second = await given(document);
  expect(await slugOf(first)).not.toBe(await slugOf(second));
  expect(await slugOf(first)).toBe(await slugOf(first));
});

test.each([
  ['no address', documentWith({}), NOTHING, /does not say where its API is: add --base-url/],
  ['a relative address alone', documentWith({ servers: [{ url: '/v1' }] }), NOTHING, /add --base-url/],
  ['an address that is none', documentWith({}), { ...NOTHING, baseUrl: 'ftp://x' }, /--base-url ftp:\/\/x/],
  ['one with a password', documentWith({}), { ...NOTHING, baseUrl: 'https://a:b@x.example' }, /--base-url/],
  ['no operation', documentWith({ paths: {} }), NOTHING, /no operation became a tool/],
  ['no document', 'just a text', NOTHING, /\.json: /],
])('%s is refused with a sentence', async (_, document, wishes, sentence) => {
  const refused = await declareDocument(await given(document), wishes);
  expect(refused).toMatchObject({ ok: false, error: expect.stringMatching(sentence) as string });
});

test('a file that is not there is named', async () => {
  expect(await declareDocument(join(folder, 'none.yaml'), NOTHING)).toEqual({
    ok: false,
    error: `${join(folder, 'none.yaml')} cannot be read`,
  });
});
