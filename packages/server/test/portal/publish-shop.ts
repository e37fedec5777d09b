import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import type { Store } from '../../src/store/store.ts';

/** Operations of the shop, by `operationId method`. */
export type ShopOperations = Record<string, { summary?: string }>;

/** Publishes an organisation's connector `shop`, whose new write tools wait for an admin. */
export async function publishShop(
  store: Store,
  orgId: OrganisationId,
  operations: ShopOperations,
): Promise<void> {
  const paths = Object.fromEntries(
    Object.entries(operations).map(([operation, more]) => {
      const [operationId = '', method = 'get'] = operation.split(' ');
      const responses = { 200: { description: 'ok' } };
      return [`/${operationId}`, { [method]: { operationId, responses, ...more } }];
    }),
  );
  const imported = await importConnector(store, {
    orgId,
    slug: 'shop',
    name: 'The shop',
    baseUrl: 'http://127.0.0.1:9',
    document: JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop', version: '1' }, paths }),
    compile: compileCatalogue,
    newWriteTools: 'wait',
  });
  if (!imported.ok) throw new Error(imported.error.message);
}
