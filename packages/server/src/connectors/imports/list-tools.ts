import type { Sender } from '@latchkey/tools';
import type { Clock } from '../../kernel/clock.ts';
import type { ConnectorId } from '../../kernel/ids.ts';
import { fail, ok } from '../../kernel/result.ts';
import type { ImportRow } from '../../store/queries/imports.ts';
import type { Store } from '../../store/store.ts';
import type { OpenChannel } from '../../upstreams/channel.ts';
import { createMcpClients } from '../../upstreams/client/clients.ts';
import type { McpServer } from '../../upstreams/client/types.ts';
import type { UpstreamCredentials } from '../../upstreams/credentials.ts';
import { NOTHING, staticParts } from '../../upstreams/credentials/parts.ts';
import type { Vault } from '../../upstreams/credentials/vault.ts';
import type { ImportRoom } from './room.ts';
import { importSourceSchema } from './sources.ts';
import type { ImportSettings } from './settings.ts';

/**
 * Asks an MCP server that is no connector yet, with a client of its own that ends with the answer. It is shown the
 * import's credential, or the one of the connector that it is to replace.
 */
export function createListTools({
  clock,
  credentials,
  openChannel,
  sender,
  store,
  vault,
}: {
  clock: Clock;
  credentials: UpstreamCredentials;
  openChannel: (server: McpServer) => OpenChannel;
  sender: Sender;
  store: Store;
  vault: Pick<Vault, 'openOfImport'>;
}): ImportRoom['listTools'] {
  async function partsOf(
    row: ImportRow,
    audience: string,
  ): Promise<Awaited<ReturnType<UpstreamCredentials['partsFor']>>> {
    const credential = vault.openOfImport(row.id, row);
    if (credential !== undefined) {
      const parts = staticParts(credential);
      return parts === undefined ? fail({ kind: 'nobody' }) : ok(parts);
    }
    const { slug } = row.settings as unknown as ImportSettings;
    const existing = slug === null ? undefined : await store.connectors.findVisible(row.orgId, slug);
    if (existing === undefined || existing.orgId !== row.orgId) return ok(NOTHING);
    return credentials.partsFor({ connectorId: existing.id, orgId: row.orgId, audience }, undefined);
  }

  return async (row, signal) => {
    const source = importSourceSchema.parse(row.source);
    if (source.kind !== 'mcp') throw new Error('this import is no MCP server');
    const { transport, url } = source;
    const clients = createMcpClients({
      clock,
      credentials: { partsFor: () => partsOf(row, url), refused: () => Promise.resolve(false) },
      onToolsChanged: () => {},
      openChannel,
      sender,
    });
    try {
      const server: McpServer = {
        // It counts as a connector of its own as long as it is asked.
        id: row.id as unknown as ConnectorId,
        orgId: row.orgId,
        slug: 'import',
        baseUrl: url,
        upstream: { transport, url },
        reach: 'public',
      };
      return await clients.listTools(server, undefined, signal);
    } finally {
      clients.close();
    }
  };
}
