import { Link } from '@tanstack/react-router';
import type { Version } from '../api/connectors.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { versionsText as text } from '../text/connectors.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

interface VersionTableProps {
  connector: string;
  /** The newest first. */
  versions: readonly Version[];
  mayRollBack: boolean;
  onRollBack: (version: Version) => void;
}

export function VersionTable({ connector, mayRollBack, onRollBack, versions }: VersionTableProps) {
  const { slug: org } = useOrganisation();
  return (
    <Table caption={text.caption} columns={text.columns}>
      {versions.map((version, index) => {
        const older = versions[index + 1];
        return (
          <tr key={version.number} role="row">
            <th role="rowheader" scope="row">
              <span className="row-name">{text.version(version.number)}</span>
              {version.current ? (
                <>
                  {' '}
                  <StatusBadge tone="good">{text.current}</StatusBadge>
                </>
              ) : null}
              {version.rolled_back_to === null ? null : (
                <span className="row-more">{text.rolledBackTo(version.rolled_back_to)}</span>
              )}
              {version.note === '' ? null : (
                <span className="row-more">
                  <Foreign text={version.note} max={300} />
                </span>
              )}
            </th>
            <td role="cell" data-label={text.columns[1]}>
              <When at={version.made_at} absent="" />
              <span className="row-more">
                {version.made_by === null ? (
                  text.byOperator
                ) : (
                  <Foreign text={version.made_by.name ?? text.someone} />
                )}
              </span>
            </td>
            <td role="cell" data-label={text.columns[2]}>
              {version.tools === null ? text.toolsOfServer : version.tools}
            </td>
            <td role="cell" className="row-action">
              <span className="row-buttons">
                {older === undefined ? null : (
                  <Link
                    to="/$org/connectors/$connector/versions"
                    params={{ org, connector }}
                    search={{ from: older.number, to: version.number }}
                    className="button secondary small-button"
                  >
                    {text.compare}
                    <span className="for-screen-readers">{text.compareOf(older.number, version.number)}</span>
                  </Link>
                )}
                {mayRollBack && version.can_roll_back && !version.current ? (
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onRollBack(version)}
                  >
                    {text.rollBack}
                    <span className="for-screen-readers">{text.rollBackTo(version.number)}</span>
                  </button>
                ) : null}
              </span>
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
