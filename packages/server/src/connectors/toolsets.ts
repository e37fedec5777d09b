import type { Toolset } from '@latchkey/tools';
import { joinTools, modeOfToolset, type Share } from './joined-tools.ts';
import type { ToolSet } from './tool-set.ts';

export interface ToolsetView {
  readonly slug: string;
  /** As the first connector that has it spells it. */
  readonly title: string;
  readonly toolSet: ToolSet;
}

/** The toolsets of an organisation by slug, each made when it is first asked for. */
export interface Toolsets {
  readonly slugs: readonly string[];
  get(slug: string): ToolsetView | undefined;
}

/** Connectors that have a toolset of the same slug share it: a slug is a URL, and a URL does not change. */
export function createToolsets(
  parts: readonly { readonly toolsets: readonly Toolset[]; readonly share: Share | undefined }[],
): Toolsets {
  const bySlug = new Map<string, { readonly title: string; readonly shares: Share[] }>();
  for (const { share, toolsets } of parts) {
    if (share === undefined) continue;
    for (const { slug, title, tools } of toolsets) {
      const names = new Set(tools);
      const known = bySlug.get(slug) ?? { title, shares: [] };
      known.shares.push({ ...share, tools: share.tools.filter(({ name }) => names.has(name)) });
      bySlug.set(slug, known);
    }
  }
  const made = new Map<string, ToolsetView>();
  return {
    slugs: [...bySlug.keys()].sort(),
    get(slug) {
      const known = made.get(slug);
      const found = bySlug.get(slug);
      if (known !== undefined || found === undefined) return known;
      const view = { slug, title: found.title, toolSet: joinTools(found.shares, modeOfToolset) };
      made.set(slug, view);
      return view;
    },
  };
}
