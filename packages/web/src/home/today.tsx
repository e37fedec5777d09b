import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { usageQuery } from '../api/usage.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { homeText as text } from '../text/home.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { errorsOf, numberInWords, timeInWords } from '../usage/usage-words.ts';

/** The last 24 hours in three numbers. */
export function Today() {
  const { slug: org } = useOrganisation();
  const titleId = useId();
  const usage = useQuery(usageQuery(org, { range: '24h', by: 'tool' }));
  if (usage.data === undefined) {
    return usage.isError ? (
      <Problem error={usage.error} onRetry={() => void usage.refetch()} />
    ) : (
      <Skeleton rows={2} label={text.today} />
    );
  }
  const { totals, whose } = usage.data;
  const figures = [
    [text.calls, numberInWords(totals.calls)],
    [text.errors, numberInWords(errorsOf(totals))],
    [text.slow, timeInWords(totals.p95_ms)],
  ] as const;
  return (
    <section className="sheet" aria-labelledby={titleId}>
      <div className="part-head">
        <h2 id={titleId}>{whose === 'all' ? text.today : text.todayOwn}</h2>
        <Link to="/$org/usage" params={{ org }}>
          {text.all}
        </Link>
      </div>
      {totals.calls === 0 ? (
        <p className="quiet">{text.none}</p>
      ) : (
        <dl className="numbers">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <span className="count">{value}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
