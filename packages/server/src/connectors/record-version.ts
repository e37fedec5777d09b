import type { ConnectorVersion, NewVersion } from '../store/queries/connector-versions.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Queries } from '../store/store.ts';

/**
 * Remembers what a connector is published as, in the transaction that publishes it. What is the same as the version
 * before is no new one: a service that starts publishes again what its file declares.
 */
export async function recordVersion(
  queries: Pick<Queries, 'connectorVersions'>,
  connector: Pick<Connector, 'id' | 'version'>,
  version: NewVersion,
): Promise<number> {
  const before =
    connector.version === null
      ? undefined
      : await queries.connectorVersions.find(connector.id, connector.version);
  if (before !== undefined && isSame(before, version)) return before.number;
  return queries.connectorVersions.add(connector.id, version);
}

function isSame(before: ConnectorVersion, version: NewVersion): boolean {
  return (
    (version.madeBy ?? null) === null &&
    before.madeBy === null &&
    before.kind === version.kind &&
    before.name === version.name &&
    before.baseUrl === version.baseUrl &&
    before.newWriteTools === version.newWriteTools &&
    before.catalogueHash === (version.catalogueHash ?? null)
  );
}
