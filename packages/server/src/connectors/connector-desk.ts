import { recordEvent } from '../audit/record-event.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Store } from '../store/store.ts';
import { readCredential } from '../upstreams/credentials/read-credential.ts';
import { mcpUpstreamSchema } from '../upstreams/upstream.ts';
import { viewOf, type CredentialView } from './imports/credential-view.ts';
import { withReach } from './imports/imports.ts';
import type { By, ImportRoom } from './imports/room.ts';
import { importSourceSchema, type ImportSource } from './imports/sources.ts';
import type { ToolDesk } from './tool-desk.ts';

/** A connector as its own page shows it. */
export interface ConnectorOverview {
  readonly connector: Connector;
  readonly isShared: boolean;
  readonly source: ImportSource | null;
  readonly credential: CredentialView;
  readonly tools: { readonly read: number; readonly full: number; readonly waiting: number };
  readonly isEnabled: boolean;
  /** What deleting it ends. */
  readonly effect: { readonly tools: number; readonly connections: number; readonly accounts: number };
}

export type ConnectorFault =
  | { readonly kind: 'absent' | 'forbidden' | 'declared_by_operator' | 'published' }
  | { readonly kind: 'invalid'; readonly message: string };

export interface ConnectorDesk {
  find(
    organisation: { readonly id: OrganisationId; readonly slug: string },
    slug: string,
  ): Promise<ConnectorOverview | undefined>;
  /** As people write it. */
  setCredential(
    by: By,
    slug: string,
    given: Readonly<Record<string, unknown>>,
  ): Promise<Result<void, ConnectorFault>>;
  /** With its tools, rules, versions and credential; people's accounts there are given back. */
  remove(by: By, slug: string, baseVersion: number | null): Promise<Result<void, ConnectorFault>>;
}

/** Where admins look at a connector of theirs as a whole, and end it. */
export function createConnectorDesk({
  clock,
  mayManage,
  mcpBaseUrl,
  onAccountsEnded,
  store,
  toolDesk,
  vault,
}: Pick<ImportRoom, 'clock' | 'mayManage' | 'vault'> & {
  store: Store;
  mcpBaseUrl: string;
  toolDesk: Pick<ToolDesk, 'find'>;
  /** Tokens wait to be given back. */
  onAccountsEnded: () => void;
}): ConnectorDesk {
  async function credentialOf({ id, kind }: Connector): Promise<CredentialView> {
    const row = await store.upstreamCredentials.find(id);
    if (row?.credential) return viewOf(row.credential);
    return { kind: kind === 'openapi' ? 'assertion' : 'none', origin: null, label: null, hasSecret: false };
  }

  return {
    async find(organisation, slug) {
      const connector = await store.connectors.findVisible(organisation.id, slug);
      const onDesk = await toolDesk.find(organisation.id, slug);
      if (connector === undefined || onDesk === undefined) return undefined;
      const { id, orgId, version } = connector;
      const place = `/mcp/${organisation.slug}/c/${slug}`;
      const latest = version === null ? undefined : await store.connectorVersions.find(id, version);
      const hung = await store.connectorVersions.countEffect(organisation.id, id, [
        place,
        mcpBaseUrl + place,
      ]);
      const count = (access: 'read' | 'full'): number =>
        onDesk.tools.filter(({ ruling }) => ruling.access === access).length;
      return {
        connector,
        isShared: orgId === null,
        source: orgId === null || latest?.source == null ? null : importSourceSchema.parse(latest.source),
        credential: await credentialOf(connector),
        tools: {
          read: count('read'),
          full: count('full'),
          waiting: onDesk.tools.filter(({ ruling }) => ruling.waiting).length,
        },
        isEnabled: onDesk.said.enabled ?? true,
        effect: { tools: onDesk.tools.length, ...hung },
      };
    },

    async setCredential(by, slug, given) {
      const read = readCredential(withReach(given));
      if (!read.ok) return fail({ kind: 'invalid', message: read.error });
      const { orgId, requestId, userId } = by;
      return store.transaction(async (queries) => {
        if (!mayManage(await queries.people.roleOf(orgId, userId))) return fail({ kind: 'forbidden' });
        const connector = await queries.connectors.lockBySlug(orgId, slug);
        const fault = await whyNot(queries, orgId, slug, connector);
        if (connector === undefined || fault !== undefined) return fail({ kind: fault ?? 'absent' });
        await vault.setIn(queries, {
          connectorId: connector.id,
          orgId,
          audience: audienceOf(connector),
          credential: read.value,
          actor: { kind: 'user', id: userId },
          requestId,
        });
        return ok(undefined);
      });
    },

    async remove(by, slug, baseVersion) {
      const { orgId, requestId, userId } = by;
      const removed = await store.transaction<Result<void, ConnectorFault>>(async (queries) => {
        if (!mayManage(await queries.people.roleOf(orgId, userId))) return fail({ kind: 'forbidden' });
        const connector = await queries.connectors.lockBySlug(orgId, slug);
        const fault = await whyNot(queries, orgId, slug, connector);
        if (connector === undefined || fault !== undefined) return fail({ kind: fault ?? 'absent' });
        if (connector.version !== baseVersion) return fail({ kind: 'published' });
        const { id } = connector;
        const accounts = await queries.upstreamAccounts.disconnectAll(orgId, id, 'connector_deleted');
        await queries.connectors.remove(orgId, id);
        await queries.changes.add('connector', orgId);
        await queries.changes.add('credential', id);
        await recordEvent(queries, clock, {
          orgId,
          action: 'connector.deleted',
          actor: { kind: 'user', id: userId },
          target: id,
          requestId,
          outcome: 'ok',
          detail: { slug, name: connector.name, version: connector.version, accounts },
        });
        return ok(undefined);
      });
      if (removed.ok) onAccountsEnded();
      return removed;
    },
  };
}

/** Undefined: nothing is against it. */
async function whyNot(
  queries: Pick<Store, 'connectors'>,
  orgId: OrganisationId,
  slug: string,
  connector: Connector | undefined,
): Promise<'absent' | 'declared_by_operator' | undefined> {
  if (connector !== undefined) return connector.managedBy === 'operator' ? 'declared_by_operator' : undefined;
  const shared = await queries.connectors.findVisible(orgId, slug);
  return shared === undefined ? 'absent' : 'declared_by_operator';
}

/** Whom a credential of a connector is for. */
export function audienceOf({ baseUrl, kind, upstream }: Connector): string {
  if (kind === 'openapi') return baseUrl;
  const server = mcpUpstreamSchema.parse(upstream);
  return server.transport === 'stdio' ? baseUrl : server.url;
}
