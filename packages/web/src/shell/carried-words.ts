import { useEffect, useState } from 'react';
import { queryClient } from '../api/query-client.ts';
import { focusPageTitle } from './use-focus-on-new-page.ts';

// What was done on a page that is there no more, to be said on the next one. Not in an address, where anybody could
// write it, and not beyond this tab.

const keyOf = (page: string) => ['carried words', page];

/** `page` is a path below /app. */
export function carryWords(page: string, words: string): void {
  queryClient.setQueryData(keyOf(page), words);
}

/** What was carried to this page, for as long as it is shown, with the focus at its heading. */
export function useCarriedWords(page: string): string | undefined {
  const [words] = useState(() => queryClient.getQueryData<string>(keyOf(page)));
  useEffect(() => {
    // Who has nothing to say leaves what is carried to the one that comes.
    if (words === undefined) return undefined;
    focusPageTitle();
    return () => queryClient.removeQueries({ queryKey: keyOf(page) });
  }, [page, words]);
  return words;
}
