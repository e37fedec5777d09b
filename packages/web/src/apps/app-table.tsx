import type { App } from '../api/apps.ts';
import { keysInWords } from '../public-keys/keys-in-words.ts';
import { ROLE_NAMES } from '../roles.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { connectionsInWords, destinationsOf, kindOf, METHOD_NAMES } from './app-words.ts';

interface AppTableProps {
  apps: readonly App[];
  onExchange: (app: App) => void;
  onDelete: (app: App) => void;
}

export function AppTable({ apps, onExchange, onDelete }: AppTableProps) {
  return (
    <Table caption="Apps made here" columns={['App', 'Acts for', 'Proves itself by', 'Connections']}>
      {apps.map((app) => (
        <tr key={app.client_id} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{app.name}</bdi>
            <span className="row-more">
              <code>{app.client_id}</code>{' '}
              <span>
                created <When at={app.created_at} absent="" />
              </span>
            </span>
          </th>
          <td role="cell" data-label="Acts for">
            <ActsFor app={app} />
            {app.token_exchange ? <span className="row-more">trades tokens</span> : null}
          </td>
          <td role="cell" data-label="Proves itself by">
            {METHOD_NAMES[app.auth_method]}
            <span className="row-more">
              <bdi>{keysInWords(app)}</bdi>
            </span>
          </td>
          <td role="cell" data-label="Connections">
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
                  Token exchange<span className="for-screen-readers"> of {app.name}</span>
                </button>
              )}
              <button type="button" className="button danger-quiet" onClick={() => onDelete(app)}>
                Delete<span className="for-screen-readers"> {app.name}</span>
              </button>
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function ActsFor({ app }: { app: App }) {
  const { agent, redirect_uris: redirectUris } = app;
  if (agent !== null) {
    return (
      <>
        Itself
        <span className="row-more">
          the agent <bdi className="strong">{agent.name}</bdi>, {ROLE_NAMES[agent.role]}
        </span>
      </>
    );
  }
  if (kindOf(app) === 'exchange') return 'Whoever calls it';
  return (
    <>
      People
      <details className="row-more">
        <summary>
          at <bdi>{destinationsOf(redirectUris)}</bdi>
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
      return connectionsInWords(app.connections, app.people);
    case 'machine':
      return app.connections > 0 ? (
        <StatusBadge tone="good">Its own</StatusBadge>
      ) : (
        <StatusBadge tone="quiet">Ended</StatusBadge>
      );
    case 'exchange':
      return <span className="quiet">None of its own</span>;
    default:
      return kind satisfies never;
  }
}
