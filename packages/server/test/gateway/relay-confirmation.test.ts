import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setRule, stateIn, AGREED, QUESTION, codeIn } from './support/confirmations.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, modern, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';

// At a connector's own URL, where what is said passes as it is: but for what a person has to agree to first.
const PATH = '/mcp/acme/c/things';
const JSON_HEAD = { 'content-type': 'application/json' };
const JUNE = { 'mcp-protocol-version': '2025-06-18' };
const ARGS = { place: 'here' };

let harness: Harness;
let caller: ReturnType<Harness['caller']>;
let rule: (tool: string, confirmation: string | null) => Promise<void>;

beforeAll(async () => {
  harness = await startHarness();
  await publishServer(harness, {
    url: `${harness.upstream.baseUrl}/mcp`,
    tools: [{ name: 'look' }, { name: 'change', reads: false }],
  });
  const connector = (await harness.store.connectors.listVisibleTo(harness.orgId('acme'))).find(
    ({ slug }) => slug === 'things',
  );
  if (connector === undefined) throw new Error('there is no such connector');
  rule = (tool, confirmation) => setRule(harness, tool, { connectorId: connector.id, confirmation });
  await rule('change', 'Go on?');
  await rule('later', 'Is it new?');
  caller = harness.caller();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
  answer({ 'tools/call': { content: [{ type: 'text', text: 'done' }] } });
});

function answer(results: Record<string, unknown>, asEvents = false): void {
  harness.upstream.answer(({ body }, res) => {
    const { id, method } = JSON.parse(body.toString());
    const text = JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} });
    if (asEvents)
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`event: message\ndata: ${text}\n\n`);
    else res.writeHead(200, JSON_HEAD).end(text);
  });
}

const told = () =>
  harness.upstream.received.map(({ body }) => {
    const { params } = JSON.parse(body.toString());
    return params as Record<string, unknown>;
  });
const legacy = (message: unknown, who = caller, headers: Record<string, string> = JUNE) =>
  harness.rpc(message, { path: PATH, headers: { ...who.bearer, ...headers } });
const inForm = (more: Record<string, unknown> = {}, capabilities: unknown = { elicitation: {} }) => {
  const { headers, message } = modern(
    'tools/call',
    { name: 'change', arguments: ARGS, ...more },
    { 'io.modelcontextprotocol/clientCapabilities': capabilities },
  );
  return harness.rpc(message, { path: PATH, headers: { ...headers, ...caller.bearer } });
};

describe('a client that shows forms', () => {
  test('asks its person, and the server hears of it when the person has agreed, and of nothing else', async () => {
    answer({ 'tools/call': { resultType: 'complete', content: [] } });
    const first = await inForm();
    expect(first.json.result.inputRequests[QUESTION].params.message).toBe(
      'Go on?\n\nTool: change of things\nArguments:\n- place: "here"',
    );
    expect(told()).toEqual([]);
    const second = await inForm({ requestState: stateIn(first), inputResponses: AGREED });
    expect(second.json.result).toEqual({ resultType: 'complete', content: [] });
    expect(told()).toEqual([{ name: 'change', arguments: ARGS, _meta: expect.anything() }]);
    const again = await inForm({ requestState: stateIn(first), inputResponses: AGREED });
    expect(again.json.result.resultType).toBe('input_required');
    expect(told()).toHaveLength(1);
  });

  test('sends nothing where the person declines', async () => {
    const requestState = stateIn(await inForm());
    const inputResponses = { [QUESTION]: { action: 'decline' } };
    expect((await inForm({ requestState, inputResponses })).json.result.isError).toBe(true);
    expect(told()).toEqual([]);
  });

  test.each([
    ['as one text', false],
    ['as events', true],
  ])('is asked once, however often the server asks on (%s)', async (_, asEvents) => {
    const seat = { method: 'elicitation/create', params: { message: 'Seat?', requestedSchema: {} } };
    const asking = (requestState: string) => ({
      'tools/call': { resultType: 'input_required', inputRequests: { seat }, requestState },
    });
    answer(asking('theirs 1'), asEvents);
    const inputResponses = { seat: { action: 'accept', content: { row: 'A' } } };
    const resultOf = ({ json, text }: { json: unknown; text: string }) =>
      asEvents ? { json: JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') } : { json: json as never };

    const agreed = await inForm({ requestState: stateIn(await inForm()), inputResponses: AGREED });
    const first = resultOf(agreed);
    expect(first.json.result.inputRequests).toEqual({ seat });
    expect(stateIn(first)).not.toContain('theirs');
    answer(asking('theirs 2'), asEvents);
    const second = resultOf(await inForm({ requestState: stateIn(first), inputResponses }));
    answer({ 'tools/call': { resultType: 'complete', content: [] } });
    const third = await inForm({ requestState: stateIn(second), inputResponses });
    expect(third.json.result.resultType).toBe('complete');
    expect(told().map(({ inputResponses: said, requestState }) => [requestState, said])).toEqual([
      [undefined, undefined],
      ['theirs 1', inputResponses],
      ['theirs 2', inputResponses],
    ]);
  });

  test('is not asked about what no admin wants asked, and the server’s own questions pass as they are', async () => {
    answer({ 'tools/call': { resultType: 'input_required', requestState: 'theirs' } });
    const first = await inForm({ name: 'look' });
    expect(first.json.result).toEqual({ resultType: 'input_required', requestState: 'theirs' });
    await inForm({ name: 'look', requestState: 'theirs', inputResponses: { a: { action: 'cancel' } } });
    expect(told()[1]).toMatchObject({ requestState: 'theirs', inputResponses: { a: { action: 'cancel' } } });
  });
});

describe('any other client', () => {
  test.each([
    ['of 2025', (args: unknown) => legacy(toolCall('change', args))],
    ['of 2026 without forms', (args: unknown) => inForm({ arguments: args }, {})],
  ])('%s gives a code back, which the server does not see', async (_, say) => {
    const code = codeIn(await say(ARGS));
    expect(told()).toEqual([]);
    expect((await say({ ...ARGS, _confirm: code })).json.result.content[0].text).toBe('done');
    expect(told()).toMatchObject([{ name: 'change', arguments: ARGS }]);
    expect(JSON.stringify(told())).not.toContain('_confirm');
    expect(codeIn(await say({ ...ARGS, _confirm: code }))).not.toBe(code);
    expect(told()).toHaveLength(1);
  });

  test('finds in the list which tools ask, and the others as the server lists them', async () => {
    const tool = (name: string) => ({
      name,
      description: 'It.',
      inputSchema: { type: 'object', properties: { place: {} } },
      annotations: { readOnlyHint: name !== 'change' },
    });
    answer({ 'tools/list': { tools: [tool('look'), tool('change'), tool('later')] } });
    const { tools } = (await legacy(call('tools/list'))).json.result;
    expect(tools[0]).toEqual(tool('look'));
    for (const one of tools.slice(1)) {
      expect(one.description).toBe('It. Asks a person to agree before it does anything.');
      expect(Object.keys(one.inputSchema.properties)).toEqual(['place', '_confirm']);
    }
    // One that no snapshot has yet.
    answer({ 'tools/call': { content: [] } });
    const code = codeIn(await legacy(toolCall('later', ARGS)));
    await legacy(toolCall('later', { ...ARGS, _confirm: code }));
    expect(told().slice(1)).toEqual([{ name: 'later', arguments: ARGS }]);
  });

  test('in a batch sends nothing before everything in it is agreed to', async () => {
    const march = { 'mcp-protocol-version': '2025-03-26' };
    const both = (args: unknown) => [toolCall('look', ARGS, 1), toolCall('change', args, 2)];
    harness.upstream.answer(({ body }, res) => {
      const ids = JSON.parse(body.toString()).map(({ id }: { id: number }) => id);
      res
        .writeHead(200, JSON_HEAD)
        .end(JSON.stringify(ids.map((id: number) => ({ jsonrpc: '2.0', id, result: { content: [] } }))));
    });
    const [look, change] = (await legacy(both(ARGS), caller, march)).json;
    expect(look.error.message).toContain('Not sent');
    const { confirmation_code: code } = JSON.parse(change.result.content[0].text);
    expect(harness.upstream.received).toEqual([]);
    await legacy(both({ ...ARGS, _confirm: code }), caller, march);
    expect(JSON.parse(harness.upstream.received[0]?.body.toString() ?? '')).toEqual(both(ARGS));
  });
});

test('what the person agreed to is what the server gets, however it was written', async () => {
  const text = (word?: string) =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"change","arguments":{"sum":12345678901234567890,"rate":1.2345678901234567890${word === undefined ? '' : `,"_confirm":"${word}"`}}}}`;
  const first = await legacy(text());
  expect(first.json.result.structuredContent.message).toContain(
    '- sum: 12345678901234567890\n- rate: 1.2345678901234567',
  );
  await legacy(text(codeIn(first)));
  expect(harness.upstream.received[0]?.body.toString()).toContain(
    '"arguments":{"sum":12345678901234567890,"rate":1.2345678901234567}',
  );
});

test.each([
  ['arguments that are no object', { name: 'change', arguments: [ARGS] }, 200],
  ['a key that stands twice', '{"name":"change","arguments":{"a":1,"a":2}}', 400],
  ['a state under another spelling', { name: 'change', RequestState: 'x' }, 400],
  ['answers under another spelling', { name: 'change', inputresponses: {} }, 400],
])('%s is refused', async (_, params, status) => {
  const message = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${typeof params === 'string' ? params : JSON.stringify(params)}}`;
  const refused = await legacy(message);
  expect(refused.status).toBe(status);
  expect(refused.json.error.code).toBeLessThan(-32_000);
  expect(told()).toEqual([]);
});

test('who may only read is not asked, and a code of somebody else does not help', async () => {
  const code = codeIn(await legacy(toolCall('change', ARGS)));
  const reader = harness.caller({ access: 'read' });
  const { json, text } = await legacy(toolCall('change', { ...ARGS, _confirm: code }), reader);
  expect(json.result.structuredContent.code).toBe('not_found');
  expect(text).not.toContain('Go on?');
  const other = await legacy(toolCall('change', { ...ARGS, _confirm: code }), harness.caller());
  expect(other.json.result.structuredContent.code).toBe('confirmation_required');
  expect(told()).toEqual([]);
});

test('the trail says that it was asked, and how it was confirmed', async () => {
  const who = harness.caller();
  const rows = async () =>
    (await harness.auditOf('acme'))
      .filter(({ keyId }) => keyId === who.credential.keyId)
      .map(({ detail, outcome, phase, target }) => [phase, target, outcome, detail])
      .toReversed();
  const code = codeIn(await legacy(toolCall('change', ARGS), who));
  const asked = ['event', 'change', 'refused', { connector: 'things', reason: 'confirmation_required' }];
  await expect.poll(rows).toEqual([asked]);
  await legacy(toolCall('change', { ...ARGS, _confirm: code }), who);
  const confirmed = { connector: 'things', confirmed: 'code' };
  await expect
    .poll(rows)
    .toEqual([asked, ['intent', 'change', null, confirmed], ['outcome', 'change', 'ok', confirmed]]);
});
