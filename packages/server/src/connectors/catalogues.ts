import type { Catalogue, CatalogueMode } from '@latchkey/tools';
import { LRUCache } from 'lru-cache';
import type { OrganisationId } from '../kernel/ids.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Store } from '../store/store.ts';
import { mcpUpstreamSchema } from '../upstreams/upstream.ts';
import type { McpCatalogue } from './mcp-catalogue.ts';
import {
  countTools,
  createOrganisationView,
  unshadowed,
  type OrganisationView,
  type Published,
  type ToolCounts,
} from './organisation-view.ts';

export interface Offering {
  readonly mode: CatalogueMode;
  /** What an operator has to know of it. */
  readonly warning?: string | undefined;
  readonly toolsets: readonly string[];
}

export interface Catalogues {
  /** What an organisation offers now; from memory until `invalidate`. */
  of(orgId: OrganisationId): Promise<OrganisationView>;
  /** How many tools each level of access reaches in an organisation. */
  toolCounts(orgId: OrganisationId): Promise<ToolCounts>;
  /** How an organisation's tools are offered at its own URL, and the slugs of its toolsets. */
  offeringOf(orgId: OrganisationId): Promise<Offering>;
  /** Called by the change feed with the id of an organisation, or `*` when a shared connector changed. */
  invalidate(subject: string): void;
}

const ORGANISATIONS_MAX = 20_000;
const VIEWS_MAX = 500;

export function createCatalogues({ store }: { store: Store }): Catalogues {
  const current = new LRUCache<OrganisationId, Promise<OrganisationView>>({ max: ORGANISATIONS_MAX });
  // Organisations that have only shared connectors see the same thing: it is kept once for all of them.
  const views = new LRUCache<string, OrganisationView>({ max: VIEWS_MAX });

  async function load(orgId: OrganisationId): Promise<OrganisationView> {
    const connectors = unshadowed(await store.connectors.listVisibleTo(orgId));
    const signature = JSON.stringify(
      connectors.map(({ id, slug, name, kind, baseUrl, upstream, catalogueHash }) => [
        id,
        slug,
        name,
        kind,
        baseUrl,
        upstream,
        catalogueHash,
      ]),
    );
    const known = views.get(signature);
    if (known !== undefined) return known;
    const view = createOrganisationView(await Promise.all(connectors.map(withCatalogue)));
    views.set(signature, view);
    return view;
  }

  async function withCatalogue(connector: Connector): Promise<Published> {
    const body = await store.connectors.getCatalogue(connector.catalogueHash);
    if (body === undefined) throw new Error(`the catalogue of connector ${connector.id} is missing`);
    // Written by us alone, from a value of this type.
    if (connector.kind === 'openapi')
      return { kind: 'api', connector, catalogue: JSON.parse(body) as Catalogue };
    const upstream = mcpUpstreamSchema.parse(connector.upstream);
    return { kind: 'mcp', connector, upstream, catalogue: JSON.parse(body) as McpCatalogue };
  }

  function of(orgId: OrganisationId): Promise<OrganisationView> {
    const known = current.get(orgId);
    if (known !== undefined) return known;
    const loading = load(orgId);
    current.set(orgId, loading);
    loading.catch(() => {
      // A failure is not kept; a younger attempt may already stand in its place.
      if (current.peek(orgId) === loading) current.delete(orgId);
    });
    return loading;
  }

  return {
    of,
    toolCounts: async (orgId) => countTools((await of(orgId)).toolSet),
    async offeringOf(orgId) {
      const { toolSet, toolsets } = await of(orgId);
      const { mode, warning } = toolSet.offer();
      return { mode, warning, toolsets: toolsets.slugs };
    },
    invalidate(subject) {
      if (subject === '*') current.clear();
      else current.delete(subject as OrganisationId);
    },
  };
}
