import type { AuditEntry } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, type ConnectorId, type OrganisationId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Store } from '../store/store.ts';
import type { SealedEnvironment } from '../upstreams/sealed-environment.ts';
import { mcpUpstreamSchema, type McpUpstream } from '../upstreams/upstream.ts';
import { NO_TOOLS_YET } from './mcp-catalogue.ts';
import { recordVersion } from './record-version.ts';
import { isSlug, SLUG_WANTED } from './slug.ts';

/** An MCP server that is to stand behind us. */
export interface McpSource {
  /** Null: shared by all organisations. */
  readonly orgId: OrganisationId | null;
  readonly slug: string;
  readonly name: string;
  /** With its environment in the clear. */
  readonly upstream: McpUpstream;
  /** What becomes of tools that may write and come later. Default `wait`. */
  readonly newWriteTools?: 'wait' | 'allow' | undefined;
  /** Who publishes it; unset: the service itself. */
  readonly actor?: AuditEntry['actor'];
}

export type PublishMcp = (
  source: McpSource,
) => Promise<Result<{ readonly connectorId: ConnectorId }, { readonly message: string }>>;

/**
 * Publishes an MCP server as the connector of a slug: at once, everywhere, or not at all. The server is not asked for
 * anything: what is known of its tools stays while it is the same server, and is nothing for another one.
 */
export function createPublishMcp({
  store,
  environment,
  clock,
}: {
  store: Store;
  environment: SealedEnvironment;
  clock: Clock;
}): PublishMcp {
  /** As it is stored already, if it is the same: a value sealed again would look like another one. */
  function keptUpstream(existing: Connector | undefined, { upstream }: McpSource): McpUpstream | undefined {
    if (existing?.kind !== 'mcp') return undefined;
    const stored = mcpUpstreamSchema.parse(existing.upstream);
    try {
      return isSame(environment.open(stored, existing), upstream) ? stored : undefined;
    } catch {
      // Sealed with a master secret that is gone.
      return undefined;
    }
  }

  return async (source) => {
    const { actor = { kind: 'system' }, name, newWriteTools = 'wait', orgId, slug } = source;
    if (!isSlug(slug)) return fail({ message: SLUG_WANTED });
    const connectorId = await store.transaction(async (queries) => {
      const existing = await queries.connectors.lockBySlug(orgId, slug);
      const upstream = keptUpstream(existing, source) ?? environment.seal(source.upstream, source);
      const isSameServer = existing?.kind === 'mcp' && isSame(existing.upstream, upstream, { values: false });
      const catalogueHash = isSameServer ? existing.catalogueHash : NO_TOOLS_YET.hash;
      if (!isSameServer)
        await queries.connectors.putCatalogue(NO_TOOLS_YET.hash, JSON.stringify(NO_TOOLS_YET));
      const connector = await queries.connectors.publish({
        id: newId('con'),
        orgId,
        slug,
        name,
        kind: 'mcp',
        baseUrl: nameOf(source),
        upstream,
        newWriteTools,
        catalogueHash,
      });
      if (!isSameServer) await queries.mcpSnapshots.forget(connector.id);
      await recordVersion(queries, connector, {
        kind: 'mcp',
        name,
        baseUrl: connector.baseUrl,
        newWriteTools,
      });
      await queries.changes.add('connector', orgId ?? '*');
      await recordEvent(queries, clock, {
        ...(orgId === null ? {} : { orgId }),
        action: 'connector.published',
        actor,
        target: connector.id,
        outcome: 'ok',
        detail: { slug, transport: upstream.transport, catalogue: catalogueHash },
      });
      return connector.id;
    });
    return ok({ connectorId });
  };
}

/** What it is called where an API has its base URL. A query may hold what is not for everybody. */
function nameOf({ slug, upstream }: McpSource): string {
  if (upstream.transport === 'stdio') return `stdio:${slug}`;
  const { origin, pathname } = new URL(upstream.url);
  return origin + pathname;
}

/** The order of fields means nothing, and the database has one of its own. */
function isSame(left: unknown, right: unknown, { values = true } = {}): boolean {
  const plain = (upstream: unknown): string => {
    const parsed = mcpUpstreamSchema.parse(upstream);
    if (parsed.transport !== 'stdio') return JSON.stringify(parsed);
    const { args, command, cwd = null, env } = parsed;
    const variables = values ? Object.entries(env) : Object.keys(env);
    return JSON.stringify([command, args, cwd, variables.map(String).sort()]);
  };
  return plain(left) === plain(right);
}
