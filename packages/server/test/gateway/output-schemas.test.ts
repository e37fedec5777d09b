import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { compileCatalogue } from '@latchkey/tools';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

const PATH = '/mcp/acme/c/shapes';
const SEARCHED = '/mcp/acme/c/searched';

/** An answer whose fields have the names of those of our diagnostics, and other types. */
const FULL = {
  type: 'object',
  required: ['id', 'status'],
  additionalProperties: false,
  properties: {
    id: { type: 'integer' },
    status: { type: 'string' },
    code: { type: 'integer' },
    message: { type: 'object', properties: { text: { type: 'string' } } },
    rate_limit: { type: 'string' },
    request_id: { type: 'boolean' },
    hint: { type: 'array', items: { type: 'string' } },
    retry_after_seconds: { type: 'string' },
  },
};

function operation(operationId: string, schema: object) {
  const responses = { 200: { description: 'x', content: { 'application/json': { schema } } } };
  const parameters = [{ name: 'count', in: 'query', schema: { type: 'integer' } }];
  return { get: { operationId, parameters, responses } };
}

const DOCUMENT = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Shapes', version: '1' },
  paths: {
    '/object': operation('get_object', FULL),
    '/list': operation('get_list', { type: 'array', items: FULL }),
    '/scalar': operation('get_scalar', { type: 'string' }),
  },
});

let harness: Harness;
let answer: { body: string; status: number; type: string };

beforeAll(async () => {
  harness = await startHarness();
  for (const [slug, mode] of [
    ['shapes', 'full'],
    ['searched', 'search'],
  ] as const) {
    const imported = await importConnector(harness.store, {
      orgId: harness.orgId('acme'),
      slug,
      name: slug,
      baseUrl: harness.upstream.baseUrl,
      document: DOCUMENT,
      options: { outputSchemas: true, mode },
      compile: compileCatalogue,
    });
    if (!imported.ok) throw new Error(imported.error.message);
  }
  harness.catalogues.invalidate('*');
  harness.upstream.answer((_, res) => {
    res.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
});
afterAll(() => harness.close());

interface AnyClient {
  listTools(): Promise<{ tools: { name: string; outputSchema?: unknown }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const INFO = { name: 'test', version: '1' };

const CLIENTS: readonly [string, (url: URL, headers: Record<string, string>) => Promise<AnyClient>][] = [
  [
    'v1',
    async (url, headers) => {
      const client = new ClientV1(INFO);
      await client.connect(new TransportV1(url, { requestInit: { headers } }));
      return client as unknown as AnyClient;
    },
  ],
  ...(['legacy', 'auto'] as const).map(
    (mode): [string, (url: URL, headers: Record<string, string>) => Promise<AnyClient>] => [
      `v2 (${mode})`,
      async (url, headers) => {
        const client = new ClientV2(INFO, { versionNegotiation: { mode } });
        await client.connect(new TransportV2(url, { requestInit: { headers } }));
        return client as unknown as AnyClient;
      },
    ],
  ),
];

const LONG = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, status: 'ok' })));
const GOOD = { id: 1, status: 'ok', code: 2, message: { text: 'm' }, rate_limit: 'r', hint: ['h'] };

describe.each(CLIENTS)(
  'the SDK client %s, which checks results against the schemas that tools declare',
  (_, connect) => {
    let client: AnyClient;
    beforeAll(async () => {
      client = await connect(new URL(PATH, harness.url), harness.caller({ kind: 'token' }).bearer);
      await client.listTools();
    });
    afterAll(() => client.close());

    test('is told of them', async () => {
      const { tools } = await client.listTools();
      expect(tools.map(({ outputSchema }) => (outputSchema as { type: string }).type)).toEqual([
        'object',
        'object',
        'object',
      ]);
    });

    test.each<[string, string, string, string, unknown]>([
      ['an answer as declared', 'get_object', JSON.stringify(GOOD), 'application/json', GOOD],
      ['a list', 'get_list', JSON.stringify([GOOD]), 'application/json', { items: [GOOD] }],
      ['a text', 'get_scalar', '"yes"', 'application/json', { result: 'yes' }],
      ['an answer without what is required', 'get_object', '{}', 'application/json', {}],
      ['null in place of a value', 'get_object', '{"id":null}', 'application/json', { id: null }],
      [
        'an answer of other types',
        'get_object',
        '{"id":"one","status":5,"more":1}',
        'application/json',
        { status: 5, more: 1 },
      ],
      ['an object in place of a list', 'get_list', '{"items":5}', 'application/json', {}],
      ['a list in place of an object', 'get_object', '[1]', 'application/json', {}],
      ['broken JSON', 'get_object', '{"id":', 'application/json', {}],
      ['nothing', 'get_list', '', 'application/json', {}],
      ['a page', 'get_object', '<p>hi</p>', 'text/html', {}],
      ['a file', 'get_object', '%PDF\u0000', 'application/pdf', {}],
    ])('takes %s', async (__, name, body, type, structured) => {
      answer = { body, status: 200, type };
      const result = await client.callTool({ name, arguments: {} });
      expect(result['isError']).toBeUndefined();
      expect(result['structuredContent']).toEqual(structured);
    });

    test('takes a list that is shown in part', async () => {
      answer = { body: LONG, status: 200, type: 'application/json' };
      const { content, structuredContent } = await client.callTool({ name: 'get_list', arguments: {} });
      expect(structuredContent).toEqual(JSON.parse((content as { text: string }[])[0]?.text ?? ''));
    });

    test.each([400, 401, 403, 404, 429, 500, 503])('shows the diagnostics of a %i', async (status) => {
      answer = { body: '{"message":"No."}', status, type: 'application/json' };
      const result = await client.callTool({ name: 'get_object', arguments: {} });
      expect(result).toMatchObject({ isError: true, structuredContent: { status } });
    });

    test('shows what is wrong with its arguments', async () => {
      const result = await client.callTool({ name: 'get_list', arguments: { count: 'many' } });
      expect(result).toMatchObject({ isError: true, structuredContent: { code: 'invalid_arguments' } });
    });
  },
);

test('a revision that knows neither gets neither, and the same text', async () => {
  answer = { body: '[{"id":1}]', status: 200, type: 'application/json' };
  const { bearer } = harness.caller();
  const list = await harness.rpc(call('tools/list'), { path: PATH, headers: bearer });
  expect(JSON.stringify(list.json)).not.toContain('outputSchema');
  const old = await harness.rpc(toolCall('get_list'), { path: PATH, headers: bearer });
  expect(old.json.result).toEqual({ content: [{ type: 'text', text: '{"items":[{"id":1}]}' }] });
  const headers = { ...bearer, 'mcp-protocol-version': '2025-06-18' };
  const june = await harness.rpc(toolCall('get_list'), { path: PATH, headers });
  expect(june.json.result).toEqual({
    content: old.json.result.content,
    structuredContent: { items: [{ id: 1 }] },
  });
});

test('through the tools of search mode, which declare nothing, only failures have structured content', async () => {
  const headers = { ...harness.caller().bearer, 'mcp-protocol-version': '2025-11-25' };
  const through = toolCall('call_read_tool', { name: 'get_object', arguments: {} });
  answer = { body: '{"id":1}', status: 200, type: 'application/json' };
  const good = await harness.rpc(through, { path: SEARCHED, headers });
  expect(good.json.result).toEqual({ content: [{ type: 'text', text: '{"id":1}' }] });
  answer = { ...answer, status: 404 };
  const bad = await harness.rpc(through, { path: SEARCHED, headers });
  expect(bad.json.result).toMatchObject({ isError: true, structuredContent: { status: 404 } });
});
