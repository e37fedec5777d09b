import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { createFileReader, type FileReaderOptions } from '../../src/kernel/guarded-file.ts';
import {
  PUBLIC_ADDRESS,
  startDocumentHost,
  type DocumentHost,
} from '../client-documents/support/document-host.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { toolCall } from './support/messages.ts';

const FILE = 'https://files.test/a.png';
const MB = 1024 * 1024;

let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost(['files.test', 'cdn.test', 'inside.test']);
});
afterAll(() => host.close());
beforeEach(() => {
  host.dialled.length = 0;
  host.asked.length = 0;
  host.publish(FILE, 'bytes', { 'content-type': 'image/png' });
});

async function read(
  url = FILE,
  options: FileReaderOptions = {},
  bytesMax = MB,
  signal = new AbortController().signal,
) {
  const file = await createFileReader({ ...host.guard, ...options })(url, { bytesMax, signal });
  return file.ok ? file.value.bytes.toString() : file.error;
}

const reason = (value: string) => ({ reason: value });

test('a file is read as it is, and nothing about us is sent along', async () => {
  const file = await createFileReader(host.guard)(FILE, {
    bytesMax: 5,
    signal: new AbortController().signal,
  });
  expect(file).toEqual({ ok: true, value: { bytes: Buffer.from('bytes'), contentType: 'image/png' } });
  expect(host.dialled).toEqual([PUBLIC_ADDRESS]);
  expect(Object.keys(host.asked[0]?.headers ?? {}).sort()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ]);
});

describe('a file that a stranger names is no way into our own network', () => {
  test.each(['127.0.0.1', '169.254.169.254', '10.0.0.8', '::1', '::ffff:7f00:1', 'fd00:ec2::254'])(
    'a name that resolves to %s is not connected to',
    async (address) => {
      expect(await read(FILE, { resolve: async () => [PUBLIC_ADDRESS, address] })).toEqual(reason('address'));
      expect(host.dialled).toEqual([]);
    },
  );

  test.each([
    'http://files.test/a.png',
    'https://127.0.0.1/a.png',
    'https://[::1]/a.png',
    'https://2130706433/a.png',
    'https://169.254.169.254/latest/meta-data',
    'https://user:secret@files.test/a.png',
    'https://files.test:8443/a.png',
    'file:///etc/passwd',
    'data:text/plain,x',
    'ftp://files.test/a.png',
    '//files.test/a.png',
    '',
  ])('%s is not even resolved', async (url) => {
    const before = host.resolutions();
    expect(await read(url)).toEqual(reason('url'));
    expect(host.resolutions()).toBe(before);
  });

  test.each([
    ['the metadata service of a cloud', 'https://169.254.169.254/latest/meta-data', 'url'],
    ['clear text', 'http://cdn.test/a.png', 'url'],
    ['a port of ours', 'https://cdn.test:5432/', 'url'],
    ['a file of ours', 'file:///etc/passwd', 'url'],
    ['a name that is inside', 'https://inside.test/a.png', 'address'],
    ['nonsense', 'https://[', 'url'],
  ])('a redirect to %s is not followed', async (_, location, expected) => {
    host.addresses.set('inside.test', ['192.168.0.1']);
    host.on(FILE, (_request, response) => {
      response.writeHead(302, { location }).end();
    });
    expect(await read()).toEqual(reason(expected));
    expect(host.asked.map(({ url }) => url)).toEqual([FILE]);
  });

  test('a redirect is followed to another public host, with what the name resolves to there', async () => {
    host.on(FILE, (_request, response) => {
      response.writeHead(307, { location: 'https://cdn.test/b.png', 'set-cookie': 'a=b' }).end();
    });
    host.publish('https://cdn.test/b.png', 'moved');
    expect(await read()).toBe('moved');
    expect(host.dialled).toEqual([PUBLIC_ADDRESS, PUBLIC_ADDRESS]);
    expect(host.asked[1]?.headers.cookie).toBeUndefined();
    expect(host.asked[1]?.headers.referer).toBeUndefined();
  });

  test('a redirect in a circle ends', async () => {
    host.on(FILE, (_request, response) => {
      response.writeHead(302, { location: '/a.png' }).end();
    });
    expect(await read()).toEqual(reason('redirects'));
    expect(host.asked).toHaveLength(4);
  });
});

describe('a file cannot be made a burden', () => {
  test.each([
    ['says how long it is', true],
    ['does not say how long it is', false],
  ])('one byte too many is refused when the server %s', async (_, says) => {
    host.on(FILE, (_request, response) => {
      response.writeHead(200, says ? { 'content-length': 6 } : {}).end('123456');
    });
    expect(await read(FILE, {}, 5)).toEqual(reason('too_large'));
    expect(await read(FILE, {}, 6)).toBe('123456');
  });

  test.each(['gzip', 'br', 'deflate', 'x-unknown'])(
    'content compressed as %s is not unpacked',
    async (encoding) => {
      host.on(FILE, (_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync(Buffer.alloc(20 * MB)));
      });
      expect(await read()).toEqual(reason('compressed'));
    },
  );

  test('a file that drips is given up when the time is over, and so is its connection', async () => {
    const given = new Promise<void>((resolve) => {
      host.on(FILE, (_request, response) => {
        response.writeHead(200);
        const dripping = setInterval(() => response.write(' '), 5);
        response.on('close', () => {
          clearInterval(dripping);
          resolve();
        });
      });
    });
    // Time enough to get there, or there would be nothing to give up.
    expect(await read(FILE, { deadlineMs: 3_000 })).toEqual(reason('deadline'));
    await given;
  });

  test('a resolver that never answers is not waited for', async () => {
    const resolve = () => new Promise<string[]>(() => {});
    expect(await read(FILE, { resolve, deadlineMs: 50 })).toEqual(reason('deadline'));
  });

  test('a caller that goes away ends it', async () => {
    const controller = new AbortController();
    host.on(FILE, () => controller.abort());
    expect(await read(FILE, {}, MB, controller.signal)).toEqual(reason('cancelled'));
    expect(await read(FILE, {}, MB, controller.signal)).toEqual(reason('cancelled'));
  });

  test('only so many are read at once', async () => {
    const reader = createFileReader({ ...host.guard, atOnceMax: 1 });
    const options = { bytesMax: MB, signal: new AbortController().signal };
    const arrived = new Promise<() => void>((resolve) => {
      host.on(FILE, (_request, response) => resolve(() => response.end('first')));
    });
    const first = reader(FILE, options);
    const finish = await arrived;
    expect(await reader(FILE, options)).toEqual({ ok: false, error: { reason: 'busy' } });
    finish();
    expect((await first).ok).toBe(true);
    host.publish(FILE, 'second');
    expect((await reader(FILE, options)).ok).toBe(true);
  });

  test.each([204, 206, 304, 401, 404, 500])('only 200 is a file, not %i', async (status) => {
    host.on(FILE, (_request, response) => {
      response.writeHead(status).end();
    });
    expect(await read()).toEqual({ reason: 'status', status });
  });
});

describe('through the MCP door', () => {
  let harness: Harness;
  const document = {
    openapi: '3.1.0',
    info: { title: 'Files', version: '1' },
    paths: {
      '/files': {
        post: {
          operationId: 'add_file',
          requestBody: {
            required: true,
            content: {
              'multipart/form-data': {
                schema: {
                  type: 'object',
                  required: ['file'],
                  properties: { file: { type: 'string', format: 'binary' }, note: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    },
  };

  beforeAll(async () => {
    harness = await startHarness({ files: host.guard });
    const imported = await importConnector(harness.store, {
      orgId: harness.orgId('acme'),
      slug: 'files',
      name: 'Files',
      baseUrl: harness.upstream.baseUrl,
      document: JSON.stringify(document),
      compile: compileCatalogue,
    });
    if (!imported.ok) throw new Error(imported.error.message);
  });
  afterAll(() => harness.close());

  const add = async (file: object, caller = harness.caller()) => {
    const { json } = await harness.rpc(toolCall('add_file', { file, note: 'n' }), {
      headers: { ...caller.bearer, 'mcp-protocol-version': '2025-06-18' },
    });
    return json.result;
  };

  test('a file that is named by its address reaches the API, and the API learns nothing of where it was', async () => {
    expect((await add({ url: FILE })).isError).toBeUndefined();
    const received = harness.upstream.received.at(-1);
    const form = await new Response(new Uint8Array(received?.body ?? []), {
      headers: { 'content-type': received?.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('file') as File;
    expect([file.name, file.type, await file.text(), form.get('note')]).toEqual([
      'a.png',
      'image/png',
      'bytes',
      'n',
    ]);
    expect(received?.body.toString()).not.toContain('files.test');
  });

  test('a file of 10 MB in base64 fits into a message', async () => {
    const bytes = Buffer.alloc(10 * MB, 'x');
    expect((await add({ data: bytes.toString('base64'), name: 'x.bin' })).isError).toBeUndefined();
    expect(harness.upstream.received.at(-1)?.body.includes(bytes)).toBe(true);
  });

  test('an address inside is refused with a sentence, and nothing reaches the API', async () => {
    const before = harness.upstream.received.length;
    const result = await add({ url: 'https://169.254.169.254/latest/meta-data' });
    expect(result).toMatchObject({ isError: true, structuredContent: { code: 'invalid_arguments' } });
    expect(result.structuredContent.message).toContain('file.url must be an https address');
    expect(harness.upstream.received).toHaveLength(before);
  });

  test('nothing is fetched for who may not make the call', async () => {
    const result = await add({ url: FILE }, harness.caller({ access: 'read' }));
    expect(result.isError).toBe(true);
    expect(host.asked).toEqual([]);
  });
});
