import type { App } from '../api/apps.ts';
import { keysInWords } from '../public-keys/keys-in-words.ts';
import { ROLE_NAMES } from '../roles.ts';
import { appsText } from '../text/apps.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { destinationsOf, kindOf, METHOD_NAMES } from './app-words.ts';

const text = appsText.made;
const ROW_PIXELS = 66;

interface AppTableProps {
  apps: readonly App[];
  onExchange: (app: App) => void;
  onDelete: (app: App) => void;
}

export function AppTable({ apps, onExchange, onDelete }: AppTableProps) {
  const [, actsFor, proves, connections] = text.columns;
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
                <bdi className="row-name">{app.name}</bdi>
                <span className="row-more">
                  <code>{app.client_id}</code>{' '}
                  <span>
                    {text.created}
                    <When at={app.created_at} absent="" />
                  </span>
                </span>
              </th>
              <td role="cell" data-label={actsFor}>
                <ActsFor app={app} />
                {app.token_exchange ? <span className="row-more">{text.trades}</span> : null}
              </td>
              <td role="cell" data-label={proves}>
                {METHOD_NAMES[app.auth_method]}
                <span className="row-more">
                  <bdi>{keysInWords(app)}</bdi>
                </span>
              </td>
              <td role="cell" data-label={connections}>
                <Connections app={app} />
              </td>
              <td role="cell" className="row-action">
                <span className="row-buttons">
                  {app.auth_method === 'none' ? null : (
                    <button
                      type="button"
                      className="button secondary small-button"
                      onClick={() => onExchange(app)}
                    >
                      {text.exchange}
                      <span className="for-screen-readers">{text.exchangeOf(app.name)}</span>
                    </button>
                  )}
                  <button type="button" className="button danger-quiet" onClick={() => onDelete(app)}>
                    {text.delete}
                    <span className="for-screen-readers"> {app.name}</span>
                  </button>
                </span>
              </td>
            </tr>
          )}
        </LongRows>
      }
    />
  );
}

function ActsFor({ app }: { app: App }) {
  const { agent, redirect_uris: redirectUris } = app;
  if (agent !== null) {
    return (
      <>
        {text.itself}
        <span className="row-more">
          {text.agent}
          <bdi className="strong">{agent.name}</bdi>, {ROLE_NAMES[agent.role]}
        </span>
      </>
    );
  }
  if (kindOf(app) === 'exchange') return text.caller;
  return (
    <>
      {text.people}
      <details className="row-more">
        <summary>
          {text.at}
          <bdi>{destinationsOf(redirectUris)}</bdi>
        </summary>
        <ul className="address-list">
          {redirectUris.map((uri) => (
            <li key={uri}>
              <code>{uri}</code>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

/** A machine has one connection, of its own, for as long as nobody has ended that. */
function Connections({ app }: { app: App }) {
  const kind = kindOf(app);
  switch (kind) {
    case 'people':
      return appsText.connections(app.connections, app.people);
    case 'machine':
      return app.connections > 0 ? (
        <StatusBadge tone="good">{text.itsOwn}</StatusBadge>
      ) : (
        <StatusBadge tone="quiet">{text.ended}</StatusBadge>
      );
    case 'exchange':
      return <span className="quiet">{text.noneOfItsOwn}</span>;
    default:
      return kind satisfies never;
  }
}
