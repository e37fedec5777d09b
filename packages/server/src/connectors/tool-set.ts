import { createOffer, RESERVED_NAMES, type Offer, type OfferOptions, type Tool } from '@latchkey/tools';
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
  /** Names that callers may have known it by; unset: those that the tool itself had. */
  readonly aliases?: readonly string[];
  /** The connector's name, where several are offered together. */
  readonly api?: string | undefined;
}

/** What one URL offers. Never changes: what is derived from it can be kept as long as it lives. */
export interface ToolSet {
  readonly tools: readonly BoundTool[];
  readonly readOnlyTools: readonly BoundTool[];
  /** By its name, or by one that it had lately. */
  find(name: string): BoundTool | undefined;
  /** How it is offered: in full, or by search. Measured when it is first asked for. */
  offer(): Offer<BoundTool>;
}

export function createToolSet(tools: readonly BoundTool[], options: OfferOptions): ToolSet {
  let offer: Offer<BoundTool> | undefined;
  const byName = new Map(tools.map((bound) => [bound.name, bound]));
  const byFormerName = formerNames(tools, byName);
  return {
    tools,
    readOnlyTools: tools.filter(({ tool }) => tool.access === 'read'),
    find: (name) => byName.get(name) ?? byFormerName.get(name),
    offer() {
      offer ??= createOffer(tools, options);
      return offer;
    },
  };
}

/** A former name never hides a tool that has the name now, and one that several had means none of them. */
function formerNames(
  tools: readonly BoundTool[],
  byName: ReadonlyMap<string, BoundTool>,
): ReadonlyMap<string, BoundTool> {
  const found = new Map<string, BoundTool>();
  const ambiguous = new Set<string>();
  for (const bound of tools) {
    for (const name of bound.aliases ?? bound.tool.aliases ?? []) {
      if (byName.has(name) || RESERVED_NAMES.includes(name)) continue;
      if (found.has(name) && found.get(name) !== bound) ambiguous.add(name);
      found.set(name, bound);
    }
  }
  for (const name of ambiguous) found.delete(name);
  return found;
}
