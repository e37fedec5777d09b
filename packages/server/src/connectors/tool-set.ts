import { createOffer, type Offer, type OfferOptions, type Tool } from '@latchkey/tools';
import type { ConnectorId } from '../kernel/ids.ts';

/** Where a connector's calls go. */
export interface ConnectorTarget {
  readonly id: ConnectorId;
  readonly slug: string;
  readonly name: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

/** A tool under the name that callers know it by, and where it belongs. */
export interface BoundTool {
  readonly name: string;
  readonly tool: Tool;
  readonly target: ConnectorTarget;
  /** The connector's name, where several are offered together. */
  readonly api?: string | undefined;
}

/** What one URL offers. Never changes: what is derived from it can be kept as long as it lives. */
export interface ToolSet {
  readonly tools: readonly BoundTool[];
  readonly readOnlyTools: readonly BoundTool[];
  readonly byName: ReadonlyMap<string, BoundTool>;
  /** How it is offered: in full, or by search. Measured when it is first asked for. */
  offer(): Offer<BoundTool>;
}

export function createToolSet(tools: readonly BoundTool[], options: OfferOptions): ToolSet {
  let offer: Offer<BoundTool> | undefined;
  return {
    tools,
    readOnlyTools: tools.filter(({ tool }) => tool.access === 'read'),
    byName: new Map(tools.map((bound) => [bound.name, bound])),
    offer() {
      offer ??= createOffer(tools, options);
      return offer;
    },
  };
}
