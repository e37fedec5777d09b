import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { bigDocument } from './support/big-document.ts';
import { setRule } from './support/confirmations.ts';
import { EXACT_PROGRAM, serveExact, SHOWN } from './support/exact-server.ts';
import { startJoined, type Joined } from './support/joined.ts';
import { startStdio } from './support/stdio-client.ts';
import { call, toolCall } from './support/messages.ts';

// Integers that no number of JavaScript's keeps, through servers that stand together with others.

const GIVEN =
  '{"id":9223372036854775807,"list":[-9007199254740993,1],"deep":{"wei":123456789012345678901234567890},"text":"9223372036854775807"}';

let joined: Joined;
let exact: Awaited<ReturnType<typeof serveExact>>;
let caller: ReturnType<Joined['caller']>;
beforeAll(async () => {
  joined = await startJoined();
  exact = await serveExact();
  await joined.publish('http', exact.upstreams['streamable-http']);
  await joined.publish('sse', exact.upstreams.sse);
  const connectorId = await joined.publish('stdio', EXACT_PROGRAM);
  caller = joined.caller();
  await joined.namesFor(caller);
  await setRule(joined, 'burn', { connectorId, confirmation: 'Go on?' });
});
afterAll(async () => {
  await joined.close();
  await exact.close();
});

/** As it is on the wire, both ways. */
async function callRaw(name: string, args: string, as = caller, path = '/mcp/acme') {
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;
  const headers = { ...as.bearer, 'mcp-protocol-version': '2025-06-18' };
  return joined.rpc(body, { headers, path });
}

/** What a server says that it was sent. */
const heardIn = ({ json }: Awaited<ReturnType<typeof callRaw>>) => String(json.result.content[0].text);

describe.each(['http', 'sse', 'stdio'])('a server behind %s', (slug) => {
  test('is sent the digits that the client wrote', async () => {
    expect(heardIn(await callRaw(`${slug}_hear`, GIVEN))).toContain(`"arguments":${GIVEN}`);
  });

  test('has its digits shown, in structured content and in text', async () => {
    const { json, text } = await callRaw(`${slug}_show`, '{}');
    expect(text).toContain(`"structuredContent":${SHOWN}`);
    expect(json.result.content).toEqual([{ type: 'text', text: SHOWN }]);
  });

  test('has its digits shown where only a part of the answer is', async () => {
    const { json } = await callRaw(`${slug}_much`, '{}');
    const [part, said] = json.result.content;
    expect(said.text).toContain('shown in part');
    expect(part.text).toContain(`{"rows":[${SHOWN},${SHOWN}`);
  });
});

test.each([
  ['as an object', GIVEN],
  ['as JSON text', JSON.stringify(GIVEN)],
])('arguments of a tool that was searched for keep their digits, %s', async (_, given) => {
  const orgId = joined.orgId('globex');
  const { baseUrl } = joined.upstream;
  const about = { orgId, slug: 'registry', name: 'Registry', baseUrl, document: bigDocument() };
  await importConnector(joined.store, about);
  await joined.publish('exact', EXACT_PROGRAM, 'globex');
  const searching = joined.caller({ org: 'globex' });
  await joined.rpc(call('tools/list'), { path: '/mcp/globex', headers: searching.bearer });
  const said = await callRaw(
    'call_read_tool',
    `{"name":"hear","arguments":${given}}`,
    searching,
    '/mcp/globex',
  );
  expect(heardIn(said)).toContain(`"arguments":${GIVEN}`);
});

test('a client over stdio writes and reads digits', async () => {
  const client = startStdio(joined, { secret: caller.secret });
  onTestFinished(() => client.close());
  await client.speak('2025-06-18');
  const shown = await client.ask(toolCall('stdio_show'));
  expect(shown).toContain(`"structuredContent":${SHOWN}`);
  const sent = JSON.stringify(toolCall('stdio_hear', 'GIVEN', 2)).replace('"GIVEN"', GIVEN);
  const heard = JSON.parse(await client.askText(sent, 2)).result.content[0].text;
  expect(heard).toContain(`"arguments":${GIVEN}`);
});

test('a person agrees to the digits that are sent, and to no others', async () => {
  const asked = await callRaw('stdio_burn', '{"id":9007199254740993,"ids":[9007199254740993]}');
  const { confirmation_code: code, message } = JSON.parse(heardIn(asked));
  expect(message).toContain('- id: 9007199254740993\n- ids: [9007199254740993]');
  const agreed = (id: string, ids: string) =>
    callRaw('stdio_burn', `{"id":${id},"ids":[${ids}],"_confirm":"${code}"}`);
  for (const [id, ids] of [
    ['9007199254740992', '9007199254740993'],
    ['9007199254740993', '9007199254740992'],
  ] as const)
    expect(JSON.parse(heardIn(await agreed(id, ids)))).toMatchObject({ code: 'confirmation_required' });
  const done = await agreed('9007199254740993', '9007199254740993');
  expect(heardIn(done)).toContain('"arguments":{"id":9007199254740993,"ids":[9007199254740993]}');
});
