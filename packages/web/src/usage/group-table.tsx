import type { Usage, UsageBy, UsageGroup } from '../api/usage.ts';
import { usageText as text } from '../text/usage.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Table } from '../ui/table.tsx';
import { errorClassesInWords, errorsOf, groupName, numberInWords, timeInWords } from './usage-words.ts';

interface GroupTableProps {
  usage: Usage;
  by: UsageBy;
  onNarrow: (group: UsageGroup) => void;
}

/** Who or what called how much. */
export function GroupTable({ by, onNarrow, usage }: GroupTableProps) {
  const { calls, errors, p50, p95 } = text.groupColumns;
  const { groups, groups_in_all: inAll } = usage;
  return (
    <>
      <Table caption={text.groupCaption[by]} columns={[text.bys[by], calls, errors, p50, p95]}>
        {groups.map((group) => {
          const name = groupName(by, group);
          return (
            <tr key={`${group.action} ${group.id}`} role="row">
              <th role="rowheader" scope="row">
                <span className="row-name">
                  <Foreign text={name} />
                </span>
              </th>
              <td role="cell" data-label={calls}>
                {numberInWords(group.calls)}
              </td>
              <td role="cell" data-label={errors}>
                {numberInWords(errorsOf(group))}
                <span className="row-more">{errorClassesInWords(group)}</span>
              </td>
              <td role="cell" data-label={p50}>
                {timeInWords(group.p50_ms)}
              </td>
              <td role="cell" data-label={p95}>
                {timeInWords(group.p95_ms)}
              </td>
              <td role="cell" className="row-action">
                {group.id === '' ? null : (
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onNarrow(group)}
                  >
                    {text.only}
                    <span className="for-screen-readers">{text.onlyOf(name)}</span>
                  </button>
                )}
              </td>
            </tr>
          );
        })}
      </Table>
      {groups.length < inAll ? (
        <p className="small quiet list-end">
          {text.topOf(numberInWords(groups.length), numberInWords(inAll))}
        </p>
      ) : null}
    </>
  );
}
