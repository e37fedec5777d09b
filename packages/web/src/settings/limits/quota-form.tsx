import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { queryClient } from '../../api/query-client.ts';
import { changeQuota, holding, quotaQuery, type OwnQuota, type Quota } from '../../api/quota.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { quotaText as text } from '../../text/quota.ts';
import { Problem } from '../../ui/problem.tsx';
import { LimitField } from './limit-field.tsx';

const FIELDS = [
  { name: 'calls_per_month', label: text.calls, hint: text.callsHint },
  { name: 'credits_per_month', label: text.credits, hint: text.creditsHint },
  { name: 'calls_at_once_per_key', label: text.atOncePerKey, hint: text.atOncePerKeyHint },
  { name: 'calls_at_once', label: text.atOnce, hint: text.atOnceHint },
] as const;

export function QuotaForm({ onSaved, quota }: { quota: Quota; onSaved: () => void }) {
  const { slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(own(quota));
  const [wanted, setWanted] = useState(own(quota));
  const [before, setBefore] = useState<OwnQuota | undefined>(undefined);
  const saving = useMutation({
    mutationFn: () => changeQuota(org, { ...wanted, was }),
    onSuccess: (saved) => {
      setWas(own(saved));
      setBefore(undefined);
      setWanted(own(saved));
      queryClient.setQueryData(quotaQuery(org).queryKey, saved);
      onSaved();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.code === 'conflict')) return;
      // What was typed stays; what it is compared with is what is there now.
      const now = await queryClient.fetchQuery({ ...quotaQuery(org), staleTime: 0 });
      setBefore(was);
      setWas(own(now));
    },
  });
  const used = {
    calls_per_month: text.used(quota.this_month.calls, holding(quota, 'calls_per_month')),
    credits_per_month: text.used(quota.this_month.credits, holding(quota, 'credits_per_month')),
    calls_at_once_per_key: '',
    calls_at_once: '',
  };
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      {FIELDS.map(({ hint, label, name }) => (
        <LimitField
          key={name}
          id={name.replaceAll('_', '-')}
          label={label}
          hint={hint}
          most={quota.most[name]}
          busiest={used[name]}
          value={wanted[name]}
          was={was[name]}
          isTheirs={before !== undefined && before[name] !== was[name]}
          onChange={(value) => setWanted({ ...wanted, [name]: value })}
        />
      ))}
      <p className="small quiet">
        {text.anew(quota.this_month.ends_at)} {text.nodes}
      </p>
      {saving.isError ? <Problem error={saving.error} /> : null}
      <div className="dialog-actions">
        <button
          type="submit"
          className="button"
          disabled={saving.isPending || FIELDS.every(({ name }) => wanted[name] === was[name])}
        >
          {saving.isPending ? text.setting : text.set}
        </button>
      </div>
    </form>
  );
}

function own({ calls_at_once, calls_at_once_per_key, calls_per_month, credits_per_month }: Quota): OwnQuota {
  return { calls_at_once, calls_at_once_per_key, calls_per_month, credits_per_month };
}
