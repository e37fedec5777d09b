import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { auditFileUrl, auditQuery, liveAuditQuery, type AuditEvent, type AuditFilter } from '../api/audit.ts';
import { queryClient } from '../api/query-client.ts';
import { readsAudit } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { focusPageTitle } from '../shell/use-focus-on-new-page.ts';
import { auditText as text } from '../text/audit.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { Menu } from '../ui/menu.tsx';
import { Moment } from '../ui/moment.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { filterOf, isFiltered, readAuditSearch, type AuditSearch } from './audit-search.ts';
import { AuditTable } from './audit-table.tsx';
import { useChainCheck } from './chain-check.tsx';
import { EventDialog } from './event-dialog.tsx';
import { newerThan, withNewer } from './with-newer.ts';

const route = getRouteApi('/$org/audit');

/** `/app/{org}/audit`: who did what. */
export function AuditPage() {
  const { role } = useOrganisation();
  return readsAudit(role) ? (
    <AuditLog />
  ) : (
    <>
      <PageHead title={text.title} lead={text.lead} />
      <Forbidden needed="admin" />
    </>
  );
}

function AuditLog() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // "The last hour" is counted from when it was chosen: or the list would begin anew each minute.
  const asked = JSON.stringify(search);
  const filter = useMemo(() => filterOf(readAuditSearch(JSON.parse(asked)), Date.now()), [asked]);
  const check = useChainCheck();
  const [isLive, setIsLive] = useState(false);
  const [opened, setOpened] = useState<AuditEvent | undefined>(undefined);
  const [followed, setFollowed] = useState(0);
  // After the dialog gave the focus back to its button.
  useEffect(() => {
    if (followed > 0) focusPageTitle();
  }, [followed]);
  const look = (next: AuditSearch) => void navigate({ search: next, replace: true });
  return (
    <>
      <PageHead
        title={text.title}
        lead={text.lead}
        action={
          <div className="head-actions">
            <button
              type="button"
              className="button secondary"
              aria-pressed={isLive}
              onClick={() => setIsLive(!isLive)}
            >
              {isLive ? text.pause : text.live}
            </button>
            {check.button}
            <Download filter={filter} />
          </div>
        }
      />
      {check.result}
      <AuditFilters search={search} onChange={look} />
      <Events
        filter={filter}
        isLive={isLive}
        isFiltered={isFiltered(search)}
        onOpen={setOpened}
        onClear={() => {
          look(search.intents === undefined ? {} : { intents: search.intents });
          focusPageTitle();
        }}
      />
      {opened === undefined ? null : (
        <EventDialog
          event={opened}
          onClose={() => setOpened(undefined)}
          onRequest={(request) => {
            setOpened(undefined);
            look({ request, intents: '1' });
            setFollowed((times) => times + 1);
          }}
        />
      )}
    </>
  );
}

function Download({ filter }: { filter: AuditFilter }) {
  const { slug: org } = useOrganisation();
  return (
    <Menu label={text.download} shown={text.download} align="end">
      {(close) => (
        <>
          <a className="menu-item" href={auditFileUrl(org, filter, 'csv')} download onClick={close}>
            {text.downloadCsv}
          </a>
          <a className="menu-item" href={auditFileUrl(org, filter, 'ndjson')} download onClick={close}>
            {text.downloadNdjson}
          </a>
          <p className="menu-note small quiet">{text.downloadNote}</p>
        </>
      )}
    </Menu>
  );
}

interface EventsProps {
  filter: AuditFilter;
  isLive: boolean;
  isFiltered: boolean;
  onOpen: (event: AuditEvent) => void;
  onClear: () => void;
}

function Events({ filter, isFiltered: hasFilter, isLive, onClear, onOpen }: EventsProps) {
  const { slug: org } = useOrganisation();
  const events = useInfiniteQuery({ ...auditQuery(org, filter), placeholderData: keepPreviousData });
  const live = useQuery(liveAuditQuery(org, filter, isLive));
  const known = events.data?.pages.flatMap(({ items }) => items) ?? [];
  const fresh = newerThan(known, events.isPlaceholderData ? [] : (live.data?.items ?? []));
  // So many came at once that some between are missing: the list is read anew.
  useEffect(() => {
    if (fresh.isGap) void queryClient.invalidateQueries(auditQuery(org, filter));
  }, [fresh.isGap, org, filter]);
  if (events.data === undefined) {
    return events.isError ? (
      <Problem error={events.error} onRetry={() => void events.refetch()} />
    ) : (
      <Skeleton rows={8} label={text.loading} />
    );
  }
  const shown = withNewer(known, fresh.items);
  const searchedBackTo = events.data.pages.at(-1)?.searched_back_to ?? null;
  return (
    <div aria-busy={events.isPlaceholderData} className="events">
      <p role="status" className="small quiet live-status">
        {isLive
          ? [
              live.isError ? text.liveFailed : text.liveOn,
              fresh.items.length > 0 ? text.liveNew(fresh.items.length) : '',
            ]
              .join(' ')
              .trim()
          : fresh.items.length > 0
            ? text.livePaused
            : null}
      </p>
      {shown.length === 0 ? (
        <div className="sheet empty">
          <p>
            {events.hasNextPage && searchedBackTo !== null ? (
              <>
                {text.noneSince}
                <Moment at={searchedBackTo} />.
              </>
            ) : hasFilter ? (
              text.noneFound
            ) : (
              text.empty
            )}
          </p>
          {hasFilter ? (
            <button type="button" className="button secondary" onClick={onClear}>
              {text.clear}
            </button>
          ) : null}
        </div>
      ) : (
        <AuditTable events={shown} onOpen={onOpen} />
      )}
      <div className="list-end">
        {events.isFetchNextPageError ? (
          <Problem error={events.error} onRetry={() => void events.fetchNextPage()} />
        ) : events.hasNextPage ? (
          <>
            {shown.length > 0 && searchedBackTo !== null ? (
              <p className="small quiet">
                {text.noneSince}
                <Moment at={searchedBackTo} />.
              </p>
            ) : null}
            <button
              type="button"
              className="button secondary"
              aria-disabled={events.isFetchingNextPage}
              onClick={() => {
                if (!events.isFetchingNextPage) void events.fetchNextPage();
              }}
            >
              {events.isFetchingNextPage
                ? text.olderLoading
                : searchedBackTo === null
                  ? text.older
                  : text.further}
            </button>
          </>
        ) : shown.length > 0 ? (
          <p className="small quiet">{hasFilter ? text.endFound : text.end}</p>
        ) : null}
      </div>
    </div>
  );
}
