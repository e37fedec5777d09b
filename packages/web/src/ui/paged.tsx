import type { ReactNode } from 'react';
import type { Page } from '../api/pages.ts';
import { uiText as text } from '../text/ui.ts';
import { MorePages } from './more-pages.tsx';
import { Problem } from './problem.tsx';
import { Skeleton } from './skeleton.tsx';

interface PagedProps<Listed extends Page<unknown>> {
  pages: {
    readonly data: { readonly pages: readonly Listed[] } | undefined;
    readonly error: unknown;
    readonly isError: boolean;
    readonly isFetchNextPageError: boolean;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  /** "Loading the keys". */
  loading: string;
  rows: number;
  /** In place of everything, where there is nothing and nothing was asked for. */
  empty: ReactNode;
  /** Whether what is shown was narrowed down. */
  isNarrowed: boolean;
  /** What it is narrowed down by. */
  filter: (shown: number, last: Listed) => ReactNode;
  /** In place of the rows, where nothing fits. */
  noneFound: ReactNode;
  children: (items: Listed['items'][number][], last: Listed) => ReactNode;
}

/** A list that comes a hundred at a time, in each of its states. */
export function Paged<Listed extends Page<unknown>>(props: PagedProps<Listed>) {
  const { children, filter, isNarrowed, pages } = props;
  const last = pages.data?.pages.at(-1);
  if (pages.data === undefined || last === undefined) {
    return pages.isError ? (
      <Problem error={pages.error} onRetry={() => void pages.refetch()} />
    ) : (
      <Skeleton rows={props.rows} label={props.loading} />
    );
  }
  const items: Listed['items'][number][] = pages.data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !isNarrowed) return <div className="sheet empty">{props.empty}</div>;
  return (
    <>
      {filter(items.length, last)}
      {pages.isError && !pages.isFetchNextPageError ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : null}
      {items.length === 0 ? <div className="sheet empty">{props.noneFound}</div> : children(items, last)}
      <MorePages pages={pages} more={text.showMore} loading={text.loading} />
    </>
  );
}
