import type { ReactNode } from 'react';
import { uiText as text } from '../text/ui.ts';

interface TableProps {
  caption: string;
  columns: readonly string[];
  /** The rows, each with the roles written out, as the table has them. */
  children?: ReactNode;
  /** In place of the rows: a body of its own (`LongRows`), and how many rows it has. */
  body?: ReactNode;
  rows?: number;
}

/**
 * A table whose last column is for buttons. The roles are written out because a narrow screen shows each row as a card,
 * and a browser forgets that a table whose `display` was changed is one.
 */
export function Table({ body, caption, children, columns, rows }: TableProps) {
  return (
    <div className="sheet table-frame">
      <table className="table" role="table" aria-rowcount={rows === undefined ? undefined : rows + 1}>
        <caption className="for-screen-readers">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
            <th role="columnheader" scope="col">
              <span className="for-screen-readers">{text.actions}</span>
            </th>
          </tr>
        </thead>
        {body ?? <tbody role="rowgroup">{children}</tbody>}
      </table>
    </div>
  );
}
