import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { get } from './request.ts';

/** A hundred of a list at most. */
export interface Page<Item> {
  items: Item[];
  /** Null: this is the last. */
  next_cursor: string | null;
}

/** What a list is asked for. What is undefined is not asked for. */
export type Wanted = Readonly<Record<string, string | undefined>>;

export function withQuery(path: string, wanted: Wanted): string {
  const given = Object.entries(wanted).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** A list that comes in pages. What was shown stays until what is asked for now has come. */
export function pagesOf<Listed extends Page<unknown>>(
  queryKey: readonly string[],
  path: string,
  wanted: Wanted,
) {
  return infiniteQueryOptions({
    queryKey: [...queryKey, 'pages', wanted],
    queryFn: ({ pageParam: cursor }) => get<Listed>(withQuery(path, { ...wanted, cursor })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Listed) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}
