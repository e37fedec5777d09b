import type { Catalogue, CatalogueMode, ToolFace } from '@latchkey/tools';
import { LRUCache } from 'lru-cache';
import type { Role } from '../kernel/access.ts';
import { createCacheFigures, type CacheFigures } from '../kernel/cache-figures.ts';
import { inTime } from '../kernel/in-time.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { andThen, type Soon } from '../kernel/soon.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Store } from '../store/store.ts';
import { mcpUpstreamSchema } from '../upstreams/upstream.ts';
import type { McpCatalogue } from './mcp-catalogue.ts';
import { createToolRules, type Ruling, type ToolRules } from './tool-rules.ts';
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

export interface InventoryEntry {
  readonly connector: Connector;
  readonly tools: readonly { readonly tool: ToolFace; readonly ruling: Ruling }[];
}

export interface Catalogues {
  /** What an organisation offers now to its people of that role; at once, from memory, until `invalidate`. */
  of(orgId: OrganisationId, role: Role): Soon<OrganisationView>;
  /** How many tools each level of access reaches in an organisation. */
  toolCounts(orgId: OrganisationId, role: Role): Promise<ToolCounts>;
  /** How an organisation's tools are offered at its own URL, and the slugs of its toolsets. */
  offeringOf(orgId: OrganisationId, role: Role): Promise<Offering>;
  /** All that it has, also what it keeps from everybody, and what becomes of each. */
  inventory(orgId: OrganisationId): Promise<readonly InventoryEntry[]>;
  /** The same of the connector of that slug alone. */
  inventoryOf(orgId: OrganisationId, slug: string): Promise<InventoryEntry | undefined>;
  /** Called by the change feed with the id of an organisation, or `*` when a shared connector changed. */
  invalidate(subject: string): void;
  /** Of what is remembered of organisations. */
  readonly figures: CacheFigures;
}

const ORGANISATIONS_MAX = 20_000;
const VIEWS_MAX = 500;

/** What an organisation has, before it is looked at by anybody. */
interface Stock {
  readonly connectors: readonly Connector[];
  readonly rules: ToolRules;
  readonly signature: string;
  /** Its views by the role that sees them: each call asks here, and signatures are long. */
  readonly views: Map<Role | '*', Soon<OrganisationView>>;
}

export function createCatalogues({
  mayCache = () => true,
  store,
}: {
  store: Store;
  /** False while this node cannot hear what others change: then each call asks what there is. */
  mayCache?: () => boolean;
}): Catalogues {
  const current = new LRUCache<OrganisationId, Stock | Promise<Stock>>({ max: ORGANISATIONS_MAX });
  // Organisations that have only shared connectors see the same thing: it is kept once for all of them.
  const views = new LRUCache<string, OrganisationView | Promise<OrganisationView>>({ max: VIEWS_MAX });
  const figures = createCacheFigures(() => current.size);

  async function load(orgId: OrganisationId): Promise<Stock> {
    const [visible, stored, waiting] = await inTime(
      Promise.all([
        store.connectors.listVisibleTo(orgId),
        store.toolRules.list(orgId),
        store.toolRules.listWaiting(orgId),
      ]),
    );
    const connectors = unshadowed(visible);
    const rules = createToolRules(stored, waiting);
    const signature = JSON.stringify([
      rules.signature,
      connectors.map(({ id, slug, name, kind, baseUrl, upstream, catalogueHash, managedBy }) => [
        id,
        slug,
        name,
        kind,
        baseUrl,
        upstream,
        catalogueHash,
        managedBy,
      ]),
    ]);
    return { connectors, rules, signature, views: new Map() };
  }

  function viewOf(stock: Stock, role: Role): Soon<OrganisationView> {
    const { connectors, rules, signature } = stock;
    const seer = rules.knowRoles ? role : '*';
    return kept<Role | '*', OrganisationView>(stock.views, seer, () =>
      kept<string, OrganisationView>(views, `${seer} ${signature}`, async () =>
        createOrganisationView(await Promise.all(connectors.map(withCatalogue)), rules, role),
      ),
    );
  }

  async function withCatalogue(connector: Connector): Promise<Published> {
    const body = await inTime(store.connectors.getCatalogue(connector.catalogueHash));
    if (body === undefined) {
      // Another one may have taken its place since the connector was read.
      const again = await store.connectors.find(connector.id);
      if (again !== undefined && again.catalogueHash !== connector.catalogueHash) return withCatalogue(again);
    }
    if (body === undefined) throw new Error(`the catalogue of connector ${connector.id} is missing`);
    // Written by us alone, from a value of this type.
    if (connector.kind === 'openapi')
      return { kind: 'api', connector, catalogue: JSON.parse(body) as Catalogue };
    const upstream = mcpUpstreamSchema.parse(connector.upstream);
    return { kind: 'mcp', connector, upstream, catalogue: JSON.parse(body) as McpCatalogue };
  }

  function stockOf(orgId: OrganisationId): Soon<Stock> {
    // What it looks like is remembered by its content, and stays.
    if (!mayCache()) current.delete(orgId);
    if (current.has(orgId)) figures.hits += 1;
    else figures.misses += 1;
    return kept<OrganisationId, Stock>(current, orgId, () => load(orgId));
  }

  function of(orgId: OrganisationId, role: Role): Soon<OrganisationView> {
    return andThen(stockOf(orgId), (stock) => viewOf(stock, role));
  }

  async function entryOf(connector: Connector, { rules }: Stock): Promise<InventoryEntry> {
    const { catalogue } = await withCatalogue(connector);
    const owner = { id: connector.id, isShared: connector.orgId === null };
    return {
      connector,
      tools: catalogue.tools.map((tool) => ({ tool, ruling: rules.rulingOn(owner, tool) })),
    };
  }

  return {
    figures,
    of,
    toolCounts: async (orgId, role) => countTools((await of(orgId, role)).toolSet),
    async offeringOf(orgId, role) {
      const { toolSet, toolsets } = await of(orgId, role);
      const { mode, warning } = toolSet.offer();
      return { mode, warning, toolsets: toolsets.slugs };
    },
    async inventory(orgId) {
      const stock = await stockOf(orgId);
      return Promise.all(stock.connectors.map((connector) => entryOf(connector, stock)));
    },
    async inventoryOf(orgId, slug) {
      const stock = await stockOf(orgId);
      const connector = stock.connectors.find((one) => one.slug === slug);
      return connector && entryOf(connector, stock);
    },
    invalidate(subject) {
      if (subject === '*') current.clear();
      else current.delete(subject as OrganisationId);
    },
  };
}

/**
 * Made once for all who ask at the same time, and there at once for those who ask later. A failure is not kept; a
 * younger attempt may stand in its place by then.
 */
function kept<K, V extends object>(
  cache: {
    get(key: K): Soon<V> | undefined;
    set(key: K, value: Soon<V>): unknown;
    delete(key: K): boolean;
  },
  key: K,
  make: () => Soon<V>,
): Soon<V> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const making = make();
  cache.set(key, making);
  if (making instanceof Promise)
    making.then(
      (made) => {
        if (cache.get(key) === making) cache.set(key, made);
      },
      () => {
        if (cache.get(key) === making) cache.delete(key);
      },
    );
  return making;
}
