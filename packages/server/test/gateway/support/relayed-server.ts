import { mcpCatalogue } from '../../../src/connectors/mcp-catalogue.ts';
import { newId } from '../../../src/kernel/ids.ts';
import type { McpUpstream } from '../../../src/upstreams/upstream.ts';
import type { Harness } from './harness.ts';

export interface KnownTool {
  name: string;
  reads?: boolean;
  inputSchema?: object;
}

/** Publishes an MCP server of an organisation, with the snapshot that would have been taken of it. */
export async function publishServer(
  harness: Pick<Harness, 'store' | 'orgId' | 'catalogues'>,
  {
    org = 'acme',
    slug = 'things',
    tools,
    upstream,
    url,
  }: {
    org?: string;
    slug?: string;
    tools: readonly KnownTool[];
    /** How it is reached, if not by Streamable HTTP at its URL. */
    upstream?: McpUpstream;
    url: string;
  },
): Promise<void> {
  const catalogue = mcpCatalogue({
    tools: tools.map(({ inputSchema, name, reads = true }) => ({
      name,
      title: name,
      description: '',
      access: reads ? 'read' : 'full',
      annotations: { title: name, openWorldHint: true, ...(reads ? { readOnlyHint: true } : {}) },
      inputSchema: { type: 'object', properties: {}, ...inputSchema },
      tags: [],
    })),
  });
  const orgId = harness.orgId(org);
  await harness.store.connectors.putCatalogue(catalogue.hash, JSON.stringify(catalogue));
  await harness.store.connectors.publish({
    id: newId('con'),
    orgId,
    slug,
    name: slug,
    kind: 'mcp',
    baseUrl: url,
    upstream: upstream ?? { transport: 'streamable-http', url },
    catalogueHash: catalogue.hash,
  });
  harness.catalogues.invalidate(orgId);
}
