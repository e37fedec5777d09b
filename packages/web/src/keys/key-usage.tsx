import { useId, useMemo } from 'react';
import type { KeyDetail } from '../api/keys.ts';
import { keyText as text } from '../text/key.ts';
import { ChartPlace } from '../usage/chart-place.tsx';
import { SeriesTable } from '../usage/series-table.tsx';
import { UsageNumbers } from '../usage/usage-numbers.tsx';

/** The calls of a month, by the day. */
export function KeyUsage({ usage }: { usage: KeyDetail['usage'] }) {
  const titleId = useId();
  // The chart is drawn anew for each other object.
  const shown = useMemo(() => ({ ...usage, whose: 'own' as const, groups: [], groups_in_all: 0 }), [usage]);
  if (usage.totals.calls === 0) {
    return (
      <section className="sheet" aria-labelledby={titleId}>
        <h2 id={titleId}>{text.usage}</h2>
        <p className="quiet">{text.noCalls}</p>
      </section>
    );
  }
  return (
    <>
      <UsageNumbers usage={usage} />
      <section className="sheet" aria-labelledby={titleId}>
        <h2 id={titleId}>{text.usage}</h2>
        <p className="small quiet">{text.utc}</p>
        <ChartPlace usage={shown} metric="calls" />
        <details className="raw">
          <summary>{text.asTable}</summary>
          <SeriesTable usage={shown} />
        </details>
      </section>
    </>
  );
}
