import { lintTools } from '@latchkey/tools';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { bigDocument } from './support/big-document.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, modern, toolCall } from './support/messages.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
  const publish = async (org: string, slug: string, document: string, options = {}) => {
    const source = {
      orgId: harness.orgId(org),
      slug,
      name: slug,
      baseUrl: harness.upstream.baseUrl,
      document,
      options,
    };
    const imported = await importConnector(harness.store, source);
    if (!imported.ok) throw new Error(imported.error.message);
    return imported.value.catalogue;
  };
  await publish('acme', 'registry', bigDocument(), { pinned: ['list_tickets', 'create_ticket'] });
  await publish(
    'globex',
    'secrets',
    bigDocument({ title: 'Globex secrets', groups: 1 }).replaceAll('sensor', 'launchcode'),
    { mode: 'search' },
  );
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});

const AT = '/mcp/acme/c/registry';
const JUNE = { 'mcp-protocol-version': '2025-06-18' };
type Caller = ReturnType<Harness['caller']>;

const rpcAs = (caller: Caller, message: unknown, path = AT) =>
  harness.rpc(message, { path, headers: { ...caller.bearer, ...JUNE } });
const callAs = (caller: Caller, name: string, args?: unknown, path = AT) =>
  rpcAs(caller, toolCall(name, args), path);
const namesAt = async (caller: Caller, path = AT): Promise<string[]> =>
  (await rpcAs(caller, call('tools/list'), path)).json.result.tools.map(({ name }: { name: string }) => name);
const textOf = (answer: { json: { result: { content: { text: string }[] } } }) =>
  JSON.parse(answer.json.result.content[0]?.text ?? '');
const rowsOf = async (caller: Caller) =>
  (await harness.auditOf('acme'))
    .filter((row) => row.keyId === caller.credential.keyId)
    .map(({ detail, outcome, phase, target }) => [phase, target, outcome, detail?.['reason']]);

const OWN = ['search_tools', 'describe_tools', 'call_read_tool', 'call_write_tool'];
const READER = [
  ['a read-only key', { access: 'read' }],
  ['a full key of a viewer', { access: 'full', role: 'viewer' }],
  ['a full token of a viewer', { access: 'full', kind: 'token', role: 'viewer' }],
] as const;
const STEPS_UP = [
  ['a read-only token', { access: 'read', kind: 'token' }],
  ['a read-only key that a grant minted', { access: 'read', granted: true }],
] as const;
/** Every way to a tool that changes something. */
const WAYS = [
  ['by its own name', 'create_invoice', { name: 'x' }],
  ['through call_read_tool', 'call_read_tool', { name: 'create_invoice', arguments: { name: 'x' } }],
  [
    'through call_read_tool, as JSON text',
    'call_read_tool',
    { name: 'create_invoice', arguments: '{"name":"x"}' },
  ],
  ['through call_write_tool', 'call_write_tool', { name: 'create_invoice', arguments: { name: 'x' } }],
  ['by the name of a pinned one', 'create_ticket', { name: 'x' }],
  [
    'through call_read_tool twice',
    'call_read_tool',
    { name: 'call_read_tool', arguments: { name: 'create_invoice' } },
  ],
  [
    'through call_read_tool and call_write_tool',
    'call_read_tool',
    { name: 'call_write_tool', arguments: { name: 'create_invoice' } },
  ],
] as const;

describe('what is listed', () => {
  test('at a connector above the budget is four tools of our own and the pinned ones', async () => {
    expect(await namesAt(harness.caller())).toEqual([...OWN, 'list_tickets', 'create_ticket']);
  });

  test('with read access has nothing that writes', async () => {
    for (const [, options] of [...READER, ...STEPS_UP]) {
      expect(await namesAt(harness.caller(options))).toEqual([
        'search_tools',
        'describe_tools',
        'call_read_tool',
        'list_tickets',
      ]);
    }
  });

  test('at a small connector is every tool, and there our own are not known', async () => {
    const caller = harness.caller();
    expect(await namesAt(caller, '/mcp/acme/c/items')).toContain('create_item');
    for (const name of OWN) {
      const { json } = await callAs(caller, name, { query: 'x', name: 'get_credits' }, '/mcp/acme/c/items');
      expect(json.result.structuredContent.code).toBe('not_found');
    }
  });

  test('for the whole organisation is found by search, whichever connector a tool is of', async () => {
    const caller = harness.caller();
    expect(await namesAt(caller, '/mcp/acme')).toEqual([...OWN, 'list_tickets', 'create_ticket']);
    const found = textOf(await callAs(caller, 'search_tools', { query: 'credit balance' }, '/mcp/acme'));
    expect(found.tools[0]).toMatchObject({ name: 'get_credits', api: 'Items' });
  });

  test('does not depend on who asks first, on the connection or on what was called before', async () => {
    const first = (await rpcAs(harness.caller(), call('tools/list'))).text;
    const other = harness.caller();
    await callAs(other, 'search_tools', { query: 'recipes' });
    await callAs(other, 'describe_tools', { names: ['list_recipes'] });
    expect((await rpcAs(other, call('tools/list'))).text).toBe(first);
  });

  test('is accepted by every client, and names and links the API', async () => {
    const { json } = await rpcAs(harness.caller(), call('tools/list'));
    for (const profile of ['anthropic', 'openai', 'cursor', 'copilot'] as const)
      expect(lintTools(json.result.tools, profile)).toEqual([]);
    expect(JSON.stringify(json.result.tools)).toContain('registry (https://registry.example.com/docs)');
  });

  test('is explained in the instructions, within what clients keep of them', async () => {
    const initialize = call('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    });
    const full = (await rpcAs(harness.caller(), initialize)).json.result.instructions;
    expect(full).toContain('Find tools with search_tools');
    expect(full.length).toBeLessThanOrEqual(500);
    const read = (await rpcAs(harness.caller({ access: 'read' }), initialize)).json.result.instructions;
    expect(read).not.toContain('call_write_tool');
    expect(
      (await rpcAs(harness.caller(), initialize, '/mcp/acme/c/items')).json.result.instructions,
    ).not.toContain('search_tools');
  });
});

describe('a read-only caller reaches nothing that changes something', () => {
  describe.each(READER)('(%s)', (_, options) => {
    test.each(WAYS)('%s', async (__, name, args) => {
      const { json, status } = await callAs(harness.caller(options), name, args);
      expect(status).toBe(200);
      expect(json.result).toMatchObject({ isError: true, structuredContent: { code: 'not_found' } });
      expect(harness.upstream.received).toEqual([]);
    });
  });

  describe.each(STEPS_UP)('(%s)', (_, options) => {
    test.each(WAYS.slice(0, 5))('%s, and is told to ask for more', async (__, name, args) => {
      const caller = harness.caller(options);
      const { headers, json, status } = await callAs(caller, name, args);
      expect(status).toBe(403);
      expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
      expect(headers['www-authenticate']).toContain('scope="mcp:read mcp:call"');
      expect(json.error.code).toBe('insufficient_scope');
      expect(harness.upstream.received).toEqual([]);
      const target = name.startsWith('call_') ? 'create_invoice' : name;
      await expect.poll(() => rowsOf(caller)).toEqual([['event', target, 'refused', 'insufficient_scope']]);
    });
  });

  test('in 2026-07-28 and in a batch neither', async () => {
    const { bearer } = harness.caller({ access: 'read', kind: 'token' });
    const inner = { name: 'delete_invoice', arguments: { id: '1' } };
    const { headers, message } = modern('tools/call', { name: 'call_read_tool', arguments: inner });
    expect((await harness.rpc(message, { path: AT, headers: { ...headers, ...bearer } })).status).toBe(403);
    const batch = [toolCall('call_read_tool', inner, 'a'), toolCall('call_write_tool', inner, 'b')];
    const { json, status } = await harness.rpc(batch, { path: AT, headers: bearer });
    expect(status).toBe(200);
    expect(json.map((one: { result: { isError: boolean } }) => one.result.isError)).toEqual([true, true]);
    expect(harness.upstream.received).toEqual([]);
  });

  test('nor hears of it: search, descriptions, categories and hints know only what reads', async () => {
    const caller = harness.caller({ access: 'read' });
    const answers = [
      await callAs(caller, 'search_tools', { query: 'create update delete invoice' }),
      await callAs(caller, 'search_tools', { query: 'create_invoice', access: 'full' }),
      await callAs(caller, 'search_tools', { query: 'zzzz' }),
      await callAs(caller, 'describe_tools', { names: ['create_invoice', 'delete_invoice'] }),
      await callAs(caller, 'call_read_tool', { name: 'creat_invoice' }),
      await rpcAs(caller, call('tools/list')),
    ];
    for (const answer of answers) {
      const told = answer.text.replaceAll(/creat_invoice|\\"name\\":\\"(?:create|delete)_invoice\\"/g, '');
      expect(told).not.toMatch(/(?:create|update|delete)_\w+|call_write_tool/);
    }
  });

  test('a tool that is hidden is as unknown as one that is not there, through every door', async () => {
    const caller = harness.caller({ access: 'read' });
    const told = async (name: string, inner: string) =>
      JSON.stringify((await callAs(caller, name, name === inner ? {} : { name: inner })).json)
        .replaceAll(/req_[\w-]{20}/g, 'id')
        .replaceAll(inner, 'NAME')
        .replaceAll(/Nearest: [^.]*\. /g, '');
    for (const through of ['call_read_tool', 'call_write_tool']) {
      expect(await told(through, 'delete_invoice')).toBe(await told(through, 'no_such_thing'));
    }
    expect(await told('delete_invoice', 'delete_invoice')).toBe(await told('no_such_thing', 'no_such_thing'));
  });
});

describe('a caller with full access', () => {
  test('reads through call_read_tool and writes through call_write_tool; the trail names the inner tool', async () => {
    const caller = harness.caller();
    const read = await callAs(caller, 'call_read_tool', { name: 'get_invoice', arguments: { id: 'a/b' } });
    expect(read.json.result.content).toEqual([{ type: 'text', text: '{"ok":true}' }]);
    await callAs(caller, 'call_write_tool', {
      name: 'create_invoice',
      arguments: '{"name":"secret-argument"}',
    });
    expect(harness.upstream.received.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/v1/invoices/a%2Fb'],
      ['POST', '/v1/invoices'],
    ]);
    const rows = async () => (await rowsOf(caller)).sort((a, b) => String(a).localeCompare(String(b)));
    await expect.poll(rows).toEqual([
      ['event', 'get_invoice', 'ok', undefined],
      ['intent', 'create_invoice', null, undefined],
      ['outcome', 'create_invoice', 'ok', undefined],
    ]);
    expect(JSON.stringify(await harness.auditOf('acme'))).not.toContain('secret-argument');
  });

  test('does not write through call_read_tool, which says that it only reads', async () => {
    const caller = harness.caller();
    const { json, status } = await callAs(caller, 'call_read_tool', {
      name: 'delete_invoice',
      arguments: { id: '1' },
    });
    expect(status).toBe(200);
    expect(json.result).toMatchObject({
      isError: true,
      structuredContent: { code: 'invalid_request', hint: expect.stringContaining('call_write_tool') },
    });
    expect(harness.upstream.received).toEqual([]);
    await expect
      .poll(() => rowsOf(caller))
      .toEqual([['event', 'delete_invoice', 'refused', 'write_through_read_tool']]);
  });

  test('may call a tool by its own name, listed or not', async () => {
    const caller = harness.caller();
    expect((await callAs(caller, 'list_recipes')).json.result.isError).toBeUndefined();
    expect((await callAs(caller, 'create_ticket', { name: 'x' })).json.result.isError).toBeUndefined();
    expect(harness.upstream.received.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test('hears of wrong arguments of the inner tool by their names, and nothing is sent', async () => {
    const caller = harness.caller();
    const { json } = await callAs(caller, 'call_write_tool', {
      name: 'create_invoice',
      arguments: { colour: 'red' },
    });
    expect(json.result.structuredContent.code).toBe('invalid_arguments');
    expect(json.result.content[0].text).toContain('colour');
    expect(harness.upstream.received).toEqual([]);
    await expect
      .poll(() => rowsOf(caller))
      .toEqual([['event', 'create_invoice', 'refused', 'invalid_arguments']]);
  });

  test('is told what a wrong name may have meant', async () => {
    const { json } = await callAs(harness.caller(), 'call_read_tool', { name: 'listInvoices' });
    expect(json.result.structuredContent).toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('list_invoices'),
    });
  });

  test('finds, describes and calls: what was described is what is called', async () => {
    const caller = harness.caller();
    const found = textOf(await callAs(caller, 'search_tools', { query: 'make a new shipment' }));
    expect(found.tools[0]).toMatchObject({
      name: 'create_shipment',
      signature: 'create_shipment(name: string, note?: string)',
      access: 'full',
      category: 'shipment matters',
    });
    const described = textOf(await callAs(caller, 'describe_tools', { names: [found.tools[0].name] }));
    expect(described.tools[0]).toMatchObject({
      call_with: 'call_write_tool',
      inputSchema: { required: ['name'] },
    });
    await callAs(caller, described.tools[0].call_with, {
      name: described.tools[0].name,
      arguments: { name: 'x' },
    });
    expect(harness.upstream.received[0]).toMatchObject({ method: 'POST', url: '/v1/shipments' });
  });
});

describe('nothing leaves the address that was asked at', () => {
  test.each([
    ['another organisation', AT, 'list_launchcodes'],
    ['another organisation, from the whole of ours', '/mcp/acme', 'list_launchcodes'],
    ['another connector of the same organisation', AT, 'get_credits'],
  ])('tools of %s are unknown', async (_, path, name) => {
    const caller = harness.caller();
    for (const [tool, args] of [
      [name, {}],
      ['call_read_tool', { name }],
      ['call_write_tool', { name }],
    ] as const) {
      expect((await callAs(caller, tool, args, path)).json.result.structuredContent.code).toBe('not_found');
    }
    expect(textOf(await callAs(caller, 'describe_tools', { names: [name] }, path)).tools).toEqual([]);
    const found = await callAs(
      caller,
      'search_tools',
      { query: `${name} ${name.replaceAll('_', ' ')}` },
      path,
    );
    expect(found.text).not.toContain(`"name\\":\\"${name}`);
    expect(harness.upstream.received).toEqual([]);
  });
});

describe('hostile input', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'search_tools', 'x'.repeat(10_000)])(
    'the name %s is no tool',
    async (name) => {
      for (const through of ['call_read_tool', 'call_write_tool']) {
        const { json } = await callAs(harness.caller(), through, { name });
        expect(json.result).toMatchObject({ isError: true, structuredContent: { code: 'not_found' } });
        expect(json.result.content[0].text.length).toBeLessThan(700);
      }
      expect(harness.upstream.received).toEqual([]);
    },
  );

  test.each([
    ['search_tools', {}],
    ['search_tools', { query: 'x'.repeat(501) }],
    ['search_tools', { query: ['a'] }],
    ['search_tools', { query: 'x', access: 'admin' }],
    ['describe_tools', { names: [] }],
    ['describe_tools', { names: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ['describe_tools', JSON.parse('{"names":["a"],"__proto__":{}}')],
    ['call_read_tool', {}],
    ['call_read_tool', { name: 'list_invoices', arguments: [] }],
    ['call_write_tool', { name: { toString: 'x' } }],
  ])('%s with %j is answered with what is wrong', async (name, args) => {
    const { json, status } = await callAs(harness.caller(), name, args);
    expect(status).toBe(200);
    expect(json.result).toMatchObject({
      isError: true,
      structuredContent: { code: 'invalid_arguments', status: 400 },
    });
  });

  test.each(['(a+)+$', '.*', '^(?:(?:a|a)*)*$', '"; drop table', '\u0000\u202e', '%', '用户'])(
    'the query %j is only words',
    async (query) => {
      const { json } = await callAs(harness.caller(), 'search_tools', { query });
      expect(json.result.isError).toBeUndefined();
    },
  );

  test('a call within a call takes one from the limit, as any other', async () => {
    const limited = await startHarness({ perKey: { limit: 2, windowSeconds: 60 } });
    try {
      const source = {
        orgId: null,
        slug: 'registry',
        name: 'Registry',
        baseUrl: limited.upstream.baseUrl,
        document: bigDocument(),
      };
      await importConnector(limited.store, source);
      const { bearer } = limited.caller();
      const once = () =>
        limited.rpc(toolCall('call_read_tool', { name: 'list_invoices' }), {
          path: AT,
          headers: { ...bearer, ...JUNE },
        });
      expect([(await once()).status, (await once()).status, (await once()).status]).toEqual([200, 200, 429]);
      expect(limited.upstream.received).toHaveLength(2);
    } finally {
      await limited.close();
    }
  });
});
