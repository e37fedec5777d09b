import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useId } from 'react';
import { quotaQuery } from '../api/quota.ts';
import { usageFileUrl, usageQuery, type Usage, type UsageBy } from '../api/usage.ts';
import { readsUsage, seesAllKeys } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { usageText as text } from '../text/usage.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Views } from '../ui/views.tsx';
import { withPart, type SearchPart } from '../ui/with-part.ts';
import { ChartPlace } from './chart-place.tsx';
import { GroupTable } from './group-table.tsx';
import { QuotaUsed } from './quota-used.tsx';
import { SeriesTable } from './series-table.tsx';
import { UsageNumbers } from './usage-numbers.tsx';
import { BYS, narrowedTo, questionOf, RANGES, type UsageSearch } from './usage-search.ts';
import { busiestOf, errorsOf, groupName, numberInWords, stepInWords } from './usage-words.ts';

const route = getRouteApi('/$org/usage');

/** `/app/{org}/usage`: how much is called. */
export function UsagePage() {
  const { role } = useOrganisation();
  const isAll = seesAllKeys(role);
  return (
    <>
      {readsUsage(role) ? (
        <UsageOf isAll={isAll} />
      ) : (
        <>
          <PageHead title={text.title} lead={text.lead} />
          <Forbidden needed="member" />
        </>
      )}
    </>
  );
}

function UsageOf({ isAll }: { isAll: boolean }) {
  const { slug: org } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const question = questionOf(search);
  const usage = useQuery({ ...usageQuery(org, question), placeholderData: keepPreviousData });
  // Beside the numbers of the organisation alone, and with them, so that nothing moves below it.
  const quota = useQuery({ ...quotaQuery(org), enabled: isAll });
  const show = (part: SearchPart<UsageSearch>) => void navigate({ search: withPart(part), replace: true });
  return (
    <>
      <PageHead
        title={text.title}
        lead={isAll ? text.lead : text.leadOwn}
        action={
          <a className="button secondary" href={usageFileUrl(org, question)} download>
            {text.download}
          </a>
        }
      />
      <div className="filter">
        <Views
          label={text.whichTime}
          chosen={question.range}
          views={RANGES.map((range) => ({ value: range, name: text.ranges[range] }))}
          onChoose={(range) => show({ range })}
        />
        <div className="chips">
          {narrowedTo(search).map(({ by, id }) => (
            <Narrowed
              key={by}
              by={by}
              id={id}
              range={question.range}
              onRemove={() => show({ [by]: undefined })}
            />
          ))}
        </div>
      </div>
      {usage.data === undefined && usage.isError ? (
        <Problem error={usage.error} onRetry={() => void usage.refetch()} />
      ) : usage.data === undefined || quota.isLoading ? (
        <Skeleton rows={7} label={text.loading} />
      ) : (
        <div className="stack" aria-busy={usage.isPlaceholderData}>
          {usage.isError ? <Problem error={usage.error} onRetry={() => void usage.refetch()} /> : null}
          {quota.data === undefined ? null : <QuotaUsed quota={quota.data} />}
          <UsageShown usage={usage.data} search={search} onShow={show} />
        </div>
      )}
    </>
  );
}

interface UsageShownProps {
  usage: Usage;
  search: UsageSearch;
  onShow: (part: { [Name in keyof UsageSearch]: UsageSearch[Name] | undefined }) => void;
}

function UsageShown({ onShow, search, usage }: UsageShownProps) {
  const { slug: org } = useOrganisation();
  const overId = useId();
  const { by, range } = questionOf(search);
  const time = text.rangesInWords[range];
  const { metric = 'calls', view = 'chart' } = search;
  if (usage.totals.calls === 0) {
    const isNarrowed = narrowedTo(search).length > 0;
    return (
      <div className="sheet empty">
        <p>{isNarrowed ? text.emptyFiltered(time) : text.empty(time)}</p>
        {isNarrowed ? null : (
          <>
            <p className="quiet">{text.emptyWhy}</p>
            <Link to="/$org" params={{ org }} className="button">
              {text.emptyAct}
            </Link>
          </>
        )}
      </div>
    );
  }
  return (
    <>
      <UsageNumbers usage={usage} />
      <section className="sheet" aria-labelledby={overId}>
        <div className="part-head">
          <h2 id={overId}>{text.over}</h2>
          <div className="chart-choices">
            {view === 'chart' ? (
              <Views
                label={text.what}
                chosen={metric}
                views={[
                  { value: 'calls', name: text.metrics.calls },
                  { value: 'time', name: text.metrics.time },
                ]}
                onChoose={(chosen) => onShow({ metric: chosen === 'time' ? 'time' : undefined })}
              />
            ) : null}
            <Views
              label={text.how}
              chosen={view}
              views={[
                { value: 'chart', name: text.views.chart },
                { value: 'table', name: text.views.table },
              ]}
              onChoose={(chosen) => onShow({ view: chosen === 'table' ? 'table' : undefined })}
            />
          </div>
        </div>
        <p className="small">
          <Summary usage={usage} time={time} />
        </p>
        {view === 'table' ? (
          <SeriesTable usage={usage} />
        ) : (
          <>
            <Legend metric={metric} />
            <ChartPlace usage={usage} metric={metric} />
          </>
        )}
      </section>
      <section aria-label={text.groupCaption[by]}>
        <div className="filter">
          <Views
            label={text.by}
            chosen={by}
            views={BYS.filter((one) => one !== 'person' || usage.whose === 'all').map((one) => ({
              value: one,
              name: text.bys[one],
            }))}
            onChoose={(chosen) => onShow({ by: chosen })}
          />
        </div>
        <GroupTable
          usage={usage}
          by={by}
          onNarrow={({ id }) => onShow({ [by]: id, by: by === 'tool' ? 'person' : 'tool' })}
        />
      </section>
    </>
  );
}

function Summary({ time, usage }: { usage: Usage; time: string }) {
  const { series, step_seconds: step, totals } = usage;
  const busiest = busiestOf(series);
  return (
    <>
      {text.summary(numberInWords(totals.calls), time, numberInWords(errorsOf(totals)))}
      {busiest === undefined
        ? null
        : text.summaryMost(numberInWords(busiest.calls), stepInWords(busiest.at, step))}{' '}
      {step > 3600 ? text.utc : null}
    </>
  );
}

function Legend({ metric }: { metric: 'calls' | 'time' }) {
  const names = metric === 'calls' ? (['calls', 'errors'] as const) : (['p50', 'p95'] as const);
  return (
    <ul className="legend">
      {names.map((name) => (
        <li key={name} className={`legend-${name}`}>
          {text.series[name]}
        </li>
      ))}
    </ul>
  );
}

/** What the page is narrowed down to, by its name of today. */
function Narrowed({
  by,
  id,
  onRemove,
  range,
}: {
  by: UsageBy;
  id: string;
  range: keyof typeof text.ranges;
  onRemove: () => void;
}) {
  const { slug: org } = useOrganisation();
  const named = useQuery(usageQuery(org, { range, by, [by]: id }));
  const group = named.data?.groups[0];
  return (
    <span className="chip">
      {text.filtered[by]}
      <Foreign text={group === undefined ? id : groupName(by, group)} max={60} />
      <button type="button" className="link-button" onClick={onRemove}>
        {text.unfilter}
      </button>
    </span>
  );
}
