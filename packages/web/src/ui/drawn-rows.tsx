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
import { focusIn, type RowFocus, type RowPlace } from './row-place.ts';

const ROWS_BEYOND = 12;

interface DrawnRowsProps {
  count: number;
  keyAt: (index: number) => string | number;
  height: number;
  columns: number;
  handle: Ref<RowFocus> | undefined;
  /** The row of this index, which takes its place. */
  children: (index: number, place: RowPlace) => ReactNode;
}

/** The rows near the window, and room for the others: see `LongRows`. */
export function DrawnRows({ children, columns, count, handle, height, keyAt }: DrawnRowsProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const held = useRef<number | undefined>(undefined);
  const [top, setTop] = useState(0);
  // Which row gets the focus as soon as it is drawn; each wish is a value of its own.
  const [wish, setWish] = useState<{ index: number } | undefined>(undefined);
  const virtual = useWindowVirtualizer<HTMLElement>({
    count,
    estimateSize: () => height,
    getItemKey: keyAt,
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
        const gap = row.start - end;
        end = row.end;
        return (
          <Fragment key={row.key}>
            {gap > 0 ? <Gap height={gap} columns={columns} /> : null}
            {children(row.index, {
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
