import { Problem } from './problem.tsx';

interface MorePagesProps {
  pages: {
    readonly error: unknown;
    readonly isFetchNextPageError: boolean;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
  /** The button, and what it says meanwhile. */
  more: string;
  loading: string;
}

/** The end of a list that comes in pages: the way to the next one, if there is one. */
export function MorePages({ loading, more, pages }: MorePagesProps) {
  if (pages.isFetchNextPageError)
    return <Problem error={pages.error} onRetry={() => void pages.fetchNextPage()} />;
  if (!pages.hasNextPage) return null;
  return (
    <div className="actions">
      <button
        type="button"
        className="button secondary"
        disabled={pages.isFetchingNextPage}
        onClick={() => void pages.fetchNextPage()}
      >
        {pages.isFetchingNextPage ? loading : more}
      </button>
    </div>
  );
}
