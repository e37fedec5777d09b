import type { Catalogue, ToolFace } from '@latchkey/tools';
import type { McpUpstream } from '../upstreams/upstream.ts';
import type { Role } from '../kernel/access.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Connector } from '../store/queries/connectors.ts';
import { joinTools, modeOfAll, type Share } from './joined-tools.ts';
import { withOwnServers } from './own-server.ts';
import { accessOfSkipped, createRoutes, type Routes } from './routes.ts';
import { reachOf } from './reach.ts';
import { NO_TOOLS_YET, type McpCatalogue } from './mcp-catalogue.ts';
import { withoutHeaders } from './mcp-schema.ts';
import { legalName } from './mcp-tool.ts';
import {
  createToolSet,
  type BoundTool,
  type ConnectorTarget,
  type McpTarget,
  type McpTool,
  type ToolSet,
} from './tool-set.ts';
import { ALL_TOOLS, isOffered, ruled, type JudgedTool, type Ruling, type ToolRules } from './tool-rules.ts';
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
  /** The server has said which tools it has. */
  readonly isListed: boolean;
  /** The snapshot has a tool of this name, be it offered or not. */
  knows(name: string): boolean;
  /** What becomes of a tool that the server has, be it in the snapshot or not: nobody is offered what it denies. */
  rulingOn(tool: JudgedTool): Verdict;
}

export type ConnectorView = ApiView | McpView;

/** A ruling, and what comes of it for who looks. */
export type Verdict = Ruling & { readonly offered: boolean };

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

/** As somebody of that role sees it. */
export function createOrganisationView(
  parts: readonly Published[],
  rules: ToolRules,
  role: Role,
): OrganisationView {
  const views = parts.map((part) => {
    const { id, orgId } = part.connector;
    const rule = (tool: JudgedTool): Verdict => {
      const ruling = rules.rulingOn({ id, isShared: orgId === null }, tool);
      return { ...ruling, offered: isOffered(ruling, role) };
    };
    return part.kind === 'api' ? apiView(part, rule) : mcpView(part, rule);
  });
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

type Rule = (tool: JudgedTool) => Verdict;

function apiView({ catalogue: published, connector }: Extract<Published, { kind: 'api' }>, rule: Rule): Seen {
  const catalogue = withOwnServers(published, connector.baseUrl);
  const { docsUrl, mode, pinned } = catalogue;
  const target = targetOf(connector);
  const judged = catalogue.tools.map((tool) => {
    const verdict = rule(tool);
    return {
      bound: {
        kind: 'api',
        name: tool.name,
        tool: ruled(tool, verdict),
        target,
        ...confirmed(verdict),
      } as const,
      isOffered: verdict.offered,
    };
  });
  const { offered, tools } = sorted(judged);
  const others = catalogue.skipped.map((skip) => {
    // What is no tool has no name to be ruled by: what is said of all tools is said of it.
    const verdict = rule({ name: ALL_TOOLS, access: accessOfSkipped(skip) });
    return { skip: { ...skip, access: verdict.access }, isOffered: verdict.offered };
  });
  const api = { name: connector.name, docsUrl };
  return {
    view: {
      kind: 'api',
      target,
      toolSet: createToolSet([...offered], { mode, pinned, apis: [api] }),
      routes: createRoutes(
        {
          ...catalogue,
          tools: judged.map(({ bound }) => bound.tool),
          skipped: others.map(({ skip }) => skip),
        },
        new Set([
          ...judged.flatMap(({ bound, isOffered: yes }) => (yes ? [] : [bound.tool])),
          ...others.flatMap((one) => (one.isOffered ? [] : [one.skip])),
        ]),
      ),
    },
    share: { tools, offered, api, mode, pinned },
  };
}

function mcpView({ catalogue, connector, upstream }: Extract<Published, { kind: 'mcp' }>, rule: Rule): Seen {
  const target: McpTarget = { ...targetOf(connector), upstream };
  const judge = (tool: ToolFace) => {
    const verdict = rule(tool);
    return {
      bound: {
        kind: 'mcp',
        name: tool.name,
        tool: ruled(tool, verdict),
        target,
        ...confirmed(verdict),
      } as const,
      isOffered: verdict.offered,
    };
  };
  const judged = catalogue.tools.map(judge);
  const api = { name: connector.name };
  const all = [...judged, ...(catalogue.alone ?? []).map(judge)];
  const { offered } = sorted(all);
  const names = new Set(all.map(({ bound }) => bound.name));
  return {
    view: {
      kind: 'mcp',
      target,
      toolSet: createToolSet([...offered], { mode: 'full', apis: [api] }),
      isListed: catalogue.hash !== NO_TOOLS_YET.hash,
      knows: (name) => names.has(name),
      rulingOn: rule,
    },
    share: { ...sorted(judged.map((one) => ({ ...one, bound: joined(one.bound) }))), api },
  };
}

/** Among the tools of others, where clients neither know the server's rules for names nor send headers to it. */
function joined(bound: McpTool): McpTool {
  const { inputSchema } = bound.tool;
  const plain = withoutHeaders(inputSchema);
  return {
    ...bound,
    name: legalName(bound.name),
    ...(plain === inputSchema
      ? {}
      : { tool: { ...bound.tool, inputSchema: plain }, headerSchema: inputSchema }),
  };
}

function sorted(judged: readonly { readonly bound: BoundTool; readonly isOffered: boolean }[]) {
  return {
    tools: judged.map(({ bound }) => bound),
    offered: new Set(judged.flatMap(({ bound, isOffered: yes }) => (yes ? [bound] : []))),
  };
}

function confirmed({ confirmation }: Ruling): { confirmation?: string } {
  return confirmation === undefined ? {} : { confirmation };
}

function targetOf(connector: Connector): ConnectorTarget {
  const { baseUrl, id, name, orgId, slug } = connector;
  return { id, orgId, slug, name, baseUrl: baseUrl.replace(/\/+$/, ''), reach: reachOf(connector) };
}
