import { sizeOf } from './budget.ts';
import { listed } from './listed.ts';
import type { Access, Catalogue } from './types.ts';

/** A catalogue in numbers, for the operator who decides whether to publish it. */
export interface Report {
  /** Tools and skipped operations. */
  readonly operations: number;
  readonly tools: Readonly<Record<Access, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly warnings: Readonly<Record<string, number>>;
  /** Of what clients are shown, as JSON. */
  readonly bytes: number;
  readonly largestTool?: { readonly name: string; readonly bytes: number };
}

/** `skipped` and `warnings` count by code. */
export function reportOf(catalogue: Catalogue): Report {
  const tools: Record<Access, number> = { read: 0, full: 0 };
  let bytes = 0;
  let largestTool: Report['largestTool'];
  for (const tool of catalogue.tools) {
    tools[tool.access] += 1;
    const size = sizeOf(listed(tool));
    bytes += size;
    if (!largestTool || size > largestTool.bytes) largestTool = { name: tool.name, bytes: size };
  }
  return {
    operations: catalogue.tools.length + catalogue.skipped.length,
    tools,
    skipped: countByCode(catalogue.skipped),
    warnings: countByCode(catalogue.warnings),
    bytes,
    ...(largestTool ? { largestTool } : {}),
  };
}

function countByCode(items: readonly { readonly code: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of items) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
