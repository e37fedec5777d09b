import type { Access } from '../catalogue/types.ts';
import { slugOf } from '../catalogue/slug.ts';
import { compareText } from '../json.ts';
import { createToolIndex } from '../search/tool-index.ts';
import type { Offered } from '../search/tool-index.ts';

export interface Category {
  readonly tag: string;
  readonly tools: number;
}

/** Tools to look something up in: those that one level of access reaches, and no others. */
export interface Directory<T extends Offered> {
  readonly size: number;
  /** Slugs of the tags, the largest category first. */
  readonly categories: readonly Category[];
  search(query: string, filter: { tag?: string | undefined; access?: Access | undefined }): T[];
  find(name: string): T | undefined;
  /** Names that somebody may have meant by one that there is not. */
  nearest(name: string): string[];
}

const HITS_MAX = 8;
const NEAREST_MAX = 3;

export function createDirectory<T extends Offered>(tools: readonly T[]): Directory<T> {
  const index = createToolIndex(tools);
  const byName = new Map(tools.flatMap((bound) => namesOf(bound).map((name) => [name, bound] as const)));
  for (const bound of tools) byName.set(bound.name, bound);
  const tagsOf = new Map(tools.map((bound) => [bound, new Set(bound.tool.tags.map(slugOf))]));
  return {
    size: tools.length,
    categories: categoriesOf([...tagsOf.values()]),
    search(query, { tag, access }) {
      const slug = tag === undefined ? undefined : slugOf(tag);
      return index.search(query, {
        limit: HITS_MAX,
        accept: (bound) =>
          (access === undefined || bound.tool.access === access) &&
          (slug === undefined || tagsOf.get(bound)?.has(slug) === true),
      });
    },
    find: (name) => byName.get(name),
    nearest: (name) => index.search(name, { limit: NEAREST_MAX }).map((bound) => bound.name),
  };
}

/** Former names are understood where they are looked up, and are found by nobody. */
function namesOf({ name, tool }: Offered): string[] {
  return [name, ...(tool.aliases ?? [])];
}

function categoriesOf(tagged: readonly ReadonlySet<string>[]): Category[] {
  const counts = new Map<string, number>();
  for (const tags of tagged) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts]
    .map(([tag, tools]) => ({ tag, tools }))
    .sort((a, b) => b.tools - a.tools || compareText(a.tag, b.tag));
}
