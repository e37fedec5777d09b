import type { ImportOperation, OperationChoice } from '../../api/imports.ts';
import type { Access } from '../../api/types.ts';

export type GroupBy = 'tag' | 'path';
export type OperationView = 'all' | 'tools' | 'out' | 'read' | 'full';

/** An operation as it is with what was changed here and is not saved yet. */
export interface Chosen {
  operation: ImportOperation;
  choice: OperationChoice;
  included: boolean;
  access: Access;
  /** Why it can be no tool, whatever is chosen. */
  hindrance: string | undefined;
}

export interface Group {
  name: string;
  operations: readonly Chosen[];
  /** Of those that can be a tool. */
  checked: 'all' | 'some' | 'none';
}

export type Row =
  | { kind: 'group'; key: string; group: Group; isOpen: boolean }
  | { kind: 'operation'; key: string; chosen: Chosen; group: string };

/** `choices` are what is decided now; the operation may have been answered before the last of them. */
export function chosenOf(
  operation: ImportOperation,
  choices: Readonly<Record<string, OperationChoice>>,
): Chosen {
  const key = operation.operation;
  const choice = (Object.hasOwn(choices, key) ? choices[key] : undefined) ?? {};
  // A person left it out, so a person may take it back; what a rule or the document leaves out stays out.
  const isFree =
    operation.tool !== null ||
    (operation.skipped?.code === 'FILTERED' && operation.choice?.include === false);
  return {
    operation,
    choice,
    included: isFree && choice.include !== false,
    access: choice.access ?? accessWithout(operation),
    hindrance: isFree ? undefined : (operation.skipped?.message ?? ''),
  };
}

/** Where nothing is said: an answer from before a choice was taken back says what it was, not what it is. */
function accessWithout({ access_by_method: byMethod, choice, tool }: ImportOperation): Access {
  return tool === null || choice?.access !== undefined ? byMethod : tool.access;
}

export function findChosen(
  all: readonly Chosen[],
  { q, view }: { q: string; view: OperationView },
): readonly Chosen[] {
  const wanted = q.trim().toLowerCase();
  return all.filter(
    (one) =>
      isOfView(one, view) &&
      [
        one.operation.operation,
        one.operation.tool?.name ?? '',
        one.operation.tool?.title ?? '',
        one.operation.tool?.description ?? '',
        one.operation.skipped?.summary ?? '',
      ].some((text) => text.toLowerCase().includes(wanted)),
  );
}

function isOfView({ access, included }: Chosen, view: OperationView): boolean {
  if (view === 'all') return true;
  if (view === 'out') return !included;
  return included && (view === 'tools' || view === access);
}

/** In the order in which the document names them first; an operation with several tags is with its first. */
export function grouped(found: readonly Chosen[], by: GroupBy, noTag: string): Group[] {
  const groups = new Map<string, Chosen[]>();
  for (const one of found) {
    const name = by === 'tag' ? (one.operation.tags[0] ?? noTag) : firstSegment(one.operation.path);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return [...groups].map(([name, operations]) => ({ name, operations, checked: checkedOf(operations) }));
}

function checkedOf(operations: readonly Chosen[]): Group['checked'] {
  const free = operations.filter(({ hindrance }) => hindrance === undefined);
  const included = free.filter((one) => one.included).length;
  if (included === 0) return 'none';
  return included === free.length ? 'all' : 'some';
}

function firstSegment(path: string): string {
  return `/${path.split('/').find((segment) => segment !== '') ?? ''}`;
}

export function rowsOf(groups: readonly Group[], isOpen: (group: string) => boolean): Row[] {
  return groups.flatMap((group): Row[] => {
    const open = isOpen(group.name);
    const head: Row = { kind: 'group', key: `group ${group.name}`, group, isOpen: open };
    if (!open) return [head];
    return [
      head,
      ...group.operations.map((chosen): Row => ({
        kind: 'operation',
        key: `operation ${chosen.operation.operation}`,
        chosen,
        group: group.name,
      })),
    ];
  });
}

/** What to say of operations that are ticked, or no longer; those that can be no tool are left alone. */
export function including(operations: readonly Chosen[], include: boolean): Record<string, OperationChoice> {
  return Object.fromEntries(
    operations
      .filter(({ hindrance, included }) => hindrance === undefined && included !== include)
      .map(({ choice: { include: _include, ...rest }, operation }) => [
        operation.operation,
        include ? rest : { ...rest, include },
      ]),
  );
}
