import {
  createOffer,
  findByName,
  type Offer,
  type OfferOptions,
  type Reach,
  type Tool,
  type ToolFace,
} from '@latchkey/tools';
import type { ConnectorId, OrganisationId } from '../kernel/ids.ts';
import { withConfirm } from './with-confirm.ts';
import type { McpUpstream } from '../upstreams/upstream.ts';

/** Where a connector's calls go. */
export interface ConnectorTarget {
  readonly id: ConnectorId;
  /** Null: shared by all organisations. */
  readonly orgId: OrganisationId | null;
  readonly slug: string;
  readonly name: string;
  /** Without a slash at the end. Of an MCP server it is a name alone: see `upstream`. */
  readonly baseUrl: string;
  /** `public`: an organisation's admin named it, who may name no host of our own network. Unset: the operator did. */
  readonly reach?: Reach | undefined;
}

export interface McpTarget extends ConnectorTarget {
  readonly upstream: McpUpstream;
}

interface Bound {
  /** What callers know it by. */
  readonly name: string;
  /** Names that callers may have known it by; unset: those that the tool itself had. */
  readonly aliases?: readonly string[];
  /** The connector's name, where several are offered together. */
  readonly api?: string | undefined;
  /** What a person has to agree to before it is called. */
  readonly confirmation?: string | undefined;
}

/** An operation of an API. */
export interface ApiTool extends Bound {
  readonly kind: 'api';
  readonly tool: Tool;
  readonly target: ConnectorTarget;
}

/** A tool of an MCP server. The server knows it by `tool.name`. */
export interface McpTool extends Bound {
  readonly kind: 'mcp';
  readonly tool: ToolFace;
  readonly target: McpTarget;
  /** The schema that says which arguments the server wants repeated in headers; unset: none. */
  readonly headerSchema?: ToolFace['inputSchema'];
}

/** A tool under the name that callers know it by, and where it belongs. */
export type BoundTool = ApiTool | McpTool;

/** What one URL offers. Never changes: what is derived from it can be kept as long as it lives. */
export interface ToolSet {
  readonly tools: readonly BoundTool[];
  readonly readOnlyTools: readonly BoundTool[];
  /** By its name, or by one that it had lately. */
  find(name: string): BoundTool | undefined;
  /** How it is offered: in full, or by search. Measured when it is first asked for. */
  offer(): Offer<BoundTool>;
  /** The tools as clients are shown them. */
  shown(): readonly BoundTool[];
  readonly options: OfferOptions;
}

export function createToolSet(tools: readonly BoundTool[], options: OfferOptions): ToolSet {
  let offer: Offer<BoundTool> | undefined;
  let seen: readonly BoundTool[] | undefined;
  return {
    tools,
    readOnlyTools: tools.filter(({ tool }) => tool.access === 'read'),
    find: findByName(tools),
    offer() {
      offer ??= createOffer(allShown(), options);
      return offer;
    },
    shown: allShown,
    options,
  };

  function allShown(): readonly BoundTool[] {
    seen ??= tools.map(shown);
    return seen;
  }
}

/** As clients are shown it. What is called is the tool without our part. */
function shown(bound: BoundTool): BoundTool {
  if (bound.confirmation === undefined) return bound;
  return bound.kind === 'api'
    ? { ...bound, tool: withConfirm(bound.tool) }
    : { ...bound, tool: withConfirm(bound.tool) };
}
