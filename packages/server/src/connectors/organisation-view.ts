import type { Catalogue } from '@latchkey/tools';
import type { Resource } from '../kernel/resource.ts';
import type { Connector } from '../store/queries/connectors.ts';
import { joinTools, modeOfAll, type Share } from './joined-tools.ts';
import { withOwnServers } from './own-server.ts';
import { createRoutes, type Routes } from './routes.ts';
import { createToolSet, type ConnectorTarget, type ToolSet } from './tool-set.ts';
import { createToolsets, type Toolsets } from './toolsets.ts';

/** One connector as an organisation sees it: its tools under their own names, its operations by path. */
export interface ConnectorView {
  readonly target: ConnectorTarget;
  readonly toolSet: ToolSet;
  readonly routes: Routes;
}

export interface ToolCounts {
  readonly read: number;
  readonly full: number;
  readonly consumesCredits: boolean;
}

/** All that an organisation can reach. Never changes: a newer one takes its place. */
export interface OrganisationView {
  readonly toolSet: ToolSet;
  readonly connectors: ReadonlyMap<string, ConnectorView>;
  readonly toolsets: Toolsets;
}

/** An organisation's own connectors shadow the shared ones of the same slug. Ordered by slug. */
export function unshadowed(connectors: readonly Connector[]): Connector[] {
  const bySlug = new Map<string, Connector>();
  for (const connector of connectors) {
    if (connector.orgId !== null || !bySlug.has(connector.slug)) bySlug.set(connector.slug, connector);
  }
  return [...bySlug.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

export function createOrganisationView(
  parts: readonly { readonly connector: Connector; readonly catalogue: Catalogue }[],
): OrganisationView {
  const views = parts.map(({ connector, catalogue }) => createConnectorView(connector, catalogue));
  const shares = views.map(({ share }) => share);
  const catalogues = parts.map(({ catalogue }) => catalogue);
  return {
    toolSet: joinTools(shares, modeOfAll),
    connectors: new Map(views.map(({ view }) => [view.target.slug, view])),
    toolsets: createToolsets(
      catalogues.map(({ toolsets = [] }, index) => ({ toolsets, share: shares[index] })),
    ),
  };
}

/** What a place at the MCP door offers; undefined: there is nothing. */
export function toolSetAt(view: OrganisationView, resource: Resource): ToolSet | undefined {
  switch (resource.kind) {
    case 'any':
    case 'organisation':
      return view.toolSet;
    case 'connector':
      return view.connectors.get(resource.connector)?.toolSet;
    case 'toolset':
      return view.toolsets.get(resource.toolset)?.toolSet;
  }
}

export function countTools({ readOnlyTools, tools }: ToolSet): ToolCounts {
  return {
    read: readOnlyTools.length,
    full: tools.length,
    consumesCredits: tools.some(({ tool }) => tool.consumesCredits === true),
  };
}

function createConnectorView(
  connector: Connector,
  published: Catalogue,
): { view: ConnectorView; share: Share } {
  const { id, slug, name } = connector;
  const catalogue = withOwnServers(published, connector.baseUrl);
  const { docsUrl, mode, pinned } = catalogue;
  const target: ConnectorTarget = { id, slug, name, baseUrl: connector.baseUrl.replace(/\/+$/, '') };
  const tools = catalogue.tools.map((tool) => ({ name: tool.name, tool, target }));
  const api = { name, docsUrl };
  const view = {
    target,
    toolSet: createToolSet(tools, { mode, pinned, apis: [api] }),
    routes: createRoutes(catalogue),
  };
  return { view, share: { tools, api, mode, pinned } };
}
