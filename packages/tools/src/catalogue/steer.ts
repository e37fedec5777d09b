import type { OperationHead } from '../openapi/ir.ts';
import type { Notes } from '../openapi/notes.ts';
import { accessOf } from './annotate.ts';
import { readSelector } from './selector.ts';
import type { Selectable } from './selector.ts';
import type { Access, CompileOptions } from './types.ts';

/** What the document's author and the operator decide of each operation; the operator has the last word. */
export interface Steering {
  /** The rule that leaves an operation out, or undefined if it stays. */
  excludedBy(head: OperationHead): string | undefined;
  accessOf(head: OperationHead): Access;
  isAdditive(head: OperationHead): boolean;
  /** The operator says what its access is. */
  isDecided(head: OperationHead): boolean;
}

const SELECTOR_CHARACTERS = 200;

/** Reads the operator's selectors once. One that selects nothing is noted: it is probably misspelt. */
export function createSteering(
  operations: readonly Selectable<OperationHead>[],
  { access = {}, additive = [], exclude = [], include = {} }: CompileOptions,
  notes: Notes,
): Steering {
  const select = (selectors: readonly string[], purpose: string): Map<OperationHead, string> => {
    const selected = new Map<OperationHead, string>();
    for (const selector of selectors) {
      const heads = operations.filter(readSelector(selector)).map(({ head }) => head);
      const shown = selector.slice(0, SELECTOR_CHARACTERS);
      if (heads.length === 0)
        notes.warn('VALUE_IGNORED', '', `"${shown}" in ${purpose} selects no operation.`);
      for (const head of heads) if (!selected.has(head)) selected.set(head, shown);
    }
    return selected;
  };
  const withAccess = (wanted: Access): string[] =>
    Object.entries(access).flatMap(([selector, given]) => (given === wanted ? [selector] : []));

  const included = include.operations && select(include.operations, 'include');
  const excluded = select(exclude, 'exclude');
  const added = select(additive, 'additive');
  const full = select(withAccess('full'), 'access');
  const read = select(withAccess('read'), 'access');

  return {
    excludedBy(head) {
      if (head.hints.hidden === true) return 'The document says that this operation is not a tool.';
      const rule = excluded.get(head);
      if (rule !== undefined) return `The rule "${rule}" of exclude leaves it out.`;
      if (included?.has(head) === false) return 'No rule of include selects it.';
      if (head.deprecated && include.deprecated !== true) return 'Deprecated operations are left out.';
      return undefined;
    },
    accessOf: (head) => (full.has(head) ? 'full' : read.has(head) ? 'read' : accessOf(head)),
    isAdditive: (head) => added.has(head) || head.hints.destructive === false,
    isDecided: (head) => full.has(head) || read.has(head),
  };
}
