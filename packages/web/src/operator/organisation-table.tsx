import type { InstalledOrganisation } from '../api/operator.ts';
import { installedText as text } from '../text/operator.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

interface OrganisationTableProps {
  organisations: readonly InstalledOrganisation[];
  onAct: (act: 'suspend' | 'resume' | 'link', organisation: InstalledOrganisation) => void;
}

const NUMBERS = new Intl.NumberFormat('en');
const TONES = { active: 'good', suspended: 'warning', deleted: 'quiet' } as const;

export function OrganisationTable({ onAct, organisations }: OrganisationTableProps) {
  const [, people, connectors, connections, calls, created, state] = text.columns;
  return (
    <Table caption={text.caption} columns={text.columns}>
      {organisations.map((one) => (
        <tr key={one.id} role="row">
          <th role="rowheader" scope="row">
            <span className="row-name">
              <Foreign text={one.name} max={80} />
            </span>
            <span className="row-more">
              <code>{one.slug}</code>
              {one.people === 0 && one.state === 'active' ? text.noOwner : null}
            </span>
          </th>
          <td role="cell" data-label={people}>
            {NUMBERS.format(one.people)}
          </td>
          <td role="cell" data-label={connectors}>
            {NUMBERS.format(one.connectors)}
          </td>
          <td role="cell" data-label={connections}>
            {NUMBERS.format(one.connections)}
          </td>
          <td role="cell" data-label={calls}>
            {NUMBERS.format(one.calls)}
          </td>
          <td role="cell" data-label={created}>
            <When at={one.created_at} absent="" />
          </td>
          <td role="cell" data-label={state}>
            <StatusBadge tone={TONES[one.state]}>{text.states[one.state]}</StatusBadge>
            {one.state === 'deleted' ? <span className="row-more">{text.deletedNote}</span> : null}
          </td>
          <td role="cell" className="row-action">
            {one.state === 'deleted' ? null : (
              <span className="row-buttons">
                {one.people === 0 && one.state === 'active' ? (
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onAct('link', one)}
                  >
                    {text.ownerLink}
                    <span className="for-screen-readers">{text.ownerLinkFor(one.name)}</span>
                  </button>
                ) : null}
                {one.state === 'active' ? (
                  <button type="button" className="button danger-quiet" onClick={() => onAct('suspend', one)}>
                    {text.suspend}
                    <span className="for-screen-readers"> {one.name}</span>
                  </button>
                ) : (
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onAct('resume', one)}
                  >
                    {text.resume}
                    <span className="for-screen-readers"> {one.name}</span>
                  </button>
                )}
              </span>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
