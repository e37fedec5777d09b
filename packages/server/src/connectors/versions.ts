import { lockOf, readLock, withFormerNames, type Catalogue } from '@latchkey/tools';
import { recordEvent } from '../audit/record-event.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { ConnectorVersion } from '../store/queries/connector-versions.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Queries } from '../store/store.ts';
import { originOfHeld } from './imports/credential-view.ts';
import { diffOf, type ToolDiff } from './imports/diff.ts';
import { fieldChanges, type FieldChange } from './imports/reading.ts';
import type { By, ImportRoom } from './imports/room.ts';
import { compiledFrom } from './imports/work.ts';

export interface ListedVersion {
  readonly version: ConnectorVersion;
  readonly madeByName: string | null;
  readonly isCurrent: boolean;
  readonly canRollBack: boolean;
}

export interface VersionDiff {
  readonly tools: ToolDiff;
  readonly connector: readonly FieldChange[];
}

export type RollBackFault =
  | 'absent'
  | 'forbidden'
  | 'declared_by_operator'
  | 'no_such_version'
  | 'not_possible'
  | 'published'
  | 'credential_elsewhere';

export interface Versions {
  /** Undefined: there is no such connector. Newest first. */
  list(
    orgId: OrganisationId,
    slug: string,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<ListedVersion[] | undefined>;
  diff(
    orgId: OrganisationId,
    slug: string,
    range: { readonly from: number; readonly to: number },
  ): Promise<Result<VersionDiff, 'absent' | 'no_such_version' | 'not_possible'>>;
  /** The tools of an earlier version come back as a new one. */
  rollBack(
    by: By,
    slug: string,
    wish: { readonly to: number; readonly baseVersion: number; readonly note: string },
  ): Promise<Result<{ readonly version: number }, RollBackFault>>;
}

class Refused extends Error {
  readonly fault: RollBackFault;
  constructor(fault: RollBackFault) {
    super(fault);
    this.fault = fault;
  }
}

/** What connectors were, and the way back. */
export function createVersions({
  clock,
  mayManage,
  store,
}: Pick<ImportRoom, 'clock' | 'mayManage' | 'store'>): Versions {
  async function compiledOf({ catalogueHash, kind }: ConnectorVersion) {
    const body = catalogueHash === null ? undefined : await store.connectors.getCatalogue(catalogueHash);
    return body === undefined ? undefined : compiledFrom({ kind }, { catalogue: body, places: null });
  }

  async function rollBackIn(
    queries: Queries,
    { orgId, requestId, userId }: By,
    slug: string,
    { baseVersion, note, to }: { readonly to: number; readonly baseVersion: number; readonly note: string },
  ): Promise<{ version: number }> {
    if (!mayManage(await queries.people.roleOf(orgId, userId))) throw new Refused('forbidden');
    const connector = await queries.connectors.lockBySlug(orgId, slug);
    if (connector === undefined) {
      const shared = await queries.connectors.findVisible(orgId, slug);
      throw new Refused(shared === undefined ? 'absent' : 'declared_by_operator');
    }
    if (connector.managedBy === 'operator') throw new Refused('declared_by_operator');
    if (connector.version !== baseVersion) throw new Refused('published');
    const target = await queries.connectorVersions.find(connector.id, to);
    if (target === undefined) throw new Refused('no_such_version');
    const { baseUrl, catalogueHash, documentSha256, name, newWriteTools, settings, source, tools } = target;
    if (catalogueHash === null || target.kind !== 'openapi' || connector.kind !== 'openapi')
      throw new Refused('not_possible');
    const origin = await originOfHeld(queries, connector.id);
    if (origin !== undefined && new URL(baseUrl).origin !== origin) throw new Refused('credential_elsewhere');
    const body = await queries.connectors.getCatalogue(catalogueHash);
    if (body === undefined) throw new Refused('not_possible');
    // Written by us alone, from a value of this type.
    const earlier = JSON.parse(body) as Catalogue;
    const lockText = await queries.connectors.getNameLock(orgId, slug);
    const read = lockText === undefined ? undefined : readLock(lockText, clock.nowMs());
    const lock = read?.ok === true ? read.value : undefined;
    const catalogue = lock === undefined ? earlier : withFormerNames(earlier, lock);
    await queries.connectors.putCatalogue(catalogue.hash, JSON.stringify(catalogue));
    await queries.connectors.publish({
      id: connector.id,
      orgId,
      slug,
      name,
      kind: 'openapi',
      baseUrl,
      newWriteTools,
      catalogueHash: catalogue.hash,
      managedBy: 'organisation',
    });
    const version = await queries.connectorVersions.add(connector.id, {
      kind: 'openapi',
      name,
      baseUrl,
      catalogueHash: catalogue.hash,
      tools,
      newWriteTools,
      documentSha256,
      source,
      settings,
      madeBy: userId,
      note,
      rolledBackTo: to,
    });
    // Who rolls back has seen these tools once already: none begins to wait.
    await queries.toolRules.know(connector.id, catalogue.tools, false);
    const names = lockOf(catalogue, lock, clock.nowMs());
    await queries.connectors.putNameLock(connector.id, JSON.stringify(names));
    await queries.changes.add('connector', orgId);
    await recordEvent(queries, clock, {
      orgId,
      action: 'connector.rolled_back',
      actor: { kind: 'user', id: userId },
      target: connector.id,
      requestId,
      outcome: 'ok',
      detail: { slug, from: baseVersion, to, version, note },
    });
    return { version };
  }

  return {
    async list(orgId, slug, page) {
      const connector = await store.connectors.findVisible(orgId, slug);
      if (connector === undefined) return undefined;
      const rows = await store.connectorVersions.list(connector.id, page);
      return rows.map(({ byName, ...version }) => ({
        version,
        // Who published a shared connector is not for its organisations to know.
        madeByName: connector.orgId === null ? null : byName,
        isCurrent: version.number === connector.version,
        canRollBack: canRollBack(connector, version),
      }));
    },

    async diff(orgId, slug, { from, to }) {
      const connector = await store.connectors.findVisible(orgId, slug);
      if (connector === undefined) return fail('absent');
      const [before, after] = await Promise.all([
        store.connectorVersions.find(connector.id, from),
        store.connectorVersions.find(connector.id, to),
      ]);
      if (before === undefined || after === undefined) return fail('no_such_version');
      const [old, now] = await Promise.all([compiledOf(before), compiledOf(after)]);
      if (now === undefined || old === undefined) return fail('not_possible');
      return ok({ tools: diffOf(old, now), connector: fieldChanges(before, after) });
    },

    async rollBack(by, slug, wish) {
      try {
        return ok(await store.transaction((queries) => rollBackIn(queries, by, slug, wish)));
      } catch (error) {
        if (error instanceof Refused) return fail(error.fault);
        throw error;
      }
    },
  };
}

function canRollBack(
  { kind, managedBy, orgId, version: current }: Connector,
  version: ConnectorVersion,
): boolean {
  return (
    orgId !== null &&
    managedBy === 'organisation' &&
    kind === 'openapi' &&
    version.kind === 'openapi' &&
    version.catalogueHash !== null &&
    version.number !== current
  );
}
