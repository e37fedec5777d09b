import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import type { RowPlace } from '../../ui/long-rows.tsx';
import { tamed } from '../../ui/tamed.ts';
import type { Group } from './tree.ts';

const text = importText.choose;
const NAME_MAX = 80;

interface GroupRowProps {
  group: Group;
  isOpen: boolean;
  place: RowPlace;
  onOpen: (open: boolean) => void;
  onToggle: (include: boolean) => void;
}

export function GroupRow({ group, isOpen, onOpen, onToggle, place }: GroupRowProps) {
  const { checked, operations } = group;
  const name = tamed(group.name, NAME_MAX);
  const free = operations.filter(({ hindrance }) => hindrance === undefined).length;
  return (
    <tr role="row" aria-level={1} aria-expanded={isOpen} className="import-group" {...place}>
      <th role="rowheader" scope="row">
        <span className="import-ticked">
          <input
            type="checkbox"
            data-row-focus
            aria-label={text.includeGroup(name)}
            checked={checked === 'all'}
            disabled={free === 0}
            ref={(box) => {
              if (box !== null) box.indeterminate = checked === 'some';
            }}
            onChange={() => onToggle(checked !== 'all')}
          />
          <button
            type="button"
            className="import-open"
            aria-expanded={isOpen}
            aria-label={isOpen ? text.close(name) : text.open(name)}
            onClick={() => onOpen(!isOpen)}
          >
            <svg className="chevron" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
              <path
                d={isOpen ? 'M2.5 4.5 6 8l3.5-3.5' : 'M4.5 2.5 8 6l-3.5 3.5'}
                fill="none"
                stroke="currentColor"
                strokeWidth="1.5"
              />
            </svg>
            <Foreign text={group.name} max={NAME_MAX} />
          </button>
        </span>
      </th>
      <td role="gridcell" className="quiet" colSpan={2}>
        {text.groupCount(operations.filter(({ included }) => included).length, operations.length)}
      </td>
    </tr>
  );
}
