import { useQuery } from '@tanstack/react-query';
import { modesQuery, type Mode } from '../api/operator.ts';
import { modesText as text } from '../text/operator.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Listed } from '../ui/listed.tsx';
import { PlainTable } from '../ui/plain-table.tsx';
import { OperatorHead } from './operator-head.tsx';

/** `/app/_operator/modes`: what is on, and what decides it. */
export function ModesPage() {
  const modes = useQuery(modesQuery);
  return (
    <>
      <OperatorHead title={text.title} lead={text.lead} />
      <Listed query={modes} what={text.loading} rows={8} empty={<p>{text.empty}</p>}>
        {(items) => <ModeTable modes={items} />}
      </Listed>
    </>
  );
}

function ModeTable({ modes }: { modes: readonly Mode[] }) {
  const [, now, decided] = text.columns;
  return (
    <PlainTable caption={text.caption} columns={text.columns}>
      {modes.map(({ id, value, variable }) => (
        <tr key={id} role="row">
          <th role="rowheader" scope="row">
            {text.names[id] ?? id}
          </th>
          <td role="cell" data-label={now}>
            <Value value={value} />
          </td>
          <td role="cell" data-label={decided}>
            {variable === null ? <span className="quiet">{text.always}</span> : <code>{variable}</code>}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function Value({ value }: Pick<Mode, 'value'>) {
  if (value === true) return <StatusBadge tone="good">{text.on}</StatusBadge>;
  if (value === false) return <StatusBadge tone="quiet">{text.off}</StatusBadge>;
  if (typeof value === 'string') return <code>{value}</code>;
  if (value.length === 0) return <span className="quiet">{text.none}</span>;
  return (
    <ul className="address-list">
      {value.map((one) => (
        <li key={one}>
          <code>{one}</code>
        </li>
      ))}
    </ul>
  );
}
