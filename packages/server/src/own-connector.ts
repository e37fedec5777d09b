import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from './connectors/import-connector.ts';
import type { ConnectorId, OrganisationId } from './kernel/ids.ts';
import { fail, ok, type Result } from './kernel/result.ts';
import type { Store } from './store/store.ts';

/** Our own API as an upstream: the base URL of the connector, and so the audience of its assertions. */
export function ownApiUrl(webBaseUrl: string): string {
  return `${webBaseUrl}/portal/v1`;
}

/** Our own API as a model may use it. */
export interface OwnApi {
  readonly baseUrl: string;
  /** OpenAPI, as JSON. */
  readonly document: string;
}

/** Publishes Latchkey as a connector of its own. The failure is a sentence. */
export async function publishOwnConnector(
  store: Store,
  { baseUrl, document }: OwnApi,
  connector: {
    readonly orgId: OrganisationId | null;
    readonly slug: string;
    readonly name: string;
    readonly newWriteTools?: 'wait' | 'allow' | undefined;
  },
): Promise<Result<{ connectorId: ConnectorId; tools: number }, string>> {
  const imported = await importConnector(store, {
    ...connector,
    // A later version of ours may bring some that nobody here has seen.
    newWriteTools: connector.newWriteTools ?? 'wait',
    baseUrl,
    document,
    compile: compileCatalogue,
  });
  if (!imported.ok) return fail(imported.error.message);
  return ok({ connectorId: imported.value.connectorId, tools: imported.value.catalogue.tools.length });
}
