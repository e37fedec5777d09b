import { useState } from 'react';
import type { IdentityLink } from '../api/identity-providers.ts';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { findLinks, SHOWN_MAX } from './find-links.ts';

interface LinkTableProps {
  links: readonly IdentityLink[];
  onRemove: (link: IdentityLink) => void;
}

/** As many as somebody reads; the others are found. */
export function LinkTable({ links, onRemove }: LinkTableProps) {
  const [wanted, setWanted] = useState('');
  const found = findLinks(links, wanted);
  const shown = found.slice(0, SHOWN_MAX);
  return (
    <>
      <div className="filter">
        <input
          type="search"
          className="input"
          aria-label="Find a link"
          placeholder="Find by address or subject"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <span role="status" className="small quiet">
          {shown.length < found.length ? `The first ${shown.length} of ${found.length}.` : null}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="sheet empty quiet">No such link.</p>
      ) : (
        <Table caption="People linked" columns={['Member', 'Subject', 'Linked']}>
          {shown.map((link) => (
            <tr key={`${link.issuer} ${link.subject}`} role="row">
              <th role="rowheader" scope="row">
                <bdi className="row-name">{link.member}</bdi>
              </th>
              <td role="cell" data-label="Subject" className="cell-wide">
                <code>{link.subject}</code>
                <span className="row-more">
                  of <bdi>{link.issuer}</bdi>
                </span>
              </td>
              <td role="cell" data-label="Linked">
                <When at={link.created_at} absent="" />
              </td>
              <td role="cell" className="row-action">
                <button type="button" className="button danger-quiet" onClick={() => onRemove(link)}>
                  Unlink<span className="for-screen-readers"> {link.member}</span>
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
