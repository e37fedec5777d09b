import { useRef, type KeyboardEvent } from 'react';
import { importText } from '../../text/import.ts';
import { LongRows, type RowFocus } from '../../ui/long-rows.tsx';
import { GroupRow } from './group-row.tsx';
import { OperationRow } from './operation-row.tsx';
import type { Chosen, Row } from './tree.ts';

const text = importText.choose;
const ROW_PIXELS = 58;

interface OperationTreeProps {
  rows: readonly Row[];
  /** The operation whose tool is shown beside. */
  shown: string | undefined;
  onToggle: (operations: readonly Chosen[], include: boolean) => void;
  onOpen: (group: string, open: boolean) => void;
  onShow: (operation: string) => void;
  onChange: (chosen: Chosen) => void;
}

/**
 * Groups of operations with a box to tick each. Everything is reached by Tab; the arrow keys go from row to row, and
 * close and open groups.
 */
export function OperationTree(props: OperationTreeProps) {
  const { onChange, onOpen, onShow, onToggle, rows, shown } = props;
  const focus = useRef<RowFocus>(null);
  return (
    <div className="sheet table-frame">
      <table
        className="table import-tree"
        role="treegrid"
        aria-label={text.caption}
        aria-rowcount={rows.length + 1}
        onKeyDown={(event) => onArrow(event, props, (index) => focus.current?.focusRow(index))}
      >
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {text.columns.map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <LongRows
          items={rows}
          keyOf={({ key }) => key}
          height={ROW_PIXELS}
          columns={text.columns.length}
          handle={focus}
        >
          {(row, place) =>
            row.kind === 'group' ? (
              <GroupRow
                group={row.group}
                isOpen={row.isOpen}
                place={place}
                onOpen={(open) => onOpen(row.group.name, open)}
                onToggle={(include) => onToggle(row.group.operations, include)}
              />
            ) : (
              <OperationRow
                chosen={row.chosen}
                isShown={row.chosen.operation.operation === shown}
                place={place}
                onToggle={(include) => onToggle([row.chosen], include)}
                onShow={() => onShow(row.chosen.operation.operation)}
                onChange={() => onChange(row.chosen)}
              />
            )
          }
        </LongRows>
      </table>
    </div>
  );
}

function onArrow(
  event: KeyboardEvent<HTMLElement>,
  { onOpen, rows }: OperationTreeProps,
  focusRow: (index: number) => void,
): void {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
  const index = Number(event.target.closest('tr')?.dataset['index'] ?? Number.NaN);
  const row = rows[index];
  if (row === undefined) return;
  const last = rows.length - 1;
  const goTo = (wanted: number): void => {
    event.preventDefault();
    focusRow(Math.max(0, Math.min(last, wanted)));
  };
  const { key } = event;
  if (key === 'ArrowDown') goTo(index + 1);
  else if (key === 'ArrowUp') goTo(index - 1);
  else if (key === 'Home') goTo(0);
  else if (key === 'End') goTo(last);
  else if (key === 'ArrowLeft' && row.kind === 'operation') {
    goTo(rows.findIndex((one) => one.kind === 'group' && one.group.name === row.group));
  } else if (row.kind === 'group' && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    event.preventDefault();
    if (key === 'ArrowRight' && row.isOpen) focusRow(Math.min(last, index + 1));
    else if (row.isOpen === (key === 'ArrowLeft')) onOpen(row.group.name, key === 'ArrowRight');
  }
}
