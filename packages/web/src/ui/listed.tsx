import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { uiText as text } from '../text/ui.ts';
import { Problem } from './problem.tsx';
import { Skeleton } from './skeleton.tsx';

interface ListedProps<Item> {
  query: UseQueryResult<Item[]>;
  /** What is loading: "the apps". */
  what: string;
  rows: number;
  /** In place of a list without items. */
  empty: ReactNode;
  children: (items: readonly Item[]) => ReactNode;
}

/** A list in each of its states. */
export function Listed<Item>({ query, what, rows, empty, children }: ListedProps<Item>) {
  if (query.data === undefined) {
    return query.isError ? (
      <Problem error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton rows={rows} label={text.loadingWhat(what)} />
    );
  }
  return query.data.length === 0 ? <div className="sheet empty">{empty}</div> : children(query.data);
}
