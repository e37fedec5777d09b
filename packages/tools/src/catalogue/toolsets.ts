import { compareText } from '../json.ts';
import type { Notes } from '../openapi/notes.ts';
import { readSelector } from './selector.ts';
import type { Selectable } from './selector.ts';
import { isSlug, slugOf } from './slug.ts';
import type { Toolset } from './types.ts';

/** A tool with what its author says of the set that it belongs to. */
export interface Member extends Selectable {
  readonly toolset?: string | undefined;
}

/**
 * The toolsets of a catalogue, by slug. What the operator declares is all there is; else each operation belongs to
 * the set that its author names, or to one for each of its tags. Nothing depends on the order of the document.
 */
export function toolsetsOf(
  tools: readonly Member[],
  declared: Readonly<Record<string, readonly string[]>> | undefined,
  notes: Notes,
): Toolset[] {
  const sets = declared === undefined ? setsByAuthor(tools) : setsByOperator(tools, declared, notes);
  return [...sets]
    .map(([slug, { title, names }]) => ({ slug, title, tools: [...names].sort(compareText) }))
    .sort((a, b) => compareText(a.slug, b.slug));
}

interface Gathered {
  readonly title: string;
  readonly names: Set<string>;
}

function setsByAuthor(tools: readonly Member[]): Map<string, Gathered> {
  const sets = new Map<string, Gathered>();
  for (const { head, name, toolset } of tools) {
    for (const title of toolset === undefined ? head.tags : [toolset]) {
      const slug = slugOf(title);
      const known = sets.get(slug);
      // Of the spellings of a tag the first in the alphabet, whichever comes first in the document.
      const first = known && compareText(known.title, title) <= 0 ? known.title : title;
      sets.set(slug, { title: first, names: (known?.names ?? new Set()).add(name) });
    }
  }
  return sets;
}

function setsByOperator(
  tools: readonly Member[],
  declared: Readonly<Record<string, readonly string[]>>,
  notes: Notes,
): Map<string, Gathered> {
  const sets = new Map<string, Gathered>();
  for (const [slug, selectors] of Object.entries(declared)) {
    if (!isSlug(slug)) {
      notes.warn(
        'VALUE_IGNORED',
        '',
        `A toolset is named with lower-case letters, digits and single hyphens, 40 at most; "${slug.slice(0, 60)}" was ignored.`,
      );
      continue;
    }
    const names = new Set<string>();
    for (const selector of selectors) {
      const chosen = tools.filter(readSelector(selector));
      if (chosen.length === 0) {
        notes.warn(
          'VALUE_IGNORED',
          '',
          `In the toolset ${slug}, "${selector.slice(0, 200)}" selects no tool.`,
        );
      }
      for (const { name } of chosen) names.add(name);
    }
    if (names.size > 0) sets.set(slug, { title: slug, names });
  }
  return sets;
}
