import type { ToolFace } from '@latchkey/tools';
import { beforeEach, describe, expect, test } from 'vitest';
import { mcpCatalogue } from '../../connectors/mcp-catalogue.ts';
import { createOrganisationView, type McpView, type Published } from '../../connectors/organisation-view.ts';
import { createToolRules } from '../../connectors/tool-rules.ts';
import type { Access } from '../../kernel/access.ts';
import { newId, type ConnectorId } from '../../kernel/ids.ts';
import { createConfirmation } from '../mcp/confirmation/confirmation.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Call } from '../pipeline/record.ts';
import { readPost } from './client-messages.ts';
import { createGates, type GateScene, type OpenGate } from './gate.ts';

const MODERN = '2026-07-28';
const connectorId = newId('con');

function face(name: string, access: Access): ToolFace {
  return {
    name,
    title: name,
    description: '',
    access,
    annotations: { title: name, openWorldHint: true, ...(access === 'read' ? { readOnlyHint: true } : {}) },
    inputSchema: {
      type: 'object',
      properties: { region: { type: 'string', ...({ 'x-mcp-header': 'Region' } as object) } },
    },
    tags: [],
  };
}

const noRule = { access: null, confirmation: null, roles: null };

function viewOf(
  tools: readonly ToolFace[] = [
    face('read', 'read'),
    face('write', 'full'),
    face('hidden', 'read'),
    face('waits', 'full'),
  ],
  more: readonly object[] = [],
): McpView {
  const connector = {
    id: connectorId,
    orgId: newId('org'),
    slug: 'things',
    name: 'Things',
    kind: 'mcp',
    baseUrl: 'http://127.0.0.1:1/mcp',
    upstream: {},
    catalogueHash: 'hash',
    createdAt: new Date(),
    updatedAt: new Date(),
  } as Published['connector'];
  const rules = createToolRules(
    [{ connectorId, tool: 'hidden', enabled: false, ...noRule }, ...more] as unknown as Parameters<
      typeof createToolRules
    >[0],
    [{ connectorId, tool: 'waits' }] as unknown as Parameters<typeof createToolRules>[1],
  );
  const upstream = { transport: 'streamable-http', url: 'http://127.0.0.1:1/mcp' } as const;
  const view = createOrganisationView(
    [{ kind: 'mcp', connector, upstream, catalogue: mcpCatalogue({ tools }) }],
    rules,
    'member',
  ).connectors.get('things');
  if (view?.kind !== 'mcp') throw new Error('there is no such view');
  return view;
}

function callerOf(access: Access, couldStepUp = false): Caller {
  return {
    principal: {
      orgId: newId('org'),
      orgSlug: 'acme',
      actor: { kind: 'user', id: newId('usr') },
      role: 'member',
      access,
      clientId: undefined,
      grantId: undefined,
      keyId: newId('key'),
    },
    couldStepUp,
    headers: [],
    hangsOn: [],
    accessLeft: async () => access,
    recheck: async () => undefined,
  };
}

let openGate: OpenGate;
let recorded: string[];
let observed: [ConnectorId, readonly unknown[]][];
let changes: number;
beforeEach(() => {
  recorded = [];
  observed = [];
  changes = 0;
  const nameOf = ({ access, action, target }: Call): string => `${action} ${target} ${access}`;
  openGate = createGates({
    confirmation: createConfirmation({
      key: new Uint8Array(32),
      claimOnce: async () => true,
      clock: { nowMs: () => 0 },
    }),
    recorder: {
      async begin(call) {
        recorded.push(`begin ${nameOf(call)}`);
        return ({ fault, status }) => void recorded.push(`end ${nameOf(call)} ${status ?? fault}`);
      },
      refused: (call, reason) => void recorded.push(`refused ${nameOf(call)} ${reason}`),
    },
    news: {
      observed: (id, tools) => void observed.push([id, tools]),
      changed: () => void (changes += 1),
    },
  });
});

function gateFor(caller: Caller, more: Partial<GateScene> = {}) {
  const view = viewOf();
  return openGate({
    view: () => view,
    caller,
    requestId: newId('req'),
    headers: {},
    stepUp: undefined,
    ...more,
  });
}

/** What becomes of a body: the names of the tools that the server is told to call, or the refusal. */
async function put(
  body: string | Buffer,
  {
    access = 'read',
    headers = {},
    more = {},
  }: { access?: Access; headers?: Record<string, string>; more?: Partial<GateScene> } = {},
) {
  const post = readPost(Buffer.from(body), headers['mcp-protocol-version']);
  if (!post.ok) return { isSent: false, status: post.error.status, text: String(post.error.body) };
  const admission = await gateFor(callerOf(access), { headers, ...more }).admit(
    post.value.messages,
    post.value.isBatch,
  );
  if (admission.kind === 'pass') return { isSent: true, status: 0, text: post.value.bytes.toString() };
  const { body: answer, status } = admission.answer;
  return { isSent: false, status, text: typeof answer === 'string' ? answer : String(answer) };
}

const rpc = (method: string, params: unknown, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const call = (name: string) => rpc('tools/call', { name, arguments: {} });

describe('a list of everybody’s tasks', () => {
  test('is asked for in a session alone, which has tasks of its own', async () => {
    const headers = { 'mcp-session-id': 'of-this-caller' };
    expect(await put(rpc('tasks/list', {}), { headers })).toMatchObject({ isSent: true });
    for (const method of ['tasks/list', 'Tasks/List', 'tasks/list/'])
      expect(await put(rpc(method, {}))).toMatchObject({ isSent: false });
    expect(await put(rpc('tasks/get', { taskId: 'known-to-the-caller' }))).toMatchObject({ isSent: true });
  });
});

describe('a call reaches the server only if the gate and the server cannot but mean the same tool', () => {
  test.each<[string, string | Buffer]>([
    ['a writing tool', call('write')],
    ['a hidden tool', call('hidden')],
    ['a tool that waits for an admin', call('waits')],
    ['a tool that nobody knows', call('nothing')],
    [
      'the name twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name":"write"}}',
    ],
    [
      'the name twice, the other way',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","name":"read"}}',
    ],
    [
      'the name twice, once with an escape',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","n\\u0061me":"write"}}',
    ],
    [
      'params twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"},"params":{"name":"write"}}',
    ],
    [
      'the method twice',
      '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"write"}}',
    ],
    [
      'a name in another case beside it',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","Name":"write"}}',
    ],
    [
      'a name in another case alone',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"NAME":"write"}}',
    ],
    [
      'params in another case',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"},"Params":{"name":"write"}}',
    ],
    [
      'a method in another case beside it',
      '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call","params":{"name":"write"}}',
    ],
    [
      'a method in another case alone',
      '{"jsonrpc":"2.0","id":1,"result":{},"METHOD":"tools/call","params":{"name":"write"}}',
    ],
    [
      'letters that are another letter in lower case',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"},"param\u017f":{"name":"write"}}',
    ],
    [
      'a NUL after the key',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name\\u0000":"write"}}',
    ],
    [
      'a space after the key',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name ":"write"}}',
    ],
    [
      'a prototype with another name',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","__proto__":{"name":"write"}}}',
    ],
    [
      'a prototype with the call in it',
      '{"jsonrpc":"2.0","id":1,"method":"ping","__proto__":{"method":"tools/call","params":{"name":"write"}}}',
    ],
    ['a name that is a list', rpc('tools/call', { name: ['write'] })],
    ['a name that is an object', rpc('tools/call', { name: { toString: 'write' } })],
    ['a name with a space', call('write ')],
    ['a name with a NUL', call('read\0write')],
    ['a name in another case', call('READ')],
    ['no name', rpc('tools/call', {})],
    ['no params', '{"jsonrpc":"2.0","id":1,"method":"tools/call"}'],
    ['params in a list', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["write"]}'],
    ['a notification', '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"write"}}'],
    [
      'a notification for a tool that only reads',
      '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"read"}}',
    ],
    ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"write"}}'],
    [
      'an answer that is a call too',
      '{"jsonrpc":"2.0","id":1,"result":{},"method":"tools/call","params":{"name":"write"}}',
    ],
    ['a task', rpc('tools/call', { name: 'write', task: { ttl: 60_000 } })],
    ['a method in capitals', rpc('TOOLS/CALL', { name: 'write' })],
    ['a method with a space', rpc('tools/call ', { name: 'write' })],
    ['a method with a NUL', rpc('tools/call\0', { name: 'write' })],
    ['a method with a dot', rpc('tools.call', { name: 'write' })],
    ['a method with two slashes', rpc('/tools//call', { name: 'write' })],
    ['a method of tools that nobody knows', rpc('tools/invoke', { name: 'write' })],
    ['a fullwidth method', rpc('ｔools/call', { name: 'write' })],
    ['no version', '{"id":1,"method":"tools/call","params":{"name":"write"}}'],
    ['a byte order mark', `\uFEFF${call('write')}`],
    ['UTF-16', Buffer.from(call('write'), 'utf16le')],
    [
      'octets that are no UTF-8',
      Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"\xff":1}}', 'latin1')]),
    ],
    ['two bodies', `${call('read')}\n${call('write')}`],
    ['a comment', `/* */${call('write')}`],
    ['a batch within a batch', `[[${call('write')}]]`],
    ['a batch', `[${call('read')},${call('write')}]`],
    [
      'a batch with a notification',
      `[${call('read')},{"jsonrpc":"2.0","method":"tools/call","params":{"name":"write"}}]`,
    ],
    ['a batch of two with one id', `[${call('read')},${call('read')}]`],
    ['an empty batch', '[]'],
    ['a batch with a handshake', `[${rpc('initialize', {})}]`],
  ])('%s is not sent to it for who may only read', async (_, body) => {
    expect(await put(body)).toMatchObject({ isSent: false });
  });

  test.each<[string, string]>([
    ['a reading tool', call('read')],
    [
      'a name with escapes',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"n\\u0061me":"re\\u0061d"}}',
    ],
    [
      'arguments that look like a call',
      rpc('tools/call', { name: 'read', arguments: { name: 'write', Name: 1, method: 'tools/call' } }),
    ],
    ['an answer', '{"jsonrpc":"2.0","id":1,"result":{"content":{"Name":1,"name":2,"\u017f":3}}}'],
    ['a ping', rpc('ping', undefined)],
    ['a method that nobody knows', rpc('example/do', { x: 1 })],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}'],
    ['a batch of what it may', `[${call('read')},${rpc('ping', undefined, 2)}]`],
    ['a list', rpc('tools/list', { cursor: 'x' })],
  ])('%s is, as it was written', async (_, body) => {
    expect(await put(body)).toEqual({ isSent: true, status: 0, text: body });
  });

  test.each(['hidden', 'waits', 'nothing'])(
    'with full access "%s" is as unknown as with any',
    async (name) => {
      const full = await put(call(name), { access: 'full' });
      expect(full).toMatchObject({ isSent: false, status: 200 });
      expect(full.text).toContain('There is no tool');
    },
  );

  test.each<[string, Record<string, string>]>([
    ['another tool', { 'mcp-name': 'write' }],
    ['another tool, encoded', { 'mcp-name': `=?base64?${Buffer.from('write').toString('base64')}?=` }],
    ['both', { 'mcp-name': 'read, write' }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['the method in capitals', { 'mcp-method': 'TOOLS/CALL' }],
    ['another revision', { 'mcp-protocol-version': '2025-11-25' }],
    ['another value of a parameter', { 'mcp-param-region': 'us' }],
    ['no tool', { 'mcp-name': '' }],
  ])('a header that names %s is refused with its own code', async (_, headers) => {
    const body = rpc('tools/call', {
      name: 'read',
      arguments: { region: 'eu' },
      _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN },
    });
    const right = {
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': 'read',
      'mcp-param-region': 'eu',
    };
    expect(await put(body, { headers: right })).toMatchObject({ isSent: true });
    const wrong = await put(body, { headers: { ...right, ...headers } });
    expect(wrong).toMatchObject({ isSent: false, status: 400 });
    expect(JSON.parse(wrong.text)).toMatchObject({ id: 1, error: { code: -32020 } });
  });

  test.each<[string, Record<string, string>]>([
    ['another method', { 'mcp-method': 'tools/call' }],
    ['another revision', { 'mcp-protocol-version': '2025-11-25' }],
  ])('a notification whose header names %s is refused, too', async (_, headers) => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 1, _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } },
    });
    const right = { 'mcp-protocol-version': MODERN, 'mcp-method': 'notifications/cancelled' };
    expect(await put(body)).toMatchObject({ isSent: true });
    expect(await put(body, { headers: right })).toMatchObject({ isSent: true });
    expect(await put(body, { headers: { ...right, ...headers } })).toMatchObject({
      isSent: false,
      status: 400,
    });
  });
});

describe('what is said of all tools of a server', () => {
  const said = (rule: object) => {
    const view = viewOf(undefined, [
      { connectorId, tool: '*', ...noRule, ...rule },
      { connectorId, tool: 'read', enabled: true, ...noRule, roles: ['member'] },
    ]);
    return { more: { view: () => view }, access: 'full' } as const;
  };
  const OTHERS = ['resources/read', 'resources/list', 'prompts/get', 'completion/complete', 'example/do'];

  test.each([
    ['it is switched off', { enabled: false }],
    ['it is for others', { enabled: true, roles: ['owner'] }],
  ])('holds for all that it has beside them: %s', async (_, rule) => {
    for (const method of OTHERS) {
      const refused = await put(rpc(method, { name: 'x', uri: 'x:y' }), said(rule));
      expect(refused).toMatchObject({ isSent: false, status: 200 });
      expect(refused.text).toContain('-32601');
      const silent = JSON.stringify({ jsonrpc: '2.0', method, params: {} });
      expect(await put(silent, said(rule))).toMatchObject({ isSent: false, status: 400 });
    }
    for (const body of [
      call('read'),
      rpc('initialize', {}),
      rpc('server/discover', {}),
      rpc('subscriptions/listen', {}),
      rpc('ping', undefined),
      rpc('tools/list', undefined),
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    ])
      expect(await put(body, said(rule))).toMatchObject({ isSent: true });
  });

  test('says nothing of it otherwise', async () => {
    for (const method of OTHERS)
      expect(await put(rpc(method, { name: 'x', uri: 'x:y' }), said({ enabled: true }))).toMatchObject({
        isSent: true,
      });
  });
});

describe('what is asked for is on record', () => {
  test('before it is sent, and what came of it after', async () => {
    const post = readPost(Buffer.from(call('write')), undefined);
    if (!post.ok) throw new Error('refused');
    const admission = await gateFor(callerOf('full')).admit(post.value.messages, post.value.isBatch);
    expect(recorded).toEqual(['begin tool.call write full']);
    if (admission.kind === 'pass') admission.end({ status: 200 });
    expect(recorded).toEqual(['begin tool.call write full', 'end tool.call write full 200']);
  });

  test('each member of a batch by itself, and none if one is refused', async () => {
    const prompt = rpc('prompts/get', { name: 'greet' }, 2);
    const read = rpc('resources/read', { uri: 'file:///a' }, 3);
    await put(`[${call('read')},${prompt},${read}]`);
    expect(recorded).toEqual([
      'begin tool.call read read',
      'begin prompt.get greet read',
      'begin resource.read file:///a read',
    ]);
    recorded.length = 0;
    const { text } = await put(`[${call('read')},${rpc('tools/call', { name: 'write' }, 2)}]`);
    expect(recorded).toEqual(['refused tool.call write full insufficient_scope']);
    expect(JSON.parse(text)).toMatchObject([
      { id: 1, error: { message: 'Not sent: another message of the batch was refused.' } },
      { id: 2, result: { isError: true } },
    ]);
  });

  test.each([
    ['https://files.example/a?token=secret#part', 'https://files.example/a'],
    ['data:text/plain,secret', 'data:'],
  ])('of a resource what it is called, and not what else its URI says: %s', async (uri, target) => {
    await put(rpc('resources/read', { uri }));
    expect(recorded).toEqual([`begin resource.read ${target} read`]);
  });

  test('a refusal for want of access, which who could have more is told of', async () => {
    const stepUp = ['WWW-Authenticate', 'Bearer error="insufficient_scope"'];
    const scene = { caller: callerOf('read', true), stepUp };
    const refused = await put(call('write'), { more: scene });
    expect(refused).toMatchObject({ isSent: false, status: 403 });
    expect(recorded).toEqual(['refused tool.call write full insufficient_scope']);
    expect(await put(call('hidden'), { more: scene })).toMatchObject({ status: 200 });
  });
});

describe('a list shows what may be called', () => {
  const tool = (name: string, reads: boolean, more: object = {}) => ({
    name,
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: reads },
    ...more,
  });
  const list = (tools: unknown[], more: object = {}) => ({
    jsonrpc: '2.0',
    id: 1,
    result: { tools, ...more },
  });
  const named = (message: unknown) =>
    (message as ReturnType<typeof list>).result.tools.map((one) => (one as { name: string }).name);

  const LISTED = [
    tool('read', true, { extra: 1 }),
    tool('write', false),
    tool('hidden', true),
    tool('waits', false),
  ];

  test.each<[Access, string[]]>([
    ['read', ['read']],
    ['full', ['read', 'write']],
  ])('with %s access', (access, expected) => {
    const shown = gateFor(callerOf(access)).present(list(LISTED, { nextCursor: 'x' }));
    expect(named(shown)).toEqual(expected);
    expect(shown).toMatchObject({ result: { nextCursor: 'x' } });
    expect((shown['result'] as { tools: unknown[] }).tools[0]).toBe(LISTED[0]);
    expect(observed).toEqual([]);
  });

  test('and is not touched where there is nothing to hide', () => {
    const gate = gateFor(callerOf('full'));
    for (const message of [
      list([tool('read', true), tool('write', false)]),
      { jsonrpc: '2.0', id: 1, result: { content: [] } },
      { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
      { jsonrpc: '2.0', method: 'notifications/message', params: { tools: [tool('hidden', true)] } },
    ])
      expect(gate.present(message)).toBe(message);
  });

  test('is not for everybody, whatever the server says', () => {
    const gate = gateFor(callerOf('full'));
    const shown = gate.present(
      list([tool('read', true)], { resultType: 'complete', ttlMs: 5, cacheScope: 'public' }),
    );
    expect(shown).toMatchObject({ result: { cacheScope: 'private', ttlMs: 5 } });
  });

  test('a new tool that only reads can be called once it was listed, one that may write waits, and both are news', async () => {
    expect(await put(call('newcomer'))).toMatchObject({ isSent: false });
    const destroyer = tool('destroyer', true, { annotations: { readOnlyHint: true, destructiveHint: true } });
    const tools = [
      tool('newcomer', true),
      destroyer,
      tool('writer', false),
      tool('twice', true),
      tool('twice', false),
    ];
    expect(named(gateFor(callerOf('full')).present(list(tools)))).toEqual(['newcomer']);
    expect(observed).toEqual([[connectorId, tools]]);
    gateFor(callerOf('full')).present(list(tools));
    expect(observed).toHaveLength(1);
    expect(await put(call('newcomer'))).toMatchObject({ isSent: true });
    for (const name of ['writer', 'twice', 'destroyer'])
      expect(await put(call(name), { access: 'full' })).toMatchObject({ isSent: false });
    gateFor(callerOf('full')).present(list([tool('newcomer', false)]));
    expect(await put(call('newcomer'), { access: 'full' })).toMatchObject({ isSent: false });
  });

  test('what a server once said of a tool means nothing once the snapshot has it', async () => {
    const before = viewOf([face('read', 'read')]);
    const gate = gateFor(callerOf('full'), { view: () => before });
    expect(named(gate.present(list([tool('waits', true)])))).toEqual(['waits']);
    expect(await put(call('waits'), { more: { view: () => before } })).toMatchObject({ isSent: true });
    // It writes by now, and waits for an admin.
    for (const access of ['read', 'full'] as const)
      expect(await put(call('waits'), { access })).toMatchObject({ isSent: false });
  });

  test('a tool whose name is longer than a name is waits for ever', async () => {
    const name = 'n'.repeat(1_000);
    expect(named(gateFor(callerOf('full')).present(list([tool(name, true)])))).toEqual([]);
    expect(await put(call(name), { access: 'full' })).toMatchObject({ isSent: false });
  });

  test('a tool that was reading and says so no longer is gone until an admin has seen it', async () => {
    expect(await put(call('read'))).toMatchObject({ isSent: true });
    expect(named(gateFor(callerOf('full')).present(list([tool('read', false)])))).toEqual([]);
    expect(observed).toHaveLength(1);
    for (const access of ['read', 'full'] as const)
      expect(await put(call('read'), { access })).toMatchObject({ isSent: false });
    gateFor(callerOf('full')).present(list([tool('read', true)]));
    expect(await put(call('read'))).toMatchObject({ isSent: true });
  });

  test('what is no tool is not listed', () => {
    const shown = gateFor(callerOf('full')).present(list([tool('read', true), null, 'x', { name: 5 }, {}]));
    expect(named(shown)).toEqual(['read']);
  });

  test('that the list has changed is passed on, and is news', () => {
    const message = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    expect(gateFor(callerOf('read')).present(message)).toBe(message);
    expect(changes).toBe(1);
  });
});
