import { sizeOf } from './budget.ts';
import { listed } from './listed.ts';
import { catalogueModeOf } from './mode.ts';
import type { CatalogueMode } from './mode.ts';
import { overlayActionOf } from './suggest.ts';
import type { Access, Catalogue, Suggestion } from './types.ts';

/** A catalogue in numbers, for the operator who decides whether to publish it. */
export interface Report {
  /** Tools and skipped operations. */
  readonly operations: number;
  readonly tools: Readonly<Record<Access, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly warnings: Readonly<Record<string, number>>;
  /** Of every tool as clients are shown it, as JSON. */
  readonly bytes: number;
  /** Of the same, estimated. */
  readonly tokens: number;
  /** How the tools are offered: in full, or by search. */
  readonly mode: CatalogueMode;
  readonly largestTool?: { readonly name: string; readonly bytes: number };
  /** What a person should decide, each with the action of an overlay that would do it. */
  readonly suggestions: readonly (Suggestion & { readonly overlay: ReturnType<typeof overlayActionOf> })[];
}

/** `skipped` and `warnings` count by code. */
export function reportOf(catalogue: Catalogue): Report {
  const tools: Record<Access, number> = { read: 0, full: 0 };
  let largestTool: Report['largestTool'];
  for (const tool of catalogue.tools) {
    tools[tool.access] += 1;
    const size = sizeOf(listed(tool));
    if (!largestTool || size > largestTool.bytes) largestTool = { name: tool.name, bytes: size };
  }
  const { bytes, tokens, mode } = catalogueModeOf(catalogue.tools.map(listed), catalogue.mode);
  return {
    operations: catalogue.tools.length + catalogue.skipped.length,
    tools,
    skipped: countByCode(catalogue.skipped),
    warnings: countByCode(catalogue.warnings),
    bytes,
    tokens,
    mode,
    ...(largestTool ? { largestTool } : {}),
    suggestions: (catalogue.suggestions ?? []).map((suggestion) => ({
      ...suggestion,
      overlay: overlayActionOf(suggestion),
    })),
  };
}

function countByCode(items: readonly { readonly code: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of items) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
