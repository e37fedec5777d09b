import { isDeepStrictEqual } from 'node:util';
import type { ToolFace } from '@latchkey/tools';
import { toolsOf, type Compiled } from './compiled.ts';

export type Change = 'added' | 'removed' | 'renamed' | 'input_changed' | 'access_changed' | 'text_changed';

/** A tool that is another one than before. Several changes may meet; `added` and `removed` stand alone. */
export interface ToolChange {
  readonly operation: string;
  readonly before: ToolFace | undefined;
  readonly after: ToolFace | undefined;
  readonly changes: readonly Change[];
  /** It may write, and did not, or was not there. */
  readonly isNewWrite: boolean;
}

export interface ToolDiff {
  readonly items: readonly ToolChange[];
  readonly counts: Readonly<Record<Change | 'new_write' | 'unchanged', number>>;
  /** Names. */
  readonly newWriteTools: readonly string[];
}

/** Operations are the same if method and path are, tools of MCP servers if their names are. By name, news first. */
export function diffOf(before: Compiled | undefined, after: Compiled): ToolDiff {
  const isSameKind = before?.kind === after.kind;
  const old = new Map((before === undefined ? [] : toolsOf(before)).map((one) => [one.operation, one.tool]));
  const items: ToolChange[] = [];
  let unchanged = 0;
  const now = new Set<string>();
  for (const { operation, tool } of toolsOf(after)) {
    now.add(operation);
    const known = isSameKind ? old.get(operation) : undefined;
    const changes = known === undefined ? (['added'] as const) : changesOf(known, tool);
    if (changes.length === 0) unchanged += 1;
    else
      items.push({
        operation,
        before: known,
        after: tool,
        changes,
        isNewWrite: tool.access === 'full' && known?.access !== 'full',
      });
  }
  for (const [operation, tool] of old) {
    if (isSameKind && now.has(operation)) continue;
    items.push({ operation, before: tool, after: undefined, changes: ['removed'], isNewWrite: false });
  }
  items.sort((a, b) => rank(a) - rank(b) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const count = (change: Change): number => items.filter(({ changes }) => changes.includes(change)).length;
  const newWrites = items.filter(({ isNewWrite }) => isNewWrite);
  return {
    items,
    counts: {
      added: count('added'),
      removed: count('removed'),
      renamed: count('renamed'),
      input_changed: count('input_changed'),
      access_changed: count('access_changed'),
      text_changed: count('text_changed'),
      new_write: newWrites.length,
      unchanged,
    },
    newWriteTools: newWrites.map(nameOf),
  };
}

function changesOf(before: ToolFace, after: ToolFace): Change[] {
  const changes: Change[] = [];
  if (before.name !== after.name) changes.push('renamed');
  if (!isDeepStrictEqual(before.inputSchema, after.inputSchema)) changes.push('input_changed');
  if (before.access !== after.access) changes.push('access_changed');
  if (before.title !== after.title || before.description !== after.description) changes.push('text_changed');
  return changes;
}

export function nameOf({ after, before }: Pick<ToolChange, 'after' | 'before'>): string {
  return (after ?? before)?.name ?? '';
}

/** What a person has to look at comes first. */
function rank({ changes, isNewWrite }: ToolChange): number {
  if (isNewWrite) return 0;
  if (changes.includes('removed')) return 1;
  if (changes.includes('access_changed') || changes.includes('input_changed')) return 2;
  return changes.includes('added') ? 3 : 4;
}
