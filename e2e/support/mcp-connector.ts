import { Client, StreamableHTTPClientTransport, type ClientCapabilities } from '@modelcontextprotocol/client';
import { mcpCatalogue } from '../../packages/server/src/connectors/mcp-catalogue.ts';
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

/** Publishes an MCP server with a snapshot of the tools that it has at this moment, by its own word for each. */
export async function publishMcpServer(
  store: Store,
  organisation: string,
  { capabilities = {}, slug, upstream, url }: McpSource,
): Promise<void> {
  const owner = await store.people.findOrganisationBySlug(organisation);
  if (owner === undefined) throw new Error(`There is no organisation ${organisation}.`);
  const client = new Client({ name: 'snapshot', version: '1.0.0' }, { capabilities });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { tools } = await client.listTools();
  await client.close();
  const catalogue = mcpCatalogue({
    tools: tools.map(({ annotations, description = '', inputSchema, name, title = name }) => ({
      name,
      title,
      description,
      access: annotations?.readOnlyHint === true ? 'read' : 'full',
      annotations: {
        title,
        openWorldHint: true,
        ...(annotations?.readOnlyHint === true ? { readOnlyHint: true } : {}),
      },
      inputSchema: { properties: {}, ...(inputSchema as object), type: 'object' },
      tags: [],
    })),
  });
  await store.transaction(async ({ changes, connectors }) => {
    await connectors.putCatalogue(catalogue.hash, JSON.stringify(catalogue));
    await connectors.publish({
      id: newId('con'),
      orgId: owner.id,
      slug,
      name: slug,
      kind: 'mcp',
      baseUrl: url,
      upstream: upstream ?? { transport: 'streamable-http', url },
      catalogueHash: catalogue.hash,
    });
    await changes.add('connector', owner.id);
  });
}
