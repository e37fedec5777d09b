import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileCatalogue, createSender, prepareRequest, presentResult } from '../src/index.ts';
import type { Tool, ToolResult } from '../src/index.ts';

interface Item {
  readonly id: string;
}

interface Asked {
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  /** Origin and path. */
  readonly here: string;
}

interface Given {
  readonly body: unknown;
  readonly link?: string;
}

/** How an API gives out its items, and how its document says so. */
interface Kind {
  readonly parameters?: readonly object[];
  readonly fields?: object;
  readonly schema?: object;
  /** What the description has to say. */
  readonly says?: string;
  /** Nothing in the answer says that it is the last page. */
  readonly endsUnsaid?: true;
  give(items: readonly Item[], asked: Asked): Given;
}

const text = (name: string, more: object = {}) => ({
  name,
  in: 'query',
  schema: { type: 'string', ...more },
});
const integer = (name: string, more: object = {}) => ({
  name,
  in: 'query',
  schema: { type: 'integer', ...more },
});
const object = (properties: object) => ({ type: 'object', properties });
const LIST = { type: 'array', items: object({ id: { type: 'string' } }) };

const ITEMS: readonly Item[] = Array.from({ length: 8 }, (_, index) => ({ id: `it_${index}` }));
const PAGE = 3;

const from = (items: readonly Item[], start: number, size = PAGE) => {
  const page = items.slice(start, start + size);
  return { page, end: start + page.length, hasMore: start + page.length < items.length };
};
const after = (items: readonly Item[], id: unknown) =>
  id ? items.findIndex((item) => item.id === id) + 1 : 0;
const at = (cursor: unknown) =>
  typeof cursor === 'string' ? Number(Buffer.from(cursor, 'base64url').toString()) : 0;
const cursor = (start: number) => Buffer.from(String(start)).toString('base64url');
const numeric = (value: string | null, other: number) => (value === null ? other : Number(value));

function byCursor(
  name: string,
  wrap: (page: readonly Item[], next: string | undefined) => unknown,
): Kind['give'] {
  return (items, { query }) => {
    const { end, hasMore, page } = from(items, at(query.get(name)));
    return { body: wrap(page, hasMore ? cursor(end) : undefined) };
  };
}

const KINDS: Readonly<Record<string, Kind>> = {
  'a cursor beside the list': {
    parameters: [text('cursor')],
    says: 'Paginated: pass cursor.',
    give: byCursor('cursor', (data, next_cursor) => ({ data, next_cursor })),
  },
  'a cursor that is null at the end, under a schema': {
    parameters: [text('cursor'), integer('limit')],
    schema: object({ data: LIST, next_cursor: { type: ['string', 'null'] } }),
    give: byCursor('cursor', (data, next) => ({ data, next_cursor: next ?? null })),
  },
  'a cursor that is empty at the end, among metadata': {
    parameters: [text('cursor')],
    give: byCursor('cursor', (channels, next) => ({
      ok: true,
      channels,
      response_metadata: { next_cursor: next ?? '' },
    })),
  },
  'a page token': {
    parameters: [text('page_token'), integer('page_size')],
    says: 'Paginated: pass page_token.',
    give: byCursor('page_token', (items, nextPageToken) => ({ items, nextPageToken })),
  },
  'a token inside a list of versions': {
    parameters: [text('continue'), integer('limit')],
    schema: object({ metadata: object({ continue: { type: 'string' } }), items: LIST }),
    says: 'Paginated: pass continue.',
    give: byCursor('continue', (items, next) => ({
      kind: 'List',
      metadata: { continue: next ?? '' },
      items,
    })),
  },
  'a token under paging.next.after': {
    parameters: [text('after'), integer('limit')],
    give: byCursor('after', (results, next) => ({
      results,
      ...(next && { paging: { next: { after: next, link: 'x' } } }),
    })),
  },
  'an offset that is a token': {
    parameters: [text('offset'), integer('limit')],
    schema: object({
      data: LIST,
      next_page: object({ offset: { type: 'string' }, path: { type: 'string' } }),
    }),
    says: 'Paginated: pass offset.',
    give: byCursor('offset', (data, next) => ({
      data,
      next_page: next ? { offset: next, path: '/x' } : null,
    })),
  },
  'a cursor that is a long number': {
    parameters: [{ name: 'cursor', in: 'query', schema: { type: 'integer', format: 'int64' } }],
    give(items, { query }) {
      const big = 9_007_199_254_740_993n;
      const { end, hasMore, page } = from(
        items,
        query.get('cursor') ? Number(BigInt(query.get('cursor') ?? 0) - big) : 0,
      );
      return {
        body: `RAW{"data":${JSON.stringify(page)},"next_cursor":${hasMore ? big + BigInt(end) : 'null'}}`,
      };
    },
  },
  'a cursor in the body': {
    fields: { start_cursor: { type: 'string' }, page_size: { type: 'integer' }, query: { type: 'string' } },
    says: 'Paginated: pass start_cursor.',
    give(items, { body }) {
      const { end, hasMore, page } = from(items, at(body['start_cursor']));
      return { body: { results: page, has_more: hasMore, next_cursor: hasMore ? cursor(end) : null } };
    },
  },
  'starting_after, the id of the last item': {
    parameters: [text('starting_after'), text('ending_before'), integer('limit')],
    says: 'Paginated: pass starting_after.',
    give(items, { query }) {
      const { hasMore, page } = from(
        items,
        after(items, query.get('starting_after')),
        numeric(query.get('limit'), PAGE),
      );
      return { body: { object: 'list', data: page, has_more: hasMore, url: '/v1/x' } };
    },
  },
  'after, the id of the last item': {
    parameters: [text('after'), integer('limit', { default: PAGE })],
    give(items, { query }) {
      const { hasMore, page } = from(items, after(items, query.get('after')));
      return { body: { data: page, first_id: page[0]?.id, last_id: page.at(-1)?.id, has_more: hasMore } };
    },
  },
  'after, an id that the items themselves do not say': {
    parameters: [text('after'), integer('limit')],
    schema: object({ data: LIST, last_id: { type: 'string' }, next: { type: 'string' } }),
    give(items, { query }) {
      const { hasMore, page } = from(items, after(items, query.get('after')));
      const data = page.map((message) => ({ message }));
      return { body: { data, last_id: page.at(-1)?.id, has_more: hasMore } };
    },
  },
  'offset and limit, and a list alone': {
    parameters: [integer('offset'), integer('limit', { default: PAGE })],
    says: 'Paginated: pass offset.',
    give: (items, { query }) => ({
      body: from(items, numeric(query.get('offset'), 0), numeric(query.get('limit'), PAGE)).page,
    }),
  },
  'offset without a word of the page size': {
    parameters: [integer('offset')],
    endsUnsaid: true,
    give: (items, { query }) => ({ body: { rows: from(items, numeric(query.get('offset'), 0)).page } }),
  },
  'offset and a total': {
    parameters: [integer('offset'), integer('limit')],
    give: (items, { query }) => ({
      body: { total: items.length, values: from(items, numeric(query.get('offset'), 0)).page, tags: [] },
    }),
  },
  'startAt and isLast': {
    parameters: [integer('startAt', { default: 0 }), integer('maxResults', { default: 50 })],
    give(items, { query }) {
      const startAt = numeric(query.get('startAt'), 0);
      const { hasMore, page } = from(items, startAt);
      return { body: { startAt, maxResults: PAGE, isLast: !hasMore, values: page } };
    },
  },
  'an index that begins with one': {
    parameters: [integer('startIndex', { minimum: 1 }), integer('count')],
    give(items, { query }) {
      const startIndex = numeric(query.get('startIndex'), 1);
      return {
        body: { totalResults: items.length, startIndex, Resources: from(items, startIndex - 1).page },
      };
    },
  },
  'page and per_page': {
    parameters: [integer('page'), integer('per_page', { default: PAGE })],
    says: 'Paginated: pass page.',
    give: (items, { query }) => ({ body: from(items, (numeric(query.get('page'), 1) - 1) * PAGE).page }),
  },
  'pages that begin with nought, and their number': {
    parameters: [integer('page', { default: 0 }), integer('size')],
    give(items, { query }) {
      const { page } = from(items, numeric(query.get('page'), 0) * PAGE);
      return {
        body: { content: page, totalPages: Math.ceil(items.length / PAGE), totalElements: items.length },
      };
    },
  },
  'the number of the next page': {
    parameters: [integer('page'), integer('per_page')],
    give(items, { query }) {
      const number = numeric(query.get('page'), 1);
      const { hasMore, page } = from(items, (number - 1) * PAGE);
      return {
        body: { items: page, meta: { current_page: number, next_page: hasMore ? number + 1 : null } },
      };
    },
  },
  'a Link header': {
    parameters: [integer('page'), integer('per_page'), text('state')],
    give(items, { here, query }) {
      const number = numeric(query.get('page'), 1);
      const { hasMore, page } = from(items, (number - 1) * PAGE);
      const next = `<${here}?page=${number + 1}&per_page=${PAGE}>; rel="next", `;
      return {
        body: page,
        link: `<${here}?page=1>; rel=first, ${hasMore ? next : ''}<${here}?page=9>; title="a, b"; rel="last"`,
      };
    },
  },
  'a Link header and arguments with names of their own': {
    parameters: [
      integer('page[number]'),
      integer('page[size]'),
      { name: 'id', in: 'query', schema: { type: 'string' } },
    ],
    says: 'Paginated: pass page_number.',
    endsUnsaid: true,
    give(items, { here, query }) {
      const number = numeric(query.get('page[number]'), 1);
      const { hasMore, page } = from(items, (number - 1) * PAGE);
      return {
        body: { data: page },
        ...(hasMore && { link: `<${here}?page%5Bnumber%5D=${number + 1}>; rel="prefetch next"` }),
      };
    },
  },
  'a page that is a token': {
    parameters: [text('page'), integer('limit')],
    schema: object({ data: LIST, has_more: { type: 'boolean' }, next_page: { type: ['string', 'null'] } }),
    give: byCursor('page', (data, next) => ({ data, has_more: next !== undefined, next_page: next ?? null })),
  },
  'an address in the answer': {
    parameters: [integer('page')],
    give(items, { here, query }) {
      const number = numeric(query.get('page'), 1);
      const { hasMore, page } = from(items, (number - 1) * PAGE);
      return {
        body: { count: items.length, next: hasMore ? `${here}?page=${number + 1}` : null, results: page },
      };
    },
  },
  'an address whose argument no one takes for a page': {
    parameters: [text('seen_until')],
    give(items, { here, query }) {
      const { end, hasMore, page } = from(items, at(query.get('seen_until')));
      return {
        body: { results: page, ...(hasMore && { links: { next: `${here}?seen_until=${cursor(end)}` } }) },
      };
    },
  },
  '@odata.nextLink': {
    parameters: [text('$skiptoken'), integer('$top')],
    says: 'Paginated: pass skiptoken.',
    give(items, { here, query }) {
      const { end, hasMore, page } = from(items, at(query.get('$skiptoken')));
      return {
        body: { value: page, ...(hasMore && { '@odata.nextLink': `${here}?$skiptoken=${cursor(end)}` }) },
      };
    },
  },
  'a path without a host': {
    parameters: [integer('Page'), integer('PageSize'), text('PageToken')],
    give(items, { here, query }) {
      const { end, hasMore, page } = from(items, at(query.get('PageToken')));
      const path = new URL(here).pathname;
      return {
        body: {
          calls: page,
          next_page_uri: hasMore ? `${path}?PageSize=${PAGE}&Page=1&PageToken=${cursor(end)}` : null,
        },
      };
    },
  },
  'an address that repeats a credential': {
    parameters: [text('cursor')],
    give(items, { here, query }) {
      const { end, hasMore, page } = from(items, at(query.get('cursor')));
      return {
        body: {
          data: page,
          next: hasMore ? `${here}?cursor=${cursor(end)}&api_key=sk_live_0123456789` : null,
        },
      };
    },
  },
};

const NAMES = Object.keys(KINDS);
const pathOf = (name: string) => `/v1/k${NAMES.indexOf(name)}`;
let origin = '';
let requests = 0;
let items: readonly Item[] = ITEMS;
const tools = new Map<string, Tool>();
const sender = createSender();

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    requests += 1;
    const url = new URL(req.url ?? '/', origin);
    const kind = KINDS[NAMES[Number(/k(\d+)$/.exec(url.pathname)?.[1])] ?? ''];
    if (!kind) {
      res.writeHead(404).end();
      return;
    }
    const body =
      chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>) : {};
    const { body: given, link } = kind.give(items, {
      query: url.searchParams,
      body,
      here: url.origin + url.pathname,
    });
    const written =
      typeof given === 'string' && given.startsWith('RAW') ? given.slice(3) : JSON.stringify(given);
    res.writeHead(200, { 'content-type': 'application/json', ...(link && { link }) }).end(written);
  });
});

function toolOf(name: string): Tool {
  const tool = tools.get(name);
  if (!tool) throw new Error(`no tool for ${name}`);
  return tool;
}

async function page(tool: Tool, args: unknown): Promise<ToolResult> {
  const request = prepareRequest(tool, args);
  if (!request.ok) throw new Error(JSON.stringify(request.error));
  const outcome = await sender.send({ baseUrl: origin, request: request.value });
  const call = { arguments: args, request: request.value, baseUrl: origin };
  return presentResult(tool, outcome, { requestId: 'req_1', call });
}

function read({ content }: ToolResult) {
  const texts = content.map((block) => (block.type === 'text' ? block.text : ''));
  const last =
    texts.length > 1
      ? (JSON.parse(texts.at(-1)?.startsWith('{"_page"') ? (texts.at(-1) ?? '') : '{}') as Footer)
      : {};
  return { ids: (texts[0] ?? '').match(/(?<="id":")it_\d+/g) ?? [], footer: last._page, texts };
}

interface Footer {
  readonly _page?: {
    readonly next_arguments?: Record<string, unknown>;
    readonly has_more?: true;
    readonly not_shown?: number;
    readonly lower?: string;
  };
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const paths = Object.fromEntries(
    Object.entries(KINDS).map(([name, { fields, parameters, schema }]) => {
      const json = { 'application/json': { schema: schema ?? {} } };
      const operation = {
        ...(parameters && { parameters }),
        ...(fields && { requestBody: { content: { 'application/json': { schema: object(fields) } } } }),
        responses: { 200: { description: 'x', ...(schema && { content: json }) } },
      };
      return [pathOf(name), { [fields ? 'post' : 'get']: operation }];
    }),
  );
  const compiled = compileCatalogue(
    JSON.stringify({ openapi: '3.1.0', info: { title: 'P', version: '1' }, paths }),
  );
  if (!compiled.ok) throw new Error(compiled.error.message);
  for (const tool of compiled.value.tools) {
    const name = NAMES.find((one) => pathOf(one) === tool.binding.path);
    if (name !== undefined) tools.set(name, tool);
  }
});
afterAll(async () => {
  await sender.close();
  await new Promise((resolve) => server.close(resolve));
});

test.each(NAMES)(
  '%s: each page says with which arguments this tool gets the next, and the last says none',
  async (name) => {
    items = ITEMS;
    const tool = toolOf(name);
    const seen: string[] = [];
    let args: unknown = {};
    let calls = 0;
    requests = 0;
    while (args !== undefined && calls < 8) {
      calls += 1;
      const { footer, ids } = read(await page(tool, args));
      seen.push(...ids);
      args = footer?.next_arguments;
      const keys = Object.keys(args ?? {});
      expect(keys.every((key) => Object.hasOwn(tool.inputSchema.properties, key))).toBe(true);
      expect(JSON.stringify(args ?? {})).not.toContain('sk_live');
    }
    expect(seen).toEqual(ITEMS.map(({ id }) => id));
    expect(calls).toBe(KINDS[name]?.endsUnsaid ? 4 : 3);
    // Nobody turned a page but the caller.
    expect(requests).toBe(calls);
    expect(tool.description).toContain(KINDS[name]?.says ?? '');
  },
);

test('the other arguments of the call are among the next ones', async () => {
  items = ITEMS;
  const tool = toolOf('a Link header');
  const { footer } = read(await page(tool, { state: 'open' }));
  expect(footer?.next_arguments).toEqual({ state: 'open', page: 2, per_page: PAGE });
});

test.each([
  ['another host', 'https://evil.example/v1/x?page=2'],
  ['another port', (here: URL) => `http://127.0.0.1:1${here.pathname}?page=2`],
  ['another path', (here: URL) => `${here.origin}/v1/secrets?page=2`],
  ['a path that climbs', (here: URL) => `${here.href}/../../secrets?page=2`],
  ['a user before the host', (here: URL) => `http://${here.host}@evil.example${here.pathname}?page=2`],
  ['no address of the web', 'javascript:alert(1)'],
  ['nothing that can be read', 'http://[::bad?page=2'],
  ['arguments that this tool has not', (here: URL) => `${here.href}?admin=true`],
])('a next link to %s is not offered, let alone followed', (_, link) => {
  const tool = toolOf('a Link header and arguments with names of their own');
  const request = prepareRequest(tool, {});
  if (!request.ok) throw new Error('not prepared');
  const here = new URL(origin + request.value.path);
  const target = typeof link === 'string' ? link : link(here);
  const headers = { 'content-type': 'application/json', link: `<${target}>; rel="next"` };
  const value = { status: 200, headers, body: Buffer.from('{"data":[]}') };
  const before = requests;
  const call = { arguments: {}, request: request.value, baseUrl: origin };
  const { footer, texts } = read(presentResult(tool, { ok: true, value }, { requestId: 'req_1', call }));
  expect(footer).toEqual({ has_more: true });
  expect(texts.join('')).not.toContain('evil');
  expect(requests).toBe(before);
});

test.each([
  ['another host and prefix', (path: string) => `https://behind.example/v1${path}?page=2`, true],
  ['no host', (path: string) => `/v1${path}?page=2`, true],
  ['the query alone', () => '?page=2', true],
  ['another path', () => 'https://behind.example/v1/secrets?page=2', false],
  ['arguments that the tool has not', (path: string) => `https://behind.example${path}?admin=true`, false],
])('behind a door, where nobody knows the host, a next link with %s is understood', (_, link, isUsed) => {
  const tool = toolOf('a Link header');
  const request = prepareRequest(tool, {});
  if (!request.ok) throw new Error('not prepared');
  const [path = ''] = request.value.path.split('?');
  const headers = { 'content-type': 'application/json', link: `<${link(path)}>; rel="next"` };
  const value = { status: 200, headers, body: Buffer.from('{"data":[]}') };
  const call = { arguments: {}, request: request.value, baseUrl: undefined };
  const { footer } = read(presentResult(tool, { ok: true, value }, { requestId: 'req_1', call }));
  expect([footer?.next_arguments?.['page'], footer?.has_more]).toEqual(
    isUsed ? [2, undefined] : [undefined, true],
  );
});

test('an answer that is cut off continues where it was cut, or says that something was passed over', async () => {
  items = Array.from({ length: 3_000 }, (_, index) => ({ id: `it_${index}`, text: 'word '.repeat(20) }));
  const large = { limit: 2_000 };
  const byOffset = read(await page(toolOf('offset and limit, and a list alone'), large));
  expect(byOffset.ids.length).toBeLessThan(2_000);
  expect(byOffset.footer?.next_arguments).toEqual({ ...large, offset: byOffset.ids.length });
  const byId = read(await page(toolOf('starting_after, the id of the last item'), large));
  expect(byId.footer?.next_arguments).toEqual({ ...large, starting_after: byId.ids.at(-1) });

  const tool = toolOf('a cursor that is null at the end, under a schema');
  const request = prepareRequest(tool, large);
  if (!request.ok) throw new Error('not prepared');
  const body = Buffer.from(JSON.stringify({ data: items, next_cursor: 'abc' }));
  const value = { status: 200, headers: { 'content-type': 'application/json' }, body };
  const call = { arguments: large, request: request.value, baseUrl: origin };
  const { footer, ids } = read(presentResult(tool, { ok: true, value }, { requestId: 'req_1', call }));
  expect(footer).toEqual({
    next_arguments: { ...large, cursor: 'abc' },
    not_shown: 3_000 - ids.length,
    lower: 'limit',
  });
});

test.each<[string, object[]]>([
  ['a moment called after', [text('after', { format: 'date-time' }), integer('limit')]],
  ['a word called token', [text('token')]],
  ['a count that is a wish', [{ name: '$count', in: 'query', schema: { type: 'boolean' } }]],
  ['a start without a size', [integer('start'), integer('end')]],
  ['a credential called token', [text('token'), integer('count')]],
])('%s makes no pages', (_, parameters) => {
  expect(describedBy('get', { parameters })).not.toContain('Paginated');
});

test.each(['put', 'patch', 'delete'])('a %s has no pages, whatever its arguments are called', (method) => {
  expect(describedBy(method, { parameters: [text('cursor'), integer('limit')] })).not.toContain('Paginated');
  expect(describedBy('get', { parameters: [text('cursor'), integer('limit')] })).toContain('Paginated');
});

function describedBy(method: string, operation: object): string {
  const paths = { '/x': { [method]: operation } };
  const compiled = compileCatalogue(
    JSON.stringify({ openapi: '3.1.0', info: { title: 'P', version: '1' }, paths }),
  );
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value.tools[0]?.description ?? '';
}

test('what an answer is about is not mistaken for its pages', () => {
  const tool = toolOf('an address whose argument no one takes for a page');
  const request = prepareRequest(tool, {});
  if (!request.ok) throw new Error('not prepared');
  for (const body of [
    { next: 'Tuesday' },
    { next: null },
    { next_steps: 'https://x.example/a' },
    [{ next: '/v1/x?a=b' }],
  ]) {
    const headers = { 'content-type': 'application/json' };
    const value = { status: 200, headers, body: Buffer.from(JSON.stringify(body)) };
    const call = { arguments: {}, request: request.value, baseUrl: origin };
    expect(presentResult(tool, { ok: true, value }, { requestId: 'r', call }).content).toHaveLength(1);
  }
});
