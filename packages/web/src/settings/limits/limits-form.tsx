import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { changeLimits, limitsQuery, type Limits, type OwnLimits } from '../../api/limits.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { limitsText as text } from '../../text/limits.ts';
import { Problem } from '../../ui/problem.tsx';
import { LimitField } from './limit-field.tsx';

export function LimitsForm({ limits, onSaved }: { limits: Limits; onSaved: () => void }) {
  const { slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(own(limits));
  const [wanted, setWanted] = useState(own(limits));
  const [before, setBefore] = useState<OwnLimits | undefined>(undefined);
  const saving = useMutation({
    mutationFn: () => changeLimits(org, { ...wanted, was }),
    onSuccess: (saved) => {
      setWas(own(saved));
      setBefore(undefined);
      setWanted(own(saved));
      queryClient.setQueryData(limitsQuery(org).queryKey, saved);
      onSaved();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.code === 'conflict')) return;
      // What was typed stays; what it is compared with is what is there now.
      const now = await queryClient.fetchQuery({ ...limitsQuery(org), staleTime: 0 });
      setBefore(was);
      setWas(own(now));
    },
  });
  const { most, busiest_hour: busiest } = limits;
  const isSame =
    wanted.calls_per_key === was.calls_per_key &&
    wanted.calls_per_organisation === was.calls_per_organisation;
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <LimitField
        id="calls-per-key"
        label={text.key}
        hint={text.keyHint}
        most={most.calls_per_key}
        busiest={text.busiestKey(busiest.key)}
        value={wanted.calls_per_key}
        was={was.calls_per_key}
        isTheirs={before !== undefined && before.calls_per_key !== was.calls_per_key}
        onChange={(calls) => setWanted({ ...wanted, calls_per_key: calls })}
      />
      <LimitField
        id="calls-per-organisation"
        label={text.organisation}
        hint={text.organisationHint}
        most={most.calls_per_organisation}
        busiest={text.busiestOrganisation(busiest.organisation)}
        value={wanted.calls_per_organisation}
        was={was.calls_per_organisation}
        isTheirs={before !== undefined && before.calls_per_organisation !== was.calls_per_organisation}
        onChange={(calls) => setWanted({ ...wanted, calls_per_organisation: calls })}
      />
      <p className="small quiet">{text.nodes}</p>
      {saving.isError ? <Problem error={saving.error} /> : null}
      <div className="dialog-actions">
        <button type="submit" className="button" disabled={saving.isPending || isSame}>
          {saving.isPending ? text.saving : text.save}
        </button>
      </div>
    </form>
  );
}

function own({ calls_per_key, calls_per_organisation }: Limits): OwnLimits {
  return { calls_per_key, calls_per_organisation };
}
