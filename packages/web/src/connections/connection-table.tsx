import type { Connection } from '../api/connect.ts';
import { connectionsText as text } from '../text/connections.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

const NAME_CHARACTERS_MAX = 60;

/** What can be done about a connection. */
export type ConnectionAct = 'disconnect' | 'lower';

interface ConnectionTableProps {
  connections: readonly Connection[];
  onAct: (act: ConnectionAct, connection: Connection) => void;
}

export function ConnectionTable({ connections, onAct }: ConnectionTableProps) {
  const [, holder, access, since, used] = text.columns;
  return (
    <Table caption={text.caption} columns={text.columns}>
      {connections.map((connection) => (
        <tr key={connection.id} role="row">
          <th role="rowheader" scope="row">
            <span className="row-name">
              <Foreign text={connection.app.name} max={NAME_CHARACTERS_MAX} />
            </span>
            <span className="row-more">
              {text.goesTo}
              <Foreign text={connection.destination} />
            </span>
            <span className="row-more">{tierOf(connection)}</span>
          </th>
          <td role="cell" data-label={holder} className="cell-wide">
            <Foreign text={connection.holder ?? text.nobody} />
            {connection.is_yours ? text.you : null}
            <span className="row-more">{text.by[connection.by] || <Part url={connection.url} />}</span>
          </td>
          <td role="cell" data-label={access}>
            <AccessBadge access={connection.access} />
          </td>
          <td role="cell" data-label={since}>
            <When at={connection.created_at} absent="" />
            <span className="row-more">
              {text.expires}
              <When at={connection.expires_at} absent="" />
            </span>
          </td>
          <td role="cell" data-label={used}>
            <When at={connection.last_used_at} absent={text.never} />
          </td>
          <td role="cell" className="row-action">
            <span className="row-buttons">
              {connection.can_lower ? (
                <button
                  type="button"
                  className="button secondary small-button"
                  onClick={() => onAct('lower', connection)}
                >
                  {text.readOnly}
                  <span className="for-screen-readers"> {connection.app.name}</span>
                </button>
              ) : null}
              <button
                type="button"
                className="button danger-quiet"
                onClick={() => onAct('disconnect', connection)}
              >
                {text.disconnect}
                <span className="for-screen-readers"> {connection.app.name}</span>
              </button>
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Which URL it is for: the path says it. */
function Part({ url }: { url: string }) {
  return (
    <>
      {text.part}
      <code>{URL.canParse(url) ? new URL(url).pathname : url}</code>
    </>
  );
}

function tierOf({ app: { host, tier } }: Connection): string {
  return tier === 'identified' ? text.tiers.identified(host ?? '') : text.tiers[tier];
}
