import { UnauthorizedError, type Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { App } from '../../app.ts';
import { DEMO_PASSWORD } from '../../demo/demo-data.ts';
import { hearWarnings } from '../../demo/hear-warnings.ts';
import { connect, type DemoClient } from '../../demo/mcp-client.ts';
import { createPerson, type Person } from '../../demo/person.ts';
import type { Narrator } from './narrator.ts';

const balanceSchema = z.object({ balance: z.number() });
const keysSchema = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), access: z.string(), status: z.string() })),
});

const OWNER = 'owner@acme.test';
const MEMBER = 'member@acme.test';

/** From a pasted URL to a revoked connection, by a real MCP client and the real pages. Throws at the first broken step. */
export async function tellStory(latchkey: App, narrator: Narrator): Promise<void> {
  const { mcpBaseUrl, webBaseUrl } = latchkey;
  const origins = [...new Set([mcpBaseUrl, webBaseUrl])];
  const newPerson = () => createPerson({ origins, onStep: narrator.wire });
  const owner = newPerson();

  narrator.chapter(
    `An app gets one URL, ${mcpBaseUrl}/mcp, and finds its way; ${OWNER} signs in and allows Full access`,
  );
  const full = await connectAs(owner, OWNER, 'full', `${mcpBaseUrl}/mcp`, narrator);
  narrator.expect(full.provider.tokens() !== undefined, 'the app holds an access token and a refresh token');

  narrator.chapter('The API’s operations are tools');
  const { tools } = await full.client.listTools();
  const reads = tools.filter((tool) => tool.annotations?.readOnlyHint === true).length;
  narrator.expect(tools.length > reads && reads > 0, `${tools.length} tools, ${reads} of them read-only`);

  narrator.chapter('It asks for the credit balance');
  const balance = await readBalance(full.client);
  narrator.expect(balance > 0, `${balance} credits`);

  narrator.chapter('It makes one write: a bundle');
  const created = await full.client.callTool({
    name: 'create_bundle',
    arguments: { title: 'Made by the demo' },
  });
  narrator.expect(created.isError !== true, 'the bundle exists');

  narrator.chapter(`${MEMBER} connects the same app Read-only`);
  const member = newPerson();
  const readOnly = await connectAs(member, MEMBER, 'read', `${mcpBaseUrl}/mcp/acme`, narrator);
  const listed = await readOnly.client.listTools();
  narrator.expect(
    listed.tools.length === reads && listed.tools.every((tool) => tool.annotations?.readOnlyHint === true),
    `it sees the ${listed.tools.length} read-only tools and no other`,
  );

  narrator.chapter('It tries a write all the same');
  narrator.expect(
    await isRefused(readOnly),
    'refused with insufficient_scope: the app would have to ask for a new consent',
  );
  narrator.expect(
    (await readBalance(readOnly.client)) === balance,
    'reading still works, and nothing was spent',
  );

  narrator.chapter(`${OWNER} opens the dashboard’s API keys and revokes the first connection`);
  await revokeInPortal(owner, webBaseUrl, narrator);

  narrator.chapter('The first app calls again');
  const warnings: string[] = [];
  const refused = await hearWarnings(
    (warning) => void warnings.push(warning),
    () => isUnauthorized(full.client),
  );
  for (const warning of warnings) narrator.quote(warning);
  narrator.expect(
    refused && warnings.some((warning) => warning.includes('invalid_grant')),
    'its access token is refused at once, and so is its refresh token',
  );
  narrator.expect((await readBalance(readOnly.client)) === balance, 'the other connection lives on');

  await full.close();
  await readOnly.close();
}

function connectAs(
  person: Person,
  email: string,
  access: 'read' | 'full',
  connectorUrl: string,
  narrator: Narrator,
) {
  return connect({
    connectorUrl,
    clientName: 'Claude',
    onStep: narrator.wire,
    async approve(authorizeUrl) {
      const organisation = 'acme';
      const decided = await person.decide(authorizeUrl, {
        email,
        password: DEMO_PASSWORD,
        access,
        organisation,
      });
      return decided.callback;
    },
  });
}

async function readBalance(client: Client): Promise<number> {
  const result = await client.callTool({ name: 'get_credit_balance', arguments: {} });
  const [first] = result.content;
  if (result.isError === true || first?.type !== 'text')
    throw new Error(`no balance: ${JSON.stringify(result)}`);
  return balanceSchema.parse(JSON.parse(first.text)).balance;
}

/** The gateway answers 403 insufficient_scope (RFC 6750 section 3.1), and the SDK sets out to ask the person for more. */
async function isRefused({ client, provider }: DemoClient): Promise<boolean> {
  const before = provider.authorizeUrl();
  try {
    await client.callTool({ name: 'create_bundle', arguments: { title: 'Never made' } });
    return false;
  } catch (error) {
    const asked = new URL(provider.authorizeUrl());
    const asksForMore =
      asked.href !== before && asked.searchParams.get('scope')?.split(' ').includes('mcp:call');
    return error instanceof UnauthorizedError && asksForMore === true;
  }
}

async function isUnauthorized(client: Client): Promise<boolean> {
  try {
    await client.callTool({ name: 'get_credit_balance', arguments: {} });
    return false;
  } catch (error) {
    return error instanceof UnauthorizedError;
  }
}

/** What the dashboard's Revoke button does, with the cookie of the person's browser. */
async function revokeInPortal(person: Person, webBaseUrl: string, narrator: Narrator): Promise<void> {
  const keysPath = '/portal/v1/organisations/acme/keys';
  const headers = { cookie: person.cookieHeader(), origin: webBaseUrl, 'content-type': 'application/json' };
  const list = await fetch(webBaseUrl + keysPath, { headers });
  narrator.wire({ method: 'GET', path: keysPath, status: list.status });
  const { items } = keysSchema.parse(await list.json());
  const key = items.find(
    (item) => item.access === 'full' && item.status === 'active' && item.name.startsWith('Claude'),
  );
  narrator.expect(key !== undefined, `the list shows “${key?.name}”`);
  const revokePath = `${keysPath}/${key?.id}/revoke`;
  const revoked = await fetch(webBaseUrl + revokePath, { method: 'POST', headers, body: '{}' });
  narrator.wire({ method: 'POST', path: revokePath, status: revoked.status });
  narrator.expect(revoked.status === 200, 'revoked');
}
