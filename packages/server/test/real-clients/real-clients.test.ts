import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';
import { openWorkshop } from '../oauth/support/machines.ts';
import { openWorld, type World } from '../oauth/support/world.ts';
import { ASSISTANTS } from './assistants.ts';
import { CLAUDE } from './claude.ts';
import { EDITORS } from './editors.ts';
import { talk2025 } from './real-client.ts';
import { connectAs, speak, type Surroundings } from './replay.ts';
import { TOOLS } from './tools.ts';

const CLIENTS = [...CLAUDE, ...ASSISTANTS, ...EDITORS, ...TOOLS];
const SITES = CLIENTS.flatMap(({ identity }) =>
  identity.kind === 'document' ? [new URL(identity.url).hostname] : [],
);

const keys: Surroundings['keys'] = new Map();
let internet: DocumentHost;
let world: World;
beforeAll(async () => {
  internet = await startDocumentHost(SITES);
  world = await openWorld({ addressGuard: internet.guard });
});
afterAll(async () => {
  await world.close();
  await internet.close();
});

const callsOf = (title: string) => [
  { name: 'get_credit_balance', arguments: {} },
  { name: 'create_bundle', arguments: { title } },
];

/** What the two calls come to: structured where the revision has that, and as text always. */
function expectDone(results: readonly Record<string, unknown>[], title: string): void {
  const said = results.map(({ content, isError }) => {
    expect(isError ?? false).toBe(false);
    const [first] = content as { type: string; text: string }[];
    return JSON.parse(first?.text ?? '') as Record<string, unknown>;
  });
  expect(said).toEqual([
    { balance: 250, publish_cost: 25 },
    expect.objectContaining({ title, status: 'draft' }),
  ]);
}

describe.each(['token', 'key'] as const)('in %s mode', (mode) => {
  let surroundings: Surroundings;
  beforeAll(async () => {
    const workshop = await openWorkshop(world, mode);
    const member = await world.newMember([workshop.organisation, 'member']);
    surroundings = { world, internet, workshop, member, keys };
  });

  test.each(CLIENTS.map((client) => [client.name, client] as const))(
    '%s connects with what it sends, calls tools, refreshes and calls again',
    async (name, client) => {
      const { tokens, refresh, speak: say } = await connectAs(client, surroundings);
      const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
      expectDone(await say(bearer(tokens.access_token), callsOf(name)), name);
      const next = await refresh(tokens);
      expect(next.access_token).not.toBe(tokens.access_token);
      expectDone(await say(bearer(next.access_token), callsOf(`${name} again`)), `${name} again`);
    },
  );

  test.each([
    ['X-API-Key', (secret: string) => ({ 'x-api-key': secret })],
    ['Authorization', (secret: string) => ({ authorization: `Bearer ${secret}` })],
    ['authorization, in lower case', (secret: string) => ({ authorization: `bearer ${secret}` })],
  ])(
    'a client without OAuth (JetBrains AI, Windsurf, Claude Code with --header) calls tools with a key in %s',
    async (header, credentialOf) => {
      const { workshop } = surroundings;
      const agent = await workshop.send('POST', '/agents', { name: `Agent ${header}`, role: 'member' });
      const { id } = (await agent.json()) as { id: string };
      const wanted = { name: 'Key', access: 'full', expires_in_days: null };
      const key = await workshop.send('POST', `/agents/${id}/keys`, wanted);
      const { secret } = (await key.json()) as { secret: string };
      const talk = talk2025({
        protocolVersion: '2025-06-18',
        clientInfo: { name: 'JetBrains-IU/mcp', version: '2026.3' },
        listens: true,
      });
      const url = `${world.url}/mcp/${workshop.organisation.slug}`;
      const results = await speak(talk(callsOf(header)), url, credentialOf(secret));
      expect(results).toHaveLength(2);
      expectDone(results, header);
    },
  );
});
