import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startEverythingServer } from '../../../../e2e/fixtures/everything-server/start.ts';
import { program } from '../upstreams/support/programs.ts';
import { AGREED, QUESTION, setRule } from './support/confirmations.ts';
import { faultIn, startJoined, type Joined } from './support/joined.ts';
import { call, modern, toolCall } from './support/messages.ts';

// Tools of MCP servers among those of others: our question goes before the server's own.

const FORMS = { elicitation: { form: {} } };
const STATEFUL = 'test_input_required_result_request_state';

/** Says what it was called with. */
const COMMAND = program(`
  hear(({ id, method, params }) => {
    const answer = (result) => say({ jsonrpc: '2.0', id, result });
    if (method === 'initialize') answer({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'small', version: '1' } });
    if (method === 'tools/list') answer({ tools: [{ name: 'burn', description: 'Burns.', inputSchema: { type: 'object' } }] });
    if (method === 'tools/call') answer({ content: [{ type: 'text', text: JSON.stringify(params) }] });
  });
`);

let joined: Joined;
let everything: Awaited<ReturnType<typeof startEverythingServer>>;
let server: Awaited<ReturnType<Joined['serve']>>;
let caller: ReturnType<Joined['caller']>;

beforeAll(async () => {
  joined = await startJoined();
  everything = await startEverythingServer();
  const everythingId = await joined.publish('everything', {
    transport: 'streamable-http',
    url: everything.url,
  });
  server = await joined.serve('alpha', 'modern', [
    { name: 'write', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
  ]);
  const commandId = await joined.publish('command', COMMAND);
  await joined.namesFor(joined.caller());
  await setRule(joined, 'burn', { connectorId: commandId, confirmation: 'Go on?' });
  await setRule(joined, 'write', { connectorId: server.connectorId, confirmation: 'Go on?' });
  await setRule(joined, STATEFUL, { connectorId: everythingId, confirmation: 'Go on?' });
  caller = joined.caller();
});
afterAll(async () => {
  await joined.close();
  await everything.close();
});
beforeEach(() => {
  server.calls.length = 0;
});

type Asked = Awaited<ReturnType<Joined['callInRounds']>>;
const stateIn = (asked: Asked) => String(asked['requestState']);
const keysIn = (asked: Asked) => Object.keys(asked['inputRequests'] as object);

test('a person agrees in a form, and the server is called once', async () => {
  const args = { arguments: { text: 'x' } };
  const asked = await joined.callInRounds(caller, 'write', args, FORMS);
  expect(keysIn(asked)).toEqual([QUESTION]);
  expect(server.calls).toEqual([]);
  const answer = { ...args, requestState: stateIn(asked), inputResponses: AGREED };
  expect((await joined.callInRounds(caller, 'write', answer, FORMS)).isError).toBeUndefined();
  expect(server.calls).toEqual(['write']);
  const again = await joined.callInRounds(caller, 'write', answer, FORMS);
  expect(again['resultType']).toBe('input_required');
  expect(server.calls).toEqual(['write']);
});

test('a code is given back, and the list says how', async () => {
  const listed = (await joined.toolsFor(caller)).find(({ name }) => name === 'write');
  expect(listed?.['description']).toBe('write. Asks a person to agree before it does anything.');
  expect(JSON.stringify(listed?.['inputSchema'])).toContain('_confirm');
  const { confirmation_code: code } = faultIn(await joined.callAs(caller, 'write', { text: 'x' }));
  expect(server.calls).toEqual([]);
  const done = await joined.callAs(caller, 'write', { text: 'x', _confirm: code });
  expect(done.isError).toBeUndefined();
  expect(server.calls).toEqual(['write']);
});

test('a word that was given at the URL of all is good at the connector’s own, and for one call at both', async () => {
  const args = { arguments: { text: 'x' } };
  const asked = await joined.callInRounds(caller, 'write', args, FORMS);
  const answer = { ...args, requestState: stateIn(asked), inputResponses: AGREED };
  const { headers, message } = modern(
    'tools/call',
    { name: 'write', ...answer },
    { 'io.modelcontextprotocol/clientCapabilities': FORMS },
  );
  const own = { path: '/mcp/acme/c/alpha', headers: { ...headers, ...caller.bearer } };
  expect((await joined.rpc(message, own)).json.result.resultType).toBe('complete');
  expect(server.calls).toEqual(['write']);
  const again = await joined.callInRounds(caller, 'write', answer, FORMS);
  expect(again['resultType']).toBe('input_required');
  expect(server.calls).toEqual(['write']);
});

test('a server that asks on is heard, and the person is asked by us once', async () => {
  const ours = await joined.callInRounds(caller, STATEFUL, {}, FORMS);
  expect(keysIn(ours)).toEqual([QUESTION]);
  const agreed = { requestState: stateIn(ours), inputResponses: AGREED };
  const theirs = await joined.callInRounds(caller, STATEFUL, agreed, FORMS);
  expect(keysIn(theirs)).not.toContain(QUESTION);
  const inputResponses = Object.fromEntries(
    keysIn(theirs).map((key) => [key, { action: 'accept', content: { ok: true } }]),
  );
  const next = { requestState: stateIn(theirs), inputResponses };
  const other = await joined.callInRounds(joined.caller(), STATEFUL, next, FORMS);
  expect(keysIn(other)).toEqual([QUESTION]);
  const done = await joined.callInRounds(caller, STATEFUL, next, FORMS);
  expect(done['resultType']).toBe('complete');
  expect(done.isError).toBeUndefined();
  const replayed = await joined.callInRounds(caller, STATEFUL, next, FORMS);
  expect(keysIn(replayed)).toEqual([QUESTION]);
});

test('in a session of 2025 at a command’s own URL a code is given back, and the command does not see it', async () => {
  const path = '/mcp/acme/c/command';
  const june = { ...caller.bearer, 'mcp-protocol-version': '2025-06-18', accept: 'application/json' };
  const handshake = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  };
  const begun = await joined.rpc(call('initialize', handshake), { path, headers: june });
  const headers = { ...june, 'mcp-session-id': String(begun.headers['mcp-session-id']) };
  const post = async (message: unknown) => (await joined.rpc(message, { path, headers })).json?.result;
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const { tools } = await post(call('tools/list', undefined, 2));
  expect(tools[0]).toMatchObject({
    description: 'Burns. Asks a person to agree before it does anything.',
    inputSchema: { properties: { _confirm: { type: 'string' } } },
  });
  const { confirmation_code: code } = faultIn(await post(toolCall('burn', { what: 'it' }, 3)));
  const done = await post(toolCall('burn', { what: 'it', _confirm: code }, 4));
  expect(JSON.parse(done.content[0].text)).toEqual({ name: 'burn', arguments: { what: 'it' } });
  expect(faultIn(await post(toolCall('burn', { what: 'it', _confirm: code }, 5)))).toMatchObject({
    code: 'confirmation_required',
  });
});
