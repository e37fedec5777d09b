import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setRule } from './support/confirmations.ts';
import { EXACT_PROGRAM, serveExact, SHOWN } from './support/exact-server.ts';
import { startJoined, type Joined } from './support/joined.ts';
import { toolCall } from './support/messages.ts';
import { startSessions, type Sessions } from './support/sessions.ts';

// Integers that no number of JavaScript's keeps, at a server's own URL, where messages are written anew.

const callOf = (name: string, args: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;
const GIVEN = '{"id":9223372036854775807,"list":[-9007199254740993]}';

let exact: Awaited<ReturnType<typeof serveExact>>;
beforeAll(async () => {
  exact = await serveExact();
});
afterAll(() => exact.close());

describe('in a session with a server that keeps a connection', () => {
  let sessions: Sessions;
  beforeAll(async () => {
    sessions = await startSessions({ stdio: EXACT_PROGRAM, sse: exact.upstreams.sse });
  });
  afterAll(() => sessions.close());

  test.each(['stdio', 'sse'])('over %s digits pass both ways', async (slug) => {
    const session = await sessions.begin(slug);
    const plain = { accept: 'application/json' };
    const heard = await session.post(callOf('hear', GIVEN), plain);
    expect(heard.json.result.content[0].text).toContain(`"arguments":${GIVEN}`);
    expect((await session.post(callOf('show', '{}'), plain)).text).toContain(`"structuredContent":${SHOWN}`);
    const stream = await session.ask(toolCall('show'));
    let event = await stream.next();
    while (event?.data === '') event = await stream.next();
    expect(event?.data).toContain(`"structuredContent":${SHOWN}`);
    const resumed = await session.listen({ 'last-event-id': String(event?.id).replace(/\d+$/, '0') });
    let again = await resumed.next();
    while (again?.data === '') again = await resumed.next();
    expect(again?.data).toContain(`"structuredContent":${SHOWN}`);
    stream.close();
    resumed.close();
  });
});

describe('a tool that a person has to agree to', () => {
  let joined: Joined;
  beforeAll(async () => {
    joined = await startJoined();
    const connectorId = await joined.publish('http', exact.upstreams['streamable-http']);
    await joined.namesFor(joined.caller());
    await setRule(joined, 'burn', { connectorId, confirmation: 'Go on?' });
  });
  afterAll(() => joined.close());

  test('is called with the digits that were agreed to, and with no others', async () => {
    const headers = { ...joined.caller().bearer, 'mcp-protocol-version': '2025-06-18' };
    const callRaw = async (args: string) => {
      const { json } = await joined.rpc(callOf('burn', args), { headers, path: '/mcp/acme/c/http' });
      return String(json.result.content[0].text);
    };
    const { confirmation_code: code, message } = JSON.parse(await callRaw('{"id":9007199254740993}'));
    expect(message).toContain('- id: 9007199254740993');
    const other = await callRaw(`{"id":9007199254740992,"_confirm":"${code}"}`);
    expect(JSON.parse(other)).toMatchObject({ code: 'confirmation_required' });
    const done = await callRaw(`{"id":9007199254740993,"_confirm":"${code}"}`);
    expect(done).toContain('"arguments":{"id":9007199254740993}');
  });
});
