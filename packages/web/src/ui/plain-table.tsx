import type { ReactNode } from 'react';

/** A table without a column for buttons; otherwise as `Table`. */
export function PlainTable({
  caption,
  children,
  columns,
}: {
  caption: string;
  columns: readonly string[];
  children: ReactNode;
}) {
  return (
    <div className="sheet table-frame">
      <table className="table table-plain" role="table">
        <caption className="for-screen-readers">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">{children}</tbody>
      </table>
    </div>
  );
}
