import type { Issuer } from '../api/identity-providers.ts';
import { keysInWords } from '../public-keys/keys-in-words.ts';
import { issuersText as text } from '../text/identity-providers.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

interface IssuerTableProps {
  issuers: readonly Issuer[];
  onRemove: (issuer: Issuer) => void;
}

export function IssuerTable({ issuers, onRemove }: IssuerTableProps) {
  return (
    <Table caption={text.caption} columns={Object.values(text.columns)}>
      {issuers.map((issuer) => (
        <tr key={issuer.issuer} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{issuer.issuer}</bdi>
            <span className="row-more">
              <bdi>{keysInWords(issuer)}</bdi>
            </span>
          </th>
          <td role="cell" data-label={text.columns.atMost}>
            <AccessBadge access={issuer.access} />
          </td>
          <td role="cell" data-label={text.columns.linked}>
            {issuer.links}
          </td>
          <td role="cell" data-label={text.columns.trusted}>
            <When at={issuer.created_at} absent="" />
          </td>
          <td role="cell" className="row-action">
            <button type="button" className="button danger-quiet" onClick={() => onRemove(issuer)}>
              {text.remove}
              <span className="for-screen-readers"> {issuer.issuer}</span>
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}
