import type { OperationHead } from '../openapi/ir.ts';
import type { Notes } from '../openapi/notes.ts';
import { listed } from './listed.ts';
import { formerNamesOf } from './lock.ts';
import { catalogueModeOf } from './mode.ts';
import { readSelector } from './selector.ts';
import { toolsetsOf } from './toolsets.ts';
import type { Catalogue, CompileOptions, Tool } from './types.ts';

const PINNED_MAX = 15;

/** How the tools of a catalogue are offered, as far as the document and the operator say it. */
export type Offering = Pick<Catalogue, 'toolsets' | 'mode' | 'pinned'>;

/** The part of a catalogue that says how it is offered; what the operator has to know of it is noted. */
export function offeringOf(
  heads: ReadonlyMap<Tool, OperationHead>,
  { lock, mode, pinned = [], toolsets }: CompileOptions,
  notes: Notes,
): Offering {
  const members = [...heads].map(([{ name }, head]) => ({
    name,
    head,
    former: formerNamesOf(lock, head),
    toolset: head.hints.toolset,
  }));
  const sets = toolsetsOf(members, toolsets, notes);
  const names = pinnedNames(members, pinned, notes);
  const { warning } = catalogueModeOf([...heads.keys()].map(listed), mode);
  if (warning !== undefined) notes.warn('MODE_CHANGED', '/paths', warning);
  return {
    ...(sets.length === 0 ? {} : { toolsets: sets }),
    ...(mode === undefined || mode === 'auto' ? {} : { mode }),
    ...(names.length === 0 ? {} : { pinned: names }),
  };
}

function pinnedNames(
  members: readonly { readonly name: string; readonly head: OperationHead }[],
  pinned: readonly string[],
  notes: Notes,
): string[] {
  const names = new Set<string>();
  for (const selector of pinned) {
    const chosen = members.filter(readSelector(selector)).map(({ name }) => name);
    if (chosen.length === 0) {
      notes.warn('VALUE_IGNORED', '', `"${selector.slice(0, 200)}" is to be pinned and selects no tool.`);
    }
    for (const name of chosen.sort()) names.add(name);
  }
  if (names.size > PINNED_MAX) {
    notes.warn('VALUE_IGNORED', '', `At most ${PINNED_MAX} tools are pinned; ${names.size} are selected.`);
  }
  return [...names].slice(0, PINNED_MAX);
}
