import type { Catalogue } from '@latchkey/tools';
import type { McpUpstream } from '../upstreams/upstream.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Connector } from '../store/queries/connectors.ts';
import { joinTools, modeOfAll, type Share } from './joined-tools.ts';
import { withOwnServers } from './own-server.ts';
import { createRoutes, type Routes } from './routes.ts';
import type { McpCatalogue } from './mcp-catalogue.ts';
import {
  createToolSet,
  type BoundTool,
  type ConnectorTarget,
  type McpTarget,
  type ToolSet,
} from './tool-set.ts';
import { createToolsets, type Toolsets } from './toolsets.ts';

/** One API as an organisation sees it: its tools under their own names, its operations by path. */
export interface ApiView {
  readonly kind: 'api';
  readonly target: ConnectorTarget;
  readonly toolSet: ToolSet;
  readonly routes: Routes;
}

/** One MCP server as an organisation sees it: the tools of the snapshot under their own names. */
export interface McpView {
  readonly kind: 'mcp';
  readonly target: McpTarget;
  readonly toolSet: ToolSet;
}

export type ConnectorView = ApiView | McpView;

/** A connector and what it offers. */
export type Published =
  | { readonly kind: 'api'; readonly connector: Connector; readonly catalogue: Catalogue }
  | {
      readonly kind: 'mcp';
      readonly connector: Connector;
      readonly upstream: McpUpstream;
      readonly catalogue: McpCatalogue;
    };

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

export function createOrganisationView(parts: readonly Published[]): OrganisationView {
  const views = parts.map((part) => (part.kind === 'api' ? apiView(part) : mcpView(part)));
  const shares = views.map(({ share }) => share);
  return {
    toolSet: joinTools(shares, modeOfAll),
    connectors: new Map(views.map(({ view }) => [view.target.slug, view])),
    toolsets: createToolsets(
      parts.map((part, index) => ({
        toolsets: part.kind === 'api' ? (part.catalogue.toolsets ?? []) : [],
        share: shares[index],
      })),
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

interface Seen {
  readonly view: ConnectorView;
  readonly share: Share;
}

function apiView({ catalogue: published, connector }: Extract<Published, { kind: 'api' }>): Seen {
  const catalogue = withOwnServers(published, connector.baseUrl);
  const { docsUrl, mode, pinned } = catalogue;
  const target = targetOf(connector);
  const tools = catalogue.tools.map((tool): BoundTool => ({ kind: 'api', name: tool.name, tool, target }));
  const api = { name: connector.name, docsUrl };
  const toolSet = createToolSet(tools, { mode, pinned, apis: [api] });
  return {
    view: { kind: 'api', target, toolSet, routes: createRoutes(catalogue) },
    share: { tools, api, mode, pinned },
  };
}

function mcpView({ catalogue, connector, upstream }: Extract<Published, { kind: 'mcp' }>): Seen {
  const target: McpTarget = { ...targetOf(connector), upstream };
  const tools = catalogue.tools.map((tool): BoundTool => ({ kind: 'mcp', name: tool.name, tool, target }));
  const api = { name: connector.name };
  return {
    view: { kind: 'mcp', target, toolSet: createToolSet(tools, { mode: 'full', apis: [api] }) },
    share: { tools, api },
  };
}

function targetOf({ baseUrl, id, name, orgId, slug }: Connector): ConnectorTarget {
  return { id, orgId, slug, name, baseUrl: baseUrl.replace(/\/+$/, '') };
}
