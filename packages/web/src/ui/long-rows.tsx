import { Fragment, lazy, Suspense, useImperativeHandle, useRef, type ReactNode, type Ref } from 'react';
import { focusIn, type RowFocus, type RowPlace } from './row-place.ts';

export type { RowFocus, RowPlace } from './row-place.ts';

/** Up to this many rows a browser draws faster than a person sees. */
const PLAIN_ROWS_MAX = 200;

/** A file of its own, which short lists do without. */
const DrawnRows = lazy(async () => {
  const { DrawnRows: Rows } = await import('./drawn-rows.tsx');
  return { default: Rows };
});

interface LongRowsProps<Item> {
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** About how high a row is, in pixels, until it is drawn. */
  height: number;
  columns: number;
  handle?: Ref<RowFocus>;
  /** The row of an item, which takes its place. */
  children: (item: Item, place: RowPlace) => ReactNode;
}

/**
 * The rows of a table's body. Where they are many only those near the window are drawn: the table says by
 * `aria-rowcount` how many there are, each row by `aria-rowindex` which one it is, and the row with the focus stays.
 */
export function LongRows<Item>(props: LongRowsProps<Item>) {
  const { children, columns, handle, height, items, keyOf } = props;
  if (items.length <= PLAIN_ROWS_MAX) return <AllRows {...props} />;
  return (
    <Suspense fallback={<AllRows {...props} items={items.slice(0, PLAIN_ROWS_MAX)} replaced />}>
      <DrawnRows
        count={items.length}
        keyAt={(index) => {
          const item = items[index];
          return item === undefined ? index : keyOf(item);
        }}
        height={height}
        columns={columns}
        handle={handle}
      >
        {(index, place) => {
          const item = items[index];
          return item === undefined ? null : children(item, place);
        }}
      </DrawnRows>
    </Suspense>
  );
}

/** Rows that are about to be `replaced` are seen alone: a focus in them would be lost. */
function AllRows<Item>({
  children,
  handle,
  items,
  keyOf,
  replaced = false,
}: LongRowsProps<Item> & { replaced?: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useImperativeHandle(handle, () => ({ focusRow: (index) => focusIn(body.current, index) }), []);
  return (
    <tbody ref={body} role="rowgroup" inert={replaced}>
      {items.map((item, index) => (
        <Fragment key={keyOf(item)}>
          {children(item, { ref: undefined, 'data-index': index, 'aria-rowindex': index + 2 })}
        </Fragment>
      ))}
    </tbody>
  );
}
