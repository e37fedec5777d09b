import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { importConnector } from '../src/connectors/import-connector.ts';
import type { ConnectorId, OrganisationId } from '../src/kernel/ids.ts';
import { startUpstream, UPSTREAM_DOCUMENT } from './gateway/support/upstream.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// A question that one node asks may be answered at another, once.
let demo: RunningDemo;
let second: SecondNode;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
let connection: Connection;
let acme: OrganisationId;
let connectorId: ConnectorId;

beforeAll(async () => {
  upstream = await startUpstream();
  demo = await startDemo({ secret: NODES_SECRET });
  second = await startSecondNode(demo);
  connection = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
  const organisation = await demo.latchkey.store.people.findOrganisationBySlug('acme');
  if (organisation === undefined) throw new Error('there is no acme');
  acme = organisation.id;
  const imported = await importConnector(demo.latchkey.store, {
    orgId: acme,
    slug: 'items',
    name: 'Items',
    baseUrl: upstream.baseUrl,
    document: UPSTREAM_DOCUMENT,
  });
  if (!imported.ok) throw new Error(imported.error.message);
  connectorId = imported.value.connectorId;
  await rule('Go on?');
});
afterAll(async () => {
  await second.close();
  await demo.close();
  await upstream.close();
});
beforeEach(() => {
  upstream.received.length = 0;
});

async function rule(confirmation: string | null): Promise<void> {
  const { store } = demo.latchkey;
  await store.toolRules.set({
    orgId: acme,
    connectorId,
    tool: 'delete_item',
    enabled: null,
    access: null,
    roles: null,
    confirmation,
    updatedBy: null,
  });
  await store.changes.add('connector', acme);
}

const nodes = () => [demo.url, second.url];
const PATH = '/mcp/acme/c/items';
const ITEM = { id: 'i1' };
const QUESTION = 'latchkey_confirmation';

interface Answer {
  result: {
    resultType?: string;
    isError?: boolean;
    requestState?: string;
    inputRequests?: Record<string, { params: { message: string } }>;
    structuredContent?: { code?: string; confirmation_code?: string };
  };
}

async function post(
  node: string,
  params: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const bearer = { authorization: `Bearer ${connection.tokens.access_token}` };
  const response = await rpc(`${node}${PATH}`, { ...bearer, ...headers }, 'tools/call', {
    name: 'delete_item',
    ...params,
  });
  return (await response.json()) as Answer;
}

const inForm = (node: string, more: Record<string, unknown> = {}) =>
  post(
    node,
    {
      arguments: ITEM,
      ...more,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
      },
    },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'delete_item' },
  );

const WAYS = [
  {
    way: 'in a form',
    ask: async (node: string) => (await inForm(node)).result.requestState ?? '',
    say: (node: string, requestState: string) =>
      inForm(node, {
        requestState,
        inputResponses: { [QUESTION]: { action: 'accept', content: { confirm: true } } },
      }),
  },
  {
    way: 'by code',
    ask: async (node: string) =>
      (await post(node, { arguments: ITEM })).result.structuredContent?.confirmation_code ?? '',
    say: (node: string, code: string) => post(node, { arguments: { ...ITEM, _confirm: code } }),
  },
];

test.each(WAYS)('asked $way at one node, a person may answer at the other', async ({ ask, say }) => {
  for (const [asking, answering] of [nodes(), nodes().toReversed()]) {
    const word = await ask(asking ?? '');
    expect((await say(answering ?? '', word)).result.isError).toBeUndefined();
  }
  expect(upstream.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE /v1/items/i1',
    'DELETE /v1/items/i1',
  ]);
});

test.each(WAYS)('asked $way, of answers at both nodes at once exactly one counts', async ({ ask, say }) => {
  for (let round = 1; round <= 5; round += 1) {
    const word = await ask(demo.url);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => say(nodes()[at % 2] ?? '', word)));
    const isDone = ({ result }: Answer) => result.resultType !== 'input_required' && result.isError !== true;
    expect(answers.filter((answer) => isDone(answer))).toHaveLength(1);
    expect(upstream.received).toHaveLength(round);
  }
});

test('a text that an admin changes is asked about at every node as soon as it hears of it', async () => {
  const state = await WAYS[0]?.ask(demo.url);
  await rule('Really?');
  try {
    const textAt = async (node: string) =>
      (await inForm(node)).result.inputRequests?.[QUESTION]?.params.message.split('\n')[0];
    for (const node of nodes()) await expect.poll(() => textAt(node)).toBe('Really?');
    for (const node of nodes())
      expect((await WAYS[0]?.say(node, state ?? ''))?.result.resultType).toBe('input_required');
    expect(upstream.received).toEqual([]);
  } finally {
    await rule('Go on?');
  }
});
