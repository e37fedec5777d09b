import { describe, expect, test } from 'vitest';
import type { ArgumentFault, FetchFile, PreparedRequest, Tool } from '../src/index.ts';
import { compileCatalogue, prepareRequest, prepareRequestWithFiles, takesFiles } from '../src/index.ts';

type Media = Readonly<Record<string, object>>;

function toolOf(content: Media, version = '3.1.0'): Tool {
  const requestBody = { required: true, content };
  const document = { openapi: version, paths: { '/x': { post: { operationId: 'upload', requestBody } } } };
  const compiled = compileCatalogue(JSON.stringify(document));
  const tool = compiled.ok ? compiled.value.tools[0] : undefined;
  if (!tool) throw new Error(JSON.stringify(compiled));
  return tool;
}

function prepared(tool: Tool, args: object): PreparedRequest {
  const request = prepareRequest(tool, args);
  if (!request.ok) throw new Error(JSON.stringify(request.error));
  return request.value;
}

function faultsOf(tool: Tool, args: object): ArgumentFault[] {
  const request = prepareRequest(tool, args);
  if (request.ok) throw new Error('The arguments were accepted.');
  return request.error;
}

/** The parts as a reader that is not ours understands them. */
async function partsOf({
  headers,
  body,
}: PreparedRequest): Promise<[string, string | [string, string, string]][]> {
  const form = await new Response(Buffer.from(body ?? ''), { headers: { ...headers } }).formData();
  return Promise.all(
    [...form.entries()].map(async ([name, value]) => {
      if (typeof value === 'string') return [name, value];
      return [name, [value.name, value.type, await value.text()]];
    }),
  );
}

const text = (body: PreparedRequest['body']): string => Buffer.from(body ?? '').toString('latin1');
const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');
const binary = { type: 'string', format: 'binary' };
const multipart = (properties: object, more: object = {}): Media => ({
  'multipart/form-data': { schema: { type: 'object', properties }, ...more },
});

const noFetch: FetchFile = () => {
  throw new Error('Nothing may be fetched.');
};
const signal = new AbortController().signal;

describe('a multipart body', () => {
  test('has a part for each field: files, texts, objects as JSON, lists one by one', async () => {
    const tool = toolOf(
      multipart({
        file: binary,
        many: { type: 'array', items: binary },
        meta: { type: 'object', properties: { k: { type: 'integer' } } },
        tags: { type: 'array', items: { type: 'string' } },
        title: { type: 'string' },
        count: { type: 'integer' },
      }),
    );
    expect(takesFiles(tool)).toBe(true);
    const request = prepared(tool, {
      file: { data: base64('one'), name: 'ä "1".txt', mimeType: 'text/plain' },
      many: [{ data: base64('two') }, { data: base64('three'), name: '3.bin' }],
      meta: '{"k": 1}',
      tags: ['a', 'b'],
      title: 'line\r\nbreak',
      count: '5',
    });
    expect(await partsOf(request)).toEqual([
      ['file', ['ä "1".txt', 'text/plain', 'one']],
      ['many', ['file', 'application/octet-stream', 'two']],
      ['many', ['3.bin', 'application/octet-stream', 'three']],
      ['meta', '{"k":1}'],
      ['tags', 'a'],
      ['tags', 'b'],
      ['title', 'line\r\nbreak'],
      ['count', '5'],
    ]);
    expect(text(request.body)).toContain('name="meta"\r\nContent-Type: application/json\r\n\r\n{"k":1}\r\n');
  });

  test('keeps every digit of a 64-bit integer in its JSON', () => {
    const long = { type: 'integer', format: 'int64' };
    const meta = { type: 'object', properties: { id: long } };
    const tool = toolOf(multipart({ meta, more: { type: 'array', items: meta }, id: long }));
    const given = { id: '9007199254740993' };
    const sent = text(prepared(tool, { meta: given, more: [given], ...given }).body);
    expect(sent.match(/[^\r\n]*9007199254740993[^\r\n]*/g)).toEqual([
      '{"id":9007199254740993}',
      '{"id":9007199254740993}',
      '9007199254740993',
    ]);
  });

  test('keeps every byte of a file', () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
    const { body } = prepared(toolOf(multipart({ file: binary })), { file: { data: base64(bytes) } });
    expect(Buffer.from(body ?? '').includes(bytes)).toBe(true);
  });

  test('follows its encoding: media types, headers with one value, styles', () => {
    const encoding = {
      file: {
        contentType: 'image/png, image/jpeg',
        headers: {
          'X-Kind': { schema: { type: 'string', enum: ['a'] } },
          'X-Note': { schema: { type: 'string' } },
          'Content-Type': { schema: { type: 'string', default: 'evil/type' } },
          'X-Bad\r\nHeader': { schema: { type: 'string', default: 'x' } },
        },
      },
      meta: { contentType: 'application/vnd.meta+json' },
      list: { style: 'form', explode: false },
      deep: { style: 'deepObject' },
    };
    const properties = {
      file: {},
      meta: { type: 'object' },
      list: { type: 'array', items: { type: 'string' } },
      deep: { type: 'object' },
    };
    const tool = toolOf(multipart(properties, { encoding }));
    const args = {
      file: { data: base64('x'), name: 'x.png', headers: { 'X-Note': 'n' } },
      meta: { a: 1 },
      list: ['a b', 'c&d'],
      deep: { x: { y: 1 } },
    };
    const sent = text(prepared(tool, args).body);
    expect(sent).toContain(
      'name="file"; filename="x.png"\r\nContent-Type: image/png\r\nX-Kind: a\r\nX-Note: n\r\n\r\nx\r\n',
    );
    expect(sent).toContain('name="meta"\r\nContent-Type: application/vnd.meta+json\r\n\r\n{"a":1}\r\n');
    expect(sent).toContain('name="list"\r\n\r\na b,c&d\r\n');
    expect(sent).toContain('name="deep[x][y]"\r\n\r\n1\r\n');
    expect(sent).not.toMatch(/evil|X-Bad/);
    const jpeg = prepared(tool, { file: { data: '', mimeType: 'image/jpeg' } });
    expect(text(jpeg.body)).toContain('Content-Type: image/jpeg\r\n');
    const other = prepared(tool, { file: { data: '', mimeType: 'text/html' } });
    expect(text(other.body)).toContain('Content-Type: image/png\r\n');
  });

  test.each([
    ['text/*, text/csv', 'Content-Type: text/csv\r\n'],
    ['*/*', 'name="note"\r\n\r\n'],
  ])('names no range of types as the type of a part: %s', (contentType, expected) => {
    const tool = toolOf(multipart({ note: { type: 'string' } }, { encoding: { note: { contentType } } }));
    const sent = text(prepared(tool, { note: 'n' }).body);
    expect(sent).toContain(expected);
    expect(sent).not.toContain('*');
  });

  test('has one boundary, ours, even if the document names another', async () => {
    const schema = { type: 'object', properties: { note: { type: 'string' } } };
    const tool = toolOf({ 'multipart/form-data; boundary=theirs; charset=utf-8': { schema } });
    const request = prepared(tool, { note: 'n' });
    expect(request.headers['content-type']).toMatch(
      /^multipart\/form-data; charset=utf-8; boundary=latchkey-[0-9a-f]{36}$/,
    );
    expect(await partsOf(request)).toEqual([['note', 'n']]);
  });

  test('of one file without a name goes under `file`', async () => {
    const tool = toolOf({ 'multipart/form-data': { schema: binary } });
    expect(tool.inputSchema.required).toEqual(['file']);
    const request = prepared(tool, { file: { data: base64('x'), name: 'n' } });
    expect(await partsOf(request)).toEqual([['file', ['n', 'application/octet-stream', 'x']]]);
  });

  test('is sent in place of a form when there is a file, which a form cannot carry', () => {
    const schema = { type: 'object', properties: { file: binary } };
    const content = { 'application/x-www-form-urlencoded': { schema }, 'multipart/form-data': { schema } };
    expect(toolOf(content).binding.body?.kind).toBe('multipart');
    const plain = { type: 'object', properties: { name: { type: 'string' } } };
    const forms = {
      'multipart/form-data': { schema: plain },
      'application/x-www-form-urlencoded': { schema: plain },
    };
    expect(toolOf(forms).binding.body?.kind).toBe('form');
  });

  test.each([
    ['format binary', '3.0.3', binary, 'one'],
    ['a media type', '3.1.0', { type: 'string', contentMediaType: 'image/png' }, 'one'],
    ['a media type without a type', '3.1.0', { contentMediaType: 'application/octet-stream' }, 'one'],
    ['a file or a list of files', '3.1.0', { anyOf: [binary, { type: 'array', items: binary }] }, 'many'],
    ['a reference', '3.0.3', { allOf: [binary] }, 'one'],
    ['base64 text', '3.0.3', { type: 'string', format: 'byte' }, 'text'],
    ['base64 text since 3.1', '3.1.0', { contentMediaType: 'image/png', contentEncoding: 'base64' }, 'text'],
    ['a text of a media type', '3.1.0', { type: 'string', contentMediaType: 'text/csv' }, 'text'],
  ])('takes %s of %s for what it is', (_, version, schema, expected) => {
    const tool = toolOf(multipart({ field: schema, list: { type: 'array', items: schema } }), version);
    const field = tool.inputSchema.properties['field'];
    const found = field?.items?.properties ? 'many' : field?.properties ? 'one' : 'text';
    expect(found).toBe(expected);
    expect(takesFiles(tool)).toBe(expected !== 'text');
  });
});

describe('a body of bytes', () => {
  test('is the file itself, in the media type of the document', () => {
    const tool = toolOf({ 'application/octet-stream': { schema: binary } });
    expect(takesFiles(tool)).toBe(true);
    const { body, headers } = prepared(tool, { body: { data: base64('\x00\xff'), mimeType: 'image/png' } });
    expect(Buffer.from(body ?? '')).toEqual(Buffer.from('\x00\xff'));
    expect(headers['content-type']).toBe('application/octet-stream');
  });

  test.each([
    [['image/png', 'image/jpeg'], 'image/jpeg', 'image/jpeg'],
    [['image/png', 'image/jpeg'], 'text/html', 'image/png'],
    [['image/*'], 'image/webp', 'image/webp'],
    [['image/*'], 'text/html', 'application/octet-stream'],
    [['image/*'], undefined, 'application/octet-stream'],
  ])('of %j, given as %s, is sent as %s', (types, mimeType, expected) => {
    const tool = toolOf(Object.fromEntries(types.map((type) => [type, {}])));
    const request = prepared(tool, { body: { data: base64('x'), ...(mimeType ? { mimeType } : {}) } });
    expect(request.headers['content-type']).toBe(expected);
  });

  test('of base64 text is the text', () => {
    const tool = toolOf({ 'image/jpeg': { schema: { type: 'string', format: 'byte' } } });
    expect(prepared(tool, { body: 'aGk=' })).toMatchObject({
      body: 'aGk=',
      headers: { 'content-type': 'image/jpeg' },
    });
    expect(takesFiles(tool)).toBe(false);
  });

  test.each(['application/xml', 'text/xml', 'application/soap+xml', 'multipart/related', 'application/cbor'])(
    'of %s alone is skipped, with the reason',
    (type) => {
      const requestBody = { content: { [type]: { schema: { type: 'object' } } } };
      const document = { openapi: '3.1.0', paths: { '/x': { post: { requestBody } } } };
      expect(compileCatalogue(JSON.stringify(document))).toMatchObject({
        ok: true,
        value: { tools: [], skipped: [{ code: 'BODY_UNSUPPORTED' }] },
      });
    },
  );
});

describe('what a caller says of a file', () => {
  const tool = toolOf(multipart({ file: binary, note: { type: 'string' } }));

  test.each([
    ['a".html"; x="', '%22'],
    ['a\r\nX-Evil: 1', '%0D%0A'],
    ['a\r\n\r\n<script>', '%0D%0A'],
    ['\u0000\u0007', ''],
  ])('cannot end its line or its quotes: the name %j', (name, escape) => {
    const sent = text(prepared(tool, { file: { data: base64('x'), name } }).body);
    const [head = ''] = sent.split('\r\n\r\n');
    expect(head.split('\r\n')).toHaveLength(3);
    expect(head).toContain(escape);
    expect(head.split('\r\n')[1]).toMatch(/^Content-Disposition: form-data; name="file"; filename="[^"]*"$/);
  });

  test.each(['text/html\r\nX-Evil: 1', 'text/html\n', 'x', 'text/', 'a/b; c="\r\n"', 'a/b;'.repeat(100)])(
    'cannot be the media type %j',
    (mimeType) => {
      expect(faultsOf(tool, { file: { data: '', mimeType } })).toEqual([
        { field: 'file.mimeType', message: 'must be a media type such as image/png' },
      ]);
    },
  );

  test('cannot bring a header that the document does not name, or a line break in one', () => {
    expect(faultsOf(tool, { file: { data: '', headers: { 'X-Evil': '1' } } })).toHaveLength(1);
    const schema = { type: 'object', properties: { file: binary } };
    const encoding = { file: { headers: { 'X-A': { schema: { type: 'string' } } } } };
    const open = toolOf({ 'multipart/form-data': { schema, encoding } });
    expect(faultsOf(open, { file: { data: '', headers: { 'X-A': 'a\r\nX-Evil: 1' } } })).toEqual([
      { field: 'file.headers.X-A', message: 'has a character that no header can carry' },
    ]);
  });

  test('cannot end the body: a boundary that was seen once is not used again', async () => {
    const first = prepared(tool, { note: 'n' });
    const boundary = /boundary=(.+)$/.exec(first.headers['content-type'] ?? '')?.[1] ?? '';
    const evil = `--${boundary}--\r\n--${boundary}\r\nContent-Disposition: form-data; name="admin"\r\n\r\ntrue`;
    const second = prepared(tool, { file: { data: base64(evil) }, note: evil });
    expect(second.headers['content-type']).not.toContain(boundary);
    expect((await partsOf(second)).map(([name]) => name)).toEqual(['file', 'note']);
  });

  test.each([
    [{}, 'needs either url or data'],
    [{ url: 'https://a.test/', data: '' }, 'needs either url or data'],
    [{ data: 'not base64!' }, 'must be base64'],
    [{ data: 'a=b' }, 'must be base64'],
    // A pattern that goes back over this would never end.
    [{ data: `${' '.repeat(10_000_000)}!` }, 'must be base64'],
    [{ data: 'a'.repeat(15_000_000) }, 'is larger than 10 MB; give larger files by url'],
    [{ url: 'https://a.test/' }, 'cannot be fetched here; give the file as data'],
  ])('has to be complete and small enough (%#)', (file, message) => {
    expect(faultsOf(tool, { file }).map((fault) => fault.message)).toEqual([message]);
  });

  test('is limited in all, not file by file', () => {
    const many = toolOf(multipart({ files: { type: 'array', items: binary } }));
    const six = { data: 'AAAA'.repeat(2_000_000) };
    expect(faultsOf(many, { files: [six, six] })).toMatchObject([{ field: 'files[1].data' }]);
    const files = Array.from({ length: 21 }, () => ({ data: '' }));
    expect(faultsOf(many, { files })).toMatchObject([
      { message: 'At most 20 files can be sent in one call.' },
    ]);
  });

  test('may be a data address', () => {
    const file = { data: `data:text/plain;base64,${base64('hi')}` };
    expect(text(prepared(tool, { file }).body)).toContain('\r\n\r\nhi\r\n');
  });

  test('that is no object is a fault with a sentence', () => {
    expect(faultsOf(tool, { file: 'https://a.test/x.png' })).toEqual([
      { field: 'file', message: 'must be an object' },
    ]);
  });
});

describe('a file by address', () => {
  const tool = toolOf(multipart({ file: binary, other: binary, id: { type: 'integer' } }, {}));

  test('is fetched, and its name and type are taken from there unless the caller says otherwise', async () => {
    const asked: [string, number][] = [];
    const fetchFile: FetchFile = async (url, { bytesMax }) => {
      asked.push([url, bytesMax]);
      return { ok: true, value: { bytes: Buffer.from('bytes'), contentType: 'image/png' } };
    };
    const args = {
      file: { url: 'https://a.test/pictures/a%20b.png?x=1' },
      other: { url: 'https://a.test/b', name: 'mine', mimeType: 'image/webp' },
    };
    const request = await prepareRequestWithFiles(tool, args, { fetchFile, signal });
    if (!request.ok) throw new Error(JSON.stringify(request.error));
    expect(await partsOf(request.value)).toEqual([
      ['file', ['a b.png', 'image/png', 'bytes']],
      ['other', ['mine', 'image/webp', 'bytes']],
    ]);
    // What one file took, the next one may not take again.
    expect(asked.map(([, bytesMax]) => bytesMax)).toEqual([50 * 1024 * 1024, 50 * 1024 * 1024 - 5]);
  });

  test('whose server names an impossible type is bytes', async () => {
    const fetchFile: FetchFile = async () => ({
      ok: true,
      value: { bytes: Buffer.from('x'), contentType: 'text/html\r\nX-Evil: 1' },
    });
    const args = { file: { url: 'https://a.test/..%2f..%2fetc%2fpasswd' } };
    const request = await prepareRequestWithFiles(tool, args, { fetchFile, signal });
    if (!request.ok) throw new Error(JSON.stringify(request.error));
    const sent = text(request.value.body);
    expect(sent).toContain('filename="file"\r\nContent-Type: application/octet-stream\r\n');
    expect(sent).not.toContain('Evil');
  });

  test('that cannot be fetched is a fault of its argument', async () => {
    const fetchFile: FetchFile = async () => ({ ok: false, error: { message: 'is not public' } });
    const args = { file: { url: 'https://a.test/x' } };
    expect(await prepareRequestWithFiles(tool, args, { fetchFile, signal })).toEqual({
      ok: false,
      error: [{ field: 'file.url', message: 'is not public' }],
    });
  });

  test('is not fetched while anything else is wrong', async () => {
    const url = { url: 'https://a.test/x' };
    for (const args of [
      { file: url, id: 'x' },
      { file: url, other: { data: '!' } },
      { file: url, what: 1 },
    ]) {
      const request = await prepareRequestWithFiles(tool, args, { fetchFile: noFetch, signal });
      expect(request.ok).toBe(false);
    }
  });
});
