import type { ReactNode } from 'react';
import type { ApiKey } from '../api/types.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { When } from '../ui/when.tsx';
import { KeyStatus } from './key-status.tsx';
import { MadeBy } from './made-by.tsx';

interface KeyTableProps {
  keys: readonly ApiKey[];
  showHolder: boolean;
  onRevoke: (key: ApiKey) => void;
}

/**
 * The roles are written out because a narrow screen shows each row as a card, and a browser forgets that a table
 * whose `display` was changed is one.
 */
export function KeyTable({ keys, showHolder, onRevoke }: KeyTableProps) {
  if (keys.length === 0) return <p className="sheet empty quiet">No key here matches.</p>;
  return (
    <div className="sheet table-frame">
      <table className="table" role="table">
        <caption className="for-screen-readers">API keys</caption>
        <thead role="rowgroup">
          <tr role="row">
            <Head>Key</Head>
            <Head>Made by</Head>
            {showHolder ? <Head>Holder</Head> : null}
            <Head>Access</Head>
            <Head>Created</Head>
            <Head>Last used</Head>
            <Head>Expires</Head>
            <Head>Status</Head>
            <Head>
              <span className="for-screen-readers">Actions</span>
            </Head>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} showHolder={showHolder} onRevoke={onRevoke} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeyRow({
  apiKey: key,
  showHolder,
  onRevoke,
}: { apiKey: ApiKey } & Pick<KeyTableProps, 'showHolder' | 'onRevoke'>) {
  return (
    <tr role="row" className={key.status === 'active' ? undefined : 'row-over'}>
      <th role="rowheader" scope="row">
        <bdi className="strong">{key.name}</bdi>
        {key.hint === null ? null : <code className="hint-of-key">{key.hint}</code>}
      </th>
      <td role="cell" data-label="Made by">
        <MadeBy apiKey={key} />
      </td>
      {showHolder ? (
        <td role="cell" data-label="Holder">
          <bdi>{key.holder ?? 'Nobody'}</bdi>
        </td>
      ) : null}
      <td role="cell" data-label="Access">
        <AccessBadge access={key.access} />
      </td>
      <td role="cell" data-label="Created">
        <When at={key.created_at} absent="" />
      </td>
      <td role="cell" data-label="Last used">
        <When at={key.last_used_at} absent="Never" />
      </td>
      <td role="cell" data-label="Expires">
        <When at={key.expires_at} absent="Never" />
      </td>
      <td role="cell" data-label="Status">
        <KeyStatus apiKey={key} />
      </td>
      <td role="cell" className="row-action">
        {key.status === 'revoked' ? null : (
          <button type="button" className="button danger-quiet" onClick={() => onRevoke(key)}>
            Revoke<span className="for-screen-readers"> {key.name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <th role="columnheader" scope="col">
      {children}
    </th>
  );
}
