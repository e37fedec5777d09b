import type { ReactNode } from 'react';
import type { ApiKey } from '../api/types.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { When } from '../ui/when.tsx';
import { KeyStatus } from './key-status.tsx';
import { MadeBy } from './made-by.tsx';

interface KeyTableProps {
  keys: readonly ApiKey[];
  onRevoke: (key: ApiKey) => void;
}

/**
 * The roles are written out because a narrow screen shows each row as a card, and a browser forgets that a table
 * whose `display` was changed is one.
 */
export function KeyTable({ keys, onRevoke }: KeyTableProps) {
  if (keys.length === 0) return <p className="sheet empty quiet">No such keys.</p>;
  return (
    <div className="sheet table-frame">
      <table className="table table-keys" role="table">
        <caption className="for-screen-readers">API keys</caption>
        <thead role="rowgroup">
          <tr role="row">
            <Head>Key</Head>
            <Head className="column-holder">Held by</Head>
            <Head className="column-access">Access</Head>
            <Head className="column-time">Last used</Head>
            <Head className="column-time">Expires</Head>
            <Head className="column-status">Status</Head>
            <Head className="column-action">
              <span className="for-screen-readers">Actions</span>
            </Head>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} onRevoke={onRevoke} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeyRow({ apiKey: key, onRevoke }: { apiKey: ApiKey; onRevoke: KeyTableProps['onRevoke'] }) {
  const isActive = key.status === 'active';
  return (
    <tr role="row" className={isActive ? undefined : 'row-over'}>
      <th role="rowheader" scope="row">
        <bdi className="row-name">{key.name}</bdi>
        <span className="row-more">
          {key.hint === null ? null : (
            <>
              <code>{key.hint}</code>{' '}
            </>
          )}
          <span>
            created <When at={key.created_at} absent="" />
          </span>
        </span>
      </th>
      <td role="cell" data-label="Held by" className="cell-wide">
        <bdi>{key.holder ?? 'Nobody'}</bdi>
        <span className="row-more">
          <MadeBy apiKey={key} />
        </span>
      </td>
      <td role="cell" data-label="Access">
        <AccessBadge access={key.access} />
      </td>
      <td role="cell" data-label="Last used">
        <When at={key.last_used_at} absent="Never" />
      </td>
      <td role="cell" data-label="Expires">
        {key.status === 'revoked' ? (
          <span className="quiet">–</span>
        ) : (
          <When at={key.expires_at} absent="Never" />
        )}
      </td>
      <td role="cell" data-label="Status">
        <KeyStatus apiKey={key} />
      </td>
      <td role="cell" className="row-action">
        {isActive ? (
          <button type="button" className="button danger-quiet" onClick={() => onRevoke(key)}>
            Revoke<span className="for-screen-readers"> {key.name}</span>
          </button>
        ) : null}
      </td>
    </tr>
  );
}

function Head({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <th role="columnheader" scope="col" className={className}>
      {children}
    </th>
  );
}
