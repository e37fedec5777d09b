import { Client, StreamableHTTPClientTransport, type ClientCapabilities } from '@modelcontextprotocol/client';
import { catalogueOf, NO_TOOLS_YET, withAlone } from '../../packages/server/src/connectors/mcp-catalogue.ts';
import { newId } from '../../packages/server/src/kernel/ids.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import type { McpUpstream } from '../../packages/server/src/upstreams/upstream.ts';

export interface McpSource {
  slug: string;
  /** Where it speaks Streamable HTTP. */
  url: string;
  /** Some servers have tools only for clients that can do something for them. */
  capabilities?: ClientCapabilities;
  /** How the connector reaches it, if not there. */
  upstream?: McpUpstream;
}

/** Publishes an MCP server with the snapshot that the service would have of it by now. */
export async function publishMcpServer(
  store: Store,
  organisation: string,
  { capabilities, slug, upstream, url }: McpSource,
): Promise<void> {
  const owner = await store.people.findOrganisationBySlug(organisation);
  if (owner === undefined) throw new Error(`There is no organisation ${organisation}.`);
  const { catalogue: ours } = catalogueOf(await listAs(url, {}));
  const theirs = capabilities === undefined ? [] : (await listAs(url, capabilities)).tools;
  const catalogue = withAlone(ours, NO_TOOLS_YET, theirs);
  await store.transaction(async ({ changes, connectors, toolRules }) => {
    await connectors.putCatalogue(catalogue.hash, JSON.stringify(catalogue));
    const { id } = await connectors.publish({
      id: newId('con'),
      orgId: owner.id,
      slug,
      name: slug,
      kind: 'mcp',
      baseUrl: url,
      upstream: upstream ?? { transport: 'streamable-http', url },
      catalogueHash: catalogue.hash,
    });
    // None of them is new: none waits for an admin.
    await toolRules.know(id, [...catalogue.tools, ...(catalogue.alone ?? [])], false);
    await changes.add('connector', owner.id);
  });
}

async function listAs(url: string, capabilities: ClientCapabilities) {
  const client = new Client({ name: 'snapshot', version: '1.0.0' }, { capabilities });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { name, title = name } = client.getServerVersion() ?? {};
  // Some are there only once the server has looked at its client.
  await client.ping();
  const { tools } = await client.listTools();
  await client.close();
  return { title, tools };
}
