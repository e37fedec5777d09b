import type { SeenApp } from '../api/apps.ts';
import { appsText } from '../text/apps.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

const text = appsText.seen;
const NAME_CHARACTERS_MAX = 60;
const ROW_PIXELS = 88;
const TONES = { approved: 'good', identified: 'quiet', self_named: 'quiet', blocked: 'warning' } as const;

interface SeenTableProps {
  apps: readonly SeenApp[];
  onApprove: (app: SeenApp) => void;
  onBlock: (app: SeenApp) => void;
}

export function SeenTable({ apps, onApprove, onBlock }: SeenTableProps) {
  const [, known, goesTo, approvals, connections] = text.columns;
  return (
    <Table
      caption={text.caption}
      columns={text.columns}
      rows={apps.length}
      body={
        <LongRows
          items={apps}
          keyOf={({ client_id: id }) => id}
          height={ROW_PIXELS}
          columns={text.columns.length + 1}
        >
          {(app, place) => (
            <tr role="row" {...place}>
              <th role="rowheader" scope="row">
                <span className="row-name">
                  <Foreign text={app.name} max={NAME_CHARACTERS_MAX} />
                </span>
                <span className="row-more">
                  <code>{app.client_id}</code>
                </span>
                <Redirects uris={app.redirect_uris} />
              </th>
              <td role="cell" data-label={known}>
                <StatusBadge tone={TONES[app.tier]}>{text.tiers[app.tier](app.host ?? '')}</StatusBadge>
                <span className="row-more">{text.registered[app.registered_by]}</span>
              </td>
              <td role="cell" data-label={goesTo}>
                {app.destinations.map((destination) => (
                  <bdi key={destination} className="line">
                    {destination}
                  </bdi>
                ))}
              </td>
              <td role="cell" data-label={approvals}>
                {text.approvals(app.grants)}
                <span className="row-more">
                  {text.last}
                  <When at={app.approved_at} absent="" />
                </span>
              </td>
              <td role="cell" data-label={connections}>
                {appsText.connections(app.connections, app.people)}
              </td>
              <td role="cell" className="row-action">
                <span className="row-buttons">
                  {app.tier === 'approved' ? null : (
                    <button
                      type="button"
                      className="button secondary small-button"
                      onClick={() => onApprove(app)}
                    >
                      {text.approve}
                      <span className="for-screen-readers"> {app.name}</span>
                    </button>
                  )}
                  {app.tier === 'blocked' ? null : (
                    <button type="button" className="button danger-quiet" onClick={() => onBlock(app)}>
                      {text.block}
                      <span className="for-screen-readers"> {app.name}</span>
                    </button>
                  )}
                </span>
              </td>
            </tr>
          )}
        </LongRows>
      }
    />
  );
}

function Redirects({ uris }: { uris: readonly string[] }) {
  return (
    <details className="row-more">
      <summary>{text.addresses(uris.length)}</summary>
      <ul className="address-list">
        {uris.map((uri) => (
          <li key={uri}>
            <code>{uri}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
