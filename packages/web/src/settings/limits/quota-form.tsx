import { queryClient } from '../../api/query-client.ts';
import { changeQuota, holding, quotaQuery, type OwnQuota, type Quota } from '../../api/quota.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { quotaText as text } from '../../text/quota.ts';
import { OwnLimitsForm } from './own-limits-form.tsx';

const FIELDS = [
  { name: 'calls_per_month', label: text.calls, hint: text.callsHint },
  { name: 'credits_per_month', label: text.credits, hint: text.creditsHint },
  { name: 'calls_at_once_per_key', label: text.atOncePerKey, hint: text.atOncePerKeyHint },
  { name: 'calls_at_once', label: text.atOnce, hint: text.atOnceHint },
] as const;

export function QuotaForm({ onSaved, quota }: { quota: Quota; onSaved: () => void }) {
  const { slug: org } = useOrganisation();
  const query = quotaQuery(org);
  const used = {
    calls_per_month: text.used(quota.this_month.calls, holding(quota, 'calls_per_month')),
    credits_per_month: text.used(quota.this_month.credits, holding(quota, 'credits_per_month')),
    calls_at_once_per_key: '',
    calls_at_once: '',
  };
  return (
    <OwnLimitsForm
      fields={FIELDS.map((field) => ({ ...field, most: quota.most[field.name], busiest: used[field.name] }))}
      limits={own(quota)}
      change={async (wanted) => {
        const saved = await changeQuota(org, wanted);
        queryClient.setQueryData(query.queryKey, saved);
        return own(saved);
      }}
      read={async () => own(await queryClient.fetchQuery({ ...query, staleTime: 0 }))}
      onSaved={onSaved}
      act={text.set}
      acting={text.setting}
    >
      {text.anew(quota.this_month.ends_at)} {text.nodes}
    </OwnLimitsForm>
  );
}

function own({ calls_at_once, calls_at_once_per_key, calls_per_month, credits_per_month }: Quota): OwnQuota {
  return { calls_at_once, calls_at_once_per_key, calls_per_month, credits_per_month };
}
