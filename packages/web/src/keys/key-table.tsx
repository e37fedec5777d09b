import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ApiKey } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { keysText as text } from '../text/keys.ts';
import { uiText } from '../text/ui.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { LongRows, type RowPlace } from '../ui/long-rows.tsx';
import { When } from '../ui/when.tsx';
import { KeyStatus } from './key-status.tsx';
import { MadeBy } from './made-by.tsx';

const ROW_PIXELS = 66;

interface KeyTableProps {
  keys: readonly ApiKey[];
  onRevoke: (key: ApiKey) => void;
}

/**
 * The roles are written out because a narrow screen shows each row as a card, and a browser forgets that a table
 * whose `display` was changed is one.
 */
export function KeyTable({ keys, onRevoke }: KeyTableProps) {
  const [name, holder, access, used, expires, status] = text.columns;
  return (
    <div className="sheet table-frame">
      <table className="table table-keys" role="table" aria-rowcount={keys.length + 1}>
        <caption className="for-screen-readers">{text.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <Head>{name}</Head>
            <Head className="column-holder">{holder}</Head>
            <Head className="column-access">{access}</Head>
            <Head className="column-time">{used}</Head>
            <Head className="column-time">{expires}</Head>
            <Head className="column-status">{status}</Head>
            <Head className="column-action">
              <span className="for-screen-readers">{uiText.actions}</span>
            </Head>
          </tr>
        </thead>
        <LongRows items={keys} keyOf={({ id }) => id} height={ROW_PIXELS} columns={text.columns.length + 1}>
          {(key, place) => <KeyRow apiKey={key} onRevoke={onRevoke} place={place} />}
        </LongRows>
      </table>
    </div>
  );
}

interface KeyRowProps {
  apiKey: ApiKey;
  onRevoke: KeyTableProps['onRevoke'];
  place: RowPlace;
}

function KeyRow({ apiKey: key, onRevoke, place }: KeyRowProps) {
  const { slug: org } = useOrganisation();
  const isActive = key.status === 'active';
  const [, holder, access, used, expires, status] = text.columns;
  return (
    <tr role="row" className={isActive ? undefined : 'row-over'} {...place}>
      <th role="rowheader" scope="row">
        <Link to="/$org/keys/$key" params={{ org, key: key.id }} className="row-name">
          <bdi>{key.name}</bdi>
        </Link>
        <span className="row-more">
          {key.hint === null ? null : (
            <>
              <code>{key.hint}</code>{' '}
            </>
          )}
          <span>
            {text.created}
            <When at={key.created_at} absent="" />
          </span>
        </span>
      </th>
      <td role="cell" data-label={holder} className="cell-wide">
        <bdi>{key.holder ?? text.nobody}</bdi>
        <span className="row-more">
          <MadeBy apiKey={key} />
        </span>
      </td>
      <td role="cell" data-label={access}>
        <AccessBadge access={key.access} />
        {key.minted_as === null ? null : (
          <span className="row-more">{text.mintedAs(ROLE_NAMES[key.minted_as])}</span>
        )}
      </td>
      <td role="cell" data-label={used}>
        <When at={key.last_used_at} absent={text.never} />
      </td>
      <td role="cell" data-label={expires}>
        {key.status === 'revoked' ? (
          <span className="quiet">{text.over}</span>
        ) : (
          <When at={key.expires_at} absent={text.never} />
        )}
      </td>
      <td role="cell" data-label={status}>
        <KeyStatus apiKey={key} />
      </td>
      <td role="cell" className="row-action">
        {isActive ? (
          <button type="button" className="button danger-quiet" onClick={() => onRevoke(key)}>
            {text.revoke}
            <span className="for-screen-readers"> {key.name}</span>
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
