import { useId } from 'react';
import type { Usage } from '../api/usage.ts';
import { usageText as text } from '../text/usage.ts';
import { errorClassesInWords, errorsOf, numberInWords, shareInWords, timeInWords } from './usage-words.ts';

/** The few numbers that say most. */
export function UsageNumbers({ usage: { totals } }: { usage: Pick<Usage, 'totals'> }) {
  const titleId = useId();
  const errors = errorsOf(totals);
  return (
    <section className="sheet" aria-labelledby={titleId}>
      <h2 id={titleId} className="for-screen-readers">
        {text.numbers}
      </h2>
      <dl className="numbers">
        <Figure name={text.calls} value={numberInWords(totals.calls)} />
        <Figure
          name={text.errors}
          value={numberInWords(errors)}
          more={
            errors === 0
              ? undefined
              : `${text.errorShare(shareInWords(errors, totals.calls))}: ${errorClassesInWords(totals)}`
          }
        />
        <Figure name={text.typical} value={timeInWords(totals.p50_ms)} />
        <Figure name={text.slow} value={timeInWords(totals.p95_ms)} />
      </dl>
    </section>
  );
}

function Figure({ more, name, value }: { name: string; value: string; more?: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className="count">{value}</span>
        {more === undefined ? null : <span className="row-more">{more}</span>}
      </dd>
    </div>
  );
}
