import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, modern, toolCall } from './support/messages.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ upstreamTimeoutMs: 4_000 });
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});

const READS = ['get_credits', 'get_item', 'list_items'];
const WRITES = ['create_item', 'delete_item'];
const JUNE = { 'mcp-protocol-version': '2025-06-18' };

type Caller = ReturnType<Harness['caller']>;
const headersOf = (caller: Caller) => ({ ...caller.bearer, ...JUNE });
const callAs = (caller: Caller, name: string, args?: unknown) =>
  harness.rpc(toolCall(name, args), { headers: headersOf(caller) });
const namesFor = async (caller: Caller) => {
  const { json } = await harness.rpc(call('tools/list'), { headers: headersOf(caller) });
  return json.result.tools.map((tool: { name: string }) => tool.name).sort();
};

describe('read-only access', () => {
  test.each([
    ['a read-only key', { access: 'read' }],
    ['a read-only token', { access: 'read', kind: 'token' }],
    ['a full key of a viewer', { access: 'full', role: 'viewer' }],
    ['a full token of a viewer', { access: 'full', kind: 'token', role: 'viewer' }],
  ] as const)('(%s) neither lists nor calls what can change something', async (_, options) => {
    const caller = harness.caller(options);
    expect(await namesFor(caller)).toEqual(READS);
    for (const name of WRITES) {
      const answer = await callAs(caller, name, { name: 'x', id: '1' });
      expect(answer.status === 403 || answer.json.result.isError === true).toBe(true);
    }
    expect(harness.upstream.received).toEqual([]);
    expect((await callAs(caller, 'get_credits')).json.result.isError).toBeUndefined();
  });

  test('full access lists and calls everything', async () => {
    const caller = harness.caller();
    expect(await namesFor(caller)).toEqual([...READS, ...WRITES].sort());
    expect((await callAs(caller, 'create_item', { name: 'x' })).json.result.isError).toBeUndefined();
  });

  test('a demotion counts from the next call on', async () => {
    const caller = harness.caller({ kind: 'token' });
    await callAs(caller, 'delete_item', { id: '1' });
    caller.setRole('viewer');
    const { json } = await callAs(caller, 'delete_item', { id: '1' });
    expect(json.result.isError).toBe(true);
    expect(harness.upstream.received).toHaveLength(1);
  });
});

describe('step-up', () => {
  test.each([
    ['token', { kind: 'token' }],
    ['key that a grant minted', { kind: 'key', granted: true }],
  ] as const)('a read-only %s is told to ask for more, with all scopes', async (_, options) => {
    const caller = harness.caller({ access: 'read', ...options });
    const { headers, json, status } = await callAs(caller, 'create_item', { name: 'x' });
    expect(status).toBe(403);
    expect(headers['www-authenticate']).toBe(
      `Bearer error="insufficient_scope", resource_metadata="${harness.url}/.well-known/oauth-protected-resource/mcp/acme", scope="mcp:read mcp:call"`,
    );
    expect(json.error).toMatchObject({ code: 'insufficient_scope', request_id: headers['x-request-id'] });
    expect(harness.upstream.received).toEqual([]);
  });

  test('in 2026-07-28 too', async () => {
    const { bearer } = harness.caller({ access: 'read', kind: 'token' });
    const { headers, message } = modern('tools/call', { name: 'create_item', arguments: { name: 'x' } });
    expect((await harness.rpc(message, { headers: { ...headers, ...bearer } })).status).toBe(403);
  });

  test('in a batch the call alone is refused', async () => {
    const { bearer } = harness.caller({ access: 'read', kind: 'token' });
    const { json, status } = await harness.rpc(
      [toolCall('create_item', { name: 'x' }, 'a'), toolCall('get_credits', {}, 'b')],
      {
        headers: bearer,
      },
    );
    expect(status).toBe(200);
    expect(json[0].result).toMatchObject({ isError: true });
    expect(json[1].result.isError).toBeUndefined();
  });

  test.each([
    ['a viewer', { kind: 'token', role: 'viewer' }],
    ['a key made by hand', { kind: 'key' }],
  ] as const)(
    'where no consent could help (%s), a tool that is not listed is as unknown as one that does not exist',
    async (_, options) => {
      const caller = harness.caller({ access: 'read', ...options });
      const unlisted = await callAs(caller, 'create_item', { name: 'x' });
      const unknown = await callAs(caller, 'no_such_tool', { name: 'x' });
      const comparable = (answer: typeof unlisted) =>
        JSON.stringify([answer.status, answer.json])
          .replaceAll(/req_[\w-]{20}/g, 'id')
          .replaceAll(/create_item|no_such_tool/g, 'name');
      expect(unlisted.json.result).toMatchObject({ isError: true, structuredContent: { code: 'not_found' } });
      expect(comparable(unlisted)).toBe(comparable(unknown));
    },
  );
});

describe('the audit trail of calls', () => {
  test('has the intent of a write before the write leaves, and its outcome after', async () => {
    const caller = harness.caller();
    const seenByUpstream: unknown[] = [];
    harness.upstream.answer(async (request, res) => {
      seenByUpstream.push(
        ...(await harness.auditOf('acme')).filter(
          ({ requestId }) => requestId === request.headers['x-request-id'],
        ),
      );
      res.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"1"}');
    });
    const { headers } = await callAs(caller, 'create_item', { name: 'secret-argument' });

    const requestId = headers['x-request-id'];
    expect(seenByUpstream).toMatchObject([{ phase: 'intent', action: 'tool.call', target: 'create_item' }]);
    const ours = async () => (await harness.auditOf('acme')).filter((row) => row.requestId === requestId);
    await expect.poll(ours).toHaveLength(2);
    const [outcome, intent] = await ours();
    expect(intent).toMatchObject({
      phase: 'intent',
      actorId: caller.credential.actor.id,
      keyId: caller.credential.keyId,
      outcome: null,
      detail: { connector: 'items' },
    });
    expect(outcome).toMatchObject({ phase: 'outcome', outcome: 'ok', status: 201, target: 'create_item' });
    expect(JSON.stringify(await ours())).not.toContain('secret-argument');
  });

  test('has one row for a read, and one for what was refused', async () => {
    const caller = harness.caller({ access: 'read', kind: 'token' });
    const { headers } = await callAs(caller, 'get_credits');
    await callAs(caller, 'create_item', { name: 'x' });
    await callAs(caller, 'get_item', {});
    const ours = async () =>
      (await harness.auditOf('acme'))
        .filter((row) => row.keyId === caller.credential.keyId)
        .map(({ detail, outcome, phase, target }) => [phase, target, outcome, detail?.['reason']]);
    await expect.poll(ours).toEqual([
      ['event', 'get_item', 'refused', 'invalid_arguments'],
      ['event', 'create_item', 'refused', 'insufficient_scope'],
      ['event', 'get_credits', 'ok', undefined],
    ]);
    expect(
      (await harness.auditOf('acme')).find((row) => row.requestId === headers['x-request-id']),
    ).toMatchObject({
      grantId: caller.credential.grantId,
      clientId: caller.credential.clientId,
    });
  });

  test('a write that cannot be recorded does not leave', async () => {
    const caller = harness.caller();
    await harness.store.pool.query('alter table audit_events rename to audit_events_away');
    try {
      const { json } = await callAs(caller, 'create_item', { name: 'x' });
      expect(json.result).toMatchObject({
        isError: true,
        structuredContent: { code: 'unavailable', status: 503 },
      });
      expect(harness.upstream.received).toEqual([]);
    } finally {
      await harness.store.pool.query('alter table audit_events_away rename to audit_events');
    }
  });
});

describe('what the upstream gets', () => {
  test('is our statement of who is calling and the request id, and nothing of the caller', async () => {
    const caller = harness.caller();
    const { headers } = await harness.rpc(toolCall('list_items', { limit: 5, 'X-Flavour': 'sweet' }), {
      headers: {
        ...headersOf(caller),
        cookie: 'session=1',
        'x-forwarded-for': '10.1.1.1',
        'user-agent': 'client',
        'x-request-id': 'mine',
        'mcp-session-id': 'x',
      },
    });
    const [sent] = harness.upstream.received;
    expect(sent).toMatchObject({ method: 'GET', url: '/v1/items?limit=5' });
    expect(sent?.headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer assertion\.acme\.full\.\d+$/),
      'x-request-id': headers['x-request-id'],
      'x-flavour': 'sweet',
    });
    const text = JSON.stringify(sent?.headers);
    for (const withheld of [caller.secret, 'session=1', '10.1.1.1', 'mine', 'mcp-'])
      expect(text).not.toContain(withheld);
  });

  test('is signed once for the same caller and upstream, and anew for another caller or a changed role', async () => {
    const caller = harness.caller();
    const signedBefore = harness.signed.length;
    await callAs(caller, 'get_credits');
    await callAs(caller, 'get_credits');
    expect(harness.signed.length - signedBefore).toBe(1);
    expect(harness.signed.at(-1)).toContain(harness.upstream.baseUrl);
    caller.setRole('viewer');
    await callAs(caller, 'get_credits');
    await callAs(harness.caller({ org: 'acme' }), 'get_credits');
    expect(harness.signed.length - signedBefore).toBe(3);
    expect(harness.upstream.received.at(-2)?.headers.authorization).toContain('.read.');
  });

  test('arguments travel in their places and cannot leave them', async () => {
    await callAs(harness.caller(), 'get_item', { id: 'a/credits?x=1#y' });
    expect(harness.upstream.received[0]?.url).toBe('/v1/items/a%2Fcredits%3Fx%3D1%23y');
    await callAs(harness.caller(), 'create_item', { name: 'x', count: 2 });
    expect(JSON.parse(harness.upstream.received[1]?.body.toString() ?? '')).toEqual({ name: 'x', count: 2 });
  });
});

describe('arguments that cannot be used', () => {
  test.each([
    ['a wrong type', 'create_item', { name: 'x', count: 'many' }, 'count'],
    ['a missing one', 'create_item', {}, 'name'],
    ['an unknown one', 'create_item', { name: 'x', colour: 'red' }, 'colour'],
    ['a prototype', 'get_item', JSON.parse('{"id":"1","__proto__":{"x":1}}'), '__proto__'],
  ])('(%s) are named in a result, and nothing is sent', async (_, tool, args, field) => {
    const { json, status } = await callAs(harness.caller(), tool, args);
    expect(status).toBe(200);
    expect(json.result).toMatchObject({
      isError: true,
      structuredContent: { code: 'invalid_arguments', status: 400 },
    });
    expect(json.result.content[0].text).toContain(field);
    expect(harness.upstream.received).toEqual([]);
  });

  test.each([
    ['no name', {}],
    ['a name that is no text', { name: 7 }],
    ['arguments in a list', { name: 'get_credits', arguments: [] }],
    ['arguments in a text', { name: 'get_credits', arguments: '{}' }],
  ])('(%s) are no call at all', async (_, params) => {
    const { json } = await harness.rpc(call('tools/call', params), { headers: headersOf(harness.caller()) });
    expect(json.error.code).toBe(-32602);
  });

  test('names from the prototype are no tools', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'x'.repeat(10_000)]) {
      const { json } = await callAs(harness.caller(), name);
      expect(json.result).toMatchObject({ isError: true, structuredContent: { code: 'not_found' } });
      expect(json.result.content[0].text.length).toBeLessThan(500);
    }
  });

  test('a cursor that we never gave is refused', async () => {
    const { json } = await harness.rpc(call('tools/list', { cursor: 'x' }), {
      headers: headersOf(harness.caller()),
    });
    expect(json.error.code).toBe(-32602);
  });
});

describe('an upstream that fails', () => {
  test.each([
    [
      'answers 500 with a stack trace',
      500,
      'text/html',
      '<html>at Object.<anonymous> (/srv/app.js:1:1)</html>',
      'upstream_error',
    ],
    ['refuses our credential', 401, 'application/json', '{}', 'upstream_unauthorized'],
    ['has no credits left', 402, 'application/json', '{}', 'insufficient_credits'],
    ['is itself limited', 429, 'application/json', '{}', 'rate_limited'],
    ['answers HTML for an error', 404, 'text/html', '<h1>Not here</h1>', 'upstream_not_found'],
  ])('(%s) is a result with a code and our request id', async (_, status, type, body, code) => {
    harness.upstream.answer((_request, res) => {
      res.writeHead(status, { 'content-type': type, 'retry-after': '7' }).end(body);
    });
    const { headers, json } = await callAs(harness.caller(), 'get_credits');
    expect(json.result).toMatchObject({
      isError: true,
      structuredContent: { status, code, request_id: headers['x-request-id'] },
    });
    expect(JSON.parse(json.result.content[0].text)).toEqual(json.result.structuredContent);
  });

  test('(never answers) is a timeout', async () => {
    harness.upstream.answer(() => undefined);
    const { json } = await callAs(harness.caller(), 'get_credits');
    expect(json.result).toMatchObject({
      isError: true,
      structuredContent: { code: 'upstream_timeout', status: 504 },
    });
  });

  test('(breaks off) is a reset, before and in the middle of an answer', async () => {
    harness.upstream.answer((_, res) => res.destroy());
    const before = await callAs(harness.caller(), 'get_credits');
    expect(before.json.result.structuredContent.code).toBe('upstream_reset');
    harness.upstream.answer((_, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      res.write('{"ok":', () => res.destroy());
    });
    const within = await callAs(harness.caller(), 'get_credits');
    expect(within.json.result.structuredContent.code).toBe('upstream_reset');
  });

  test('a write that failed is recorded as failed', async () => {
    harness.upstream.answer((_, res) => res.destroy());
    const { headers } = await callAs(harness.caller(), 'delete_item', { id: '1' });
    const outcomes = async () =>
      (await harness.auditOf('acme')).filter(
        (row) => row.requestId === headers['x-request-id'] && row.phase === 'outcome',
      );
    await expect
      .poll(outcomes)
      .toMatchObject([{ outcome: 'failed', status: null, detail: { reason: 'upstream_reset' } }]);
  });
});

test('when the caller goes away, the call to the upstream ends too, and it is recorded', async () => {
  const caller = harness.caller();
  const controller = new AbortController();
  const arrived = new Promise<void>((resolve) => harness.upstream.answer(() => resolve()));
  const gone = fetch(`${harness.url}/mcp/acme`, {
    method: 'POST',
    headers: { ...caller.bearer, 'content-type': 'application/json' },
    body: JSON.stringify(toolCall('delete_item', { id: 'gone' })),
    signal: controller.signal,
  });
  await arrived;
  controller.abort();
  await expect(gone).rejects.toThrow('aborted');
  await expect.poll(() => harness.upstream.aborted).toContain('/v1/items/gone');
  const outcomes = async () =>
    (await harness.auditOf('acme')).filter(
      (row) => row.keyId === caller.credential.keyId && row.phase === 'outcome',
    );
  await expect.poll(outcomes).toMatchObject([{ outcome: 'failed', detail: { reason: 'upstream_aborted' } }]);
});
