import { useId } from 'react';
import { holding, type Quota } from '../api/quota.ts';
import { quotaText as text } from '../text/quota.ts';

/** What is used of the month's quota, where there is one. */
export function QuotaUsed({ quota }: { quota: Quota }) {
  const titleId = useId();
  const [calls, credits] = [holding(quota, 'calls_per_month'), holding(quota, 'credits_per_month')];
  if (calls === null && credits === null) return null;
  const { this_month: used } = quota;
  return (
    <section className="sheet" aria-labelledby={titleId}>
      <h2 id={titleId}>{text.usage}</h2>
      <dl className="numbers">
        {calls === null ? null : <Used name={text.usageCalls} of={text.ofMost(used.calls, calls)} />}
        {credits === null ? null : <Used name={text.usageCredits} of={text.ofMost(used.credits, credits)} />}
      </dl>
      <p className="small quiet">{text.anew(used.ends_at)}</p>
    </section>
  );
}

function Used({ name, of }: { name: string; of: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className="count">{of}</span>
      </dd>
    </div>
  );
}
