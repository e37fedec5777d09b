import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  Fragment,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ReactNode,
  type Ref,
} from 'react';

/** Up to this many rows a browser draws faster than a person sees. */
export const PLAIN_ROWS_MAX = 200;
const ROWS_BEYOND = 12;

export interface RowPlace {
  ref: ((row: HTMLElement | null) => void) | undefined;
  'data-index': number;
  /** From 1; the first is the row of the headings. */
  'aria-rowindex': number;
}

/** Moves the focus to what is marked `data-row-focus` in a row, drawn or not. */
export interface RowFocus {
  focusRow: (index: number) => void;
}

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
  return props.items.length > PLAIN_ROWS_MAX ? <DrawnRows {...props} /> : <AllRows {...props} />;
}

function AllRows<Item>({ children, handle, items, keyOf }: LongRowsProps<Item>) {
  const body = useRef<HTMLTableSectionElement>(null);
  useImperativeHandle(handle, () => ({ focusRow: (index) => focusIn(body.current, index) }), []);
  return (
    <tbody ref={body} role="rowgroup">
      {items.map((item, index) => (
        <Fragment key={keyOf(item)}>
          {children(item, { ref: undefined, 'data-index': index, 'aria-rowindex': index + 2 })}
        </Fragment>
      ))}
    </tbody>
  );
}

function focusIn(body: HTMLElement | null, index: number): void {
  body?.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-focus]`)?.focus();
}

function DrawnRows<Item>({ children, columns, handle, height, items, keyOf }: LongRowsProps<Item>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const held = useRef<number | undefined>(undefined);
  const [top, setTop] = useState(0);
  // Which row gets the focus as soon as it is drawn; each wish is a value of its own.
  const [wish, setWish] = useState<{ index: number } | undefined>(undefined);
  const virtual = useWindowVirtualizer<HTMLElement>({
    count: items.length,
    estimateSize: () => height,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: ROWS_BEYOND,
    scrollMargin: top,
    // Asked again for each wish, because a wish changes what is near.
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const near = defaultRangeExtractor(range);
        const far = wish?.index === held.current ? wish?.index : held.current;
        if (far === undefined || far >= range.count || near.includes(far)) return near;
        return [...near, far].sort((one, other) => one - other);
      },
      [wish],
    ),
  });

  // After each drawing: what stands above the table may have become higher.
  useLayoutEffect(() => {
    const now = (body.current?.getBoundingClientRect().top ?? 0) + scrollY;
    if (Math.abs(now - top) > 1) setTop(now);
  });

  useImperativeHandle(
    handle,
    () => ({
      focusRow(index) {
        held.current = index;
        setWish({ index });
      },
    }),
    [],
  );
  useLayoutEffect(() => {
    if (wish !== undefined) focusIn(body.current, wish.index);
  }, [wish]);

  const drawn = virtual.getVirtualItems();
  let end = top;
  return (
    <tbody
      ref={body}
      role="rowgroup"
      onFocus={({ target }) => {
        const index = target.closest<HTMLElement>('tr')?.dataset['index'];
        held.current = index === undefined ? undefined : Number(index);
      }}
    >
      {drawn.map((row) => {
        const item = items[row.index];
        const gap = row.start - end;
        end = row.end;
        return item === undefined ? null : (
          <Fragment key={row.key}>
            {gap > 0 ? <Gap height={gap} columns={columns} /> : null}
            {children(item, {
              ref: virtual.measureElement,
              'data-index': row.index,
              'aria-rowindex': row.index + 2,
            })}
          </Fragment>
        );
      })}
      <Gap height={Math.max(0, top + virtual.getTotalSize() - end)} columns={columns} />
    </tbody>
  );
}

/** The room of the rows that are not drawn. */
function Gap({ columns, height }: { columns: number; height: number }) {
  const room = useRef<HTMLTableCellElement>(null);
  useLayoutEffect(() => {
    room.current?.style.setProperty('height', `${height}px`);
  }, [height]);
  return (
    <tr aria-hidden="true" className="table-gap">
      <td ref={room} colSpan={columns} />
    </tr>
  );
}
