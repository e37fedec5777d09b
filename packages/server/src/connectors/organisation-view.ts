import type { Catalogue } from '@latchkey/tools';
import type { Connector } from '../store/queries/connectors.ts';
import { createRoutes, type Routes } from './routes.ts';
import { uniqueNames } from './tool-names.ts';
import { createToolSet, type BoundTool, type ConnectorTarget, type ToolSet } from './tool-set.ts';

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
  readonly counts: ToolCounts;
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
  const all = views.flatMap((view) => view.toolSet.tools);
  const names = uniqueNames(all.map(({ target, name }) => ({ connector: target.slug, name })));
  const toolSet = createToolSet(
    all.map((bound, index): BoundTool => ({ ...bound, name: names[index] ?? bound.name })),
  );
  return {
    toolSet,
    connectors: new Map(views.map((view) => [view.target.slug, view])),
    counts: {
      read: toolSet.readOnlyTools.length,
      full: toolSet.tools.length,
      consumesCredits: toolSet.tools.some(({ tool }) => tool.consumesCredits === true),
    },
  };
}

function createConnectorView(connector: Connector, catalogue: Catalogue): ConnectorView {
  const { id, slug, name } = connector;
  const target: ConnectorTarget = { id, slug, name, baseUrl: connector.baseUrl.replace(/\/+$/, '') };
  return {
    target,
    toolSet: createToolSet(catalogue.tools.map((tool) => ({ name: tool.name, tool, target }))),
    routes: createRoutes(catalogue),
  };
}
