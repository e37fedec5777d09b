import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { attemptsPages } from '../api/connect.ts';
import { seesAllKeys } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { attemptsText as text } from '../text/connect.ts';
import { MorePages } from '../ui/more-pages.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useDelayed } from '../ui/use-delayed.ts';
import { AttemptCard } from './attempt-card.tsx';
import type { AttemptsSearch } from './connect-search.ts';

const route = getRouteApi('/$org/connect/attempts');
const VIEWS = ['all', 'connected', 'stopped'] as const;

/** `/app/{org}/connect/attempts`: how apps got on with connecting. */
export function AttemptsPage() {
  const { role, slug: org } = useOrganisation();
  return (
    <>
      <PageHead
        title={text.title}
        lead={seesAllKeys(role) ? text.lead : text.leadOwn}
        action={
          <Link to="/$org/connect" params={{ org }} className="button secondary">
            {text.back}
          </Link>
        }
      />
      <Attempts />
    </>
  );
}

function Attempts() {
  const { slug: org } = useOrganisation();
  const search = route.useSearch();
  const pages = useInfiniteQuery(attemptsPages(org, search));
  if (pages.data === undefined) {
    return pages.isError ? (
      <Problem error={pages.error} onRetry={() => void pages.refetch()} />
    ) : (
      <Skeleton rows={5} label={text.loading} />
    );
  }
  const shown = pages.data.pages.flatMap(({ items }) => items);
  const isFiltered = search.q !== undefined || search.show !== undefined;
  if (shown.length === 0 && !isFiltered) {
    return (
      <div className="sheet empty">
        <p>{text.empty}</p>
        <Link to="/$org/connect" params={{ org }} className="button">
          {text.connect}
        </Link>
      </div>
    );
  }
  return (
    <>
      <Filter search={search} />
      {shown.length === 0 ? (
        <div className="sheet empty">
          <p>{text.noneFound}</p>
          <Link to="/$org/connect/attempts" params={{ org }} className="button secondary">
            {text.clear}
          </Link>
        </div>
      ) : (
        <div className="sheet attempts">
          {shown.map((attempt) => (
            <AttemptCard key={attempt.id} within="page" attempt={attempt} />
          ))}
        </div>
      )}
      <MorePages pages={pages} more={text.older} loading={text.olderLoading} />
    </>
  );
}

function Filter({ search }: { search: AttemptsSearch }) {
  const navigate = route.useNavigate();
  const { q = '', show } = search;
  const field = useDelayed(
    q,
    (wanted) => void navigate({ search: searchOf(wanted, show), replace: true, resetScroll: false }),
  );
  return (
    <div className="filter">
      <div className="views" role="group" aria-label={text.views}>
        {VIEWS.map((view) => (
          <button
            key={view}
            type="button"
            className="view"
            aria-pressed={(show ?? 'all') === view}
            onClick={() =>
              void navigate({
                search: searchOf(field.text, view === 'all' ? undefined : view),
                replace: true,
                resetScroll: false,
              })
            }
          >
            {text.show[view]}
          </button>
        ))}
      </div>
      <input
        type="search"
        className="input"
        aria-label={text.find}
        placeholder={text.findPlaceholder}
        maxLength={200}
        value={field.text}
        onChange={(event) => field.type(event.target.value)}
      />
    </div>
  );
}

function searchOf(q: string, show: AttemptsSearch['show']): AttemptsSearch {
  const wanted = q.trim();
  return { ...(wanted === '' ? {} : { q: wanted }), ...(show === undefined ? {} : { show }) };
}
