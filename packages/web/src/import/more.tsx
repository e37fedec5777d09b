import { importText as text } from '../text/import.ts';
import { Problem } from '../ui/problem.tsx';

interface MoreProps {
  shown: number;
  total: number;
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
}

/** The end of a list that comes in pages. */
export function More({ query, shown, total }: MoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <div className="import-more">
      {query.isFetchNextPageError ? <Problem error={query.error} /> : null}
      <span role="status" className="small quiet">
        {text.shownOf(shown, total)}
      </span>
      <button
        type="button"
        className="button secondary"
        disabled={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        {query.isFetchingNextPage ? text.loadingMore : text.showMore}
      </button>
    </div>
  );
}
