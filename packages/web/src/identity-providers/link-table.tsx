import type { IdentityLink } from '../api/identity-providers.ts';
import { linksText as text } from '../text/identity-providers.ts';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

interface LinkTableProps {
  links: readonly IdentityLink[];
  onRemove: (link: IdentityLink) => void;
}

export function LinkTable({ links, onRemove }: LinkTableProps) {
  return (
    <Table caption={text.caption} columns={Object.values(text.columns)}>
      {links.map((link) => (
        <tr key={`${link.issuer} ${link.subject}`} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{link.member}</bdi>
          </th>
          <td role="cell" data-label={text.columns.subject} className="cell-wide">
            <code>{link.subject}</code>
            <span className="row-more">
              {text.of}
              <bdi>{link.issuer}</bdi>
            </span>
          </td>
          <td role="cell" data-label={text.columns.linked}>
            <When at={link.created_at} absent="" />
          </td>
          <td role="cell" className="row-action">
            <button type="button" className="button danger-quiet" onClick={() => onRemove(link)}>
              {text.unlink}
              <span className="for-screen-readers"> {link.member}</span>
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}
