import { changeLimits, limitsQuery, type Limits, type OwnLimits } from '../../api/limits.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { limitsText as text } from '../../text/limits.ts';
import { OwnLimitsForm } from './own-limits-form.tsx';

export function LimitsForm({ limits, onSaved }: { limits: Limits; onSaved: () => void }) {
  const { slug: org } = useOrganisation();
  const query = limitsQuery(org);
  const { most, busiest_hour: busiest } = limits;
  return (
    <OwnLimitsForm
      fields={[
        {
          name: 'calls_per_key',
          label: text.key,
          hint: text.keyHint,
          most: most.calls_per_key,
          busiest: text.busiestKey(busiest.key),
        },
        {
          name: 'calls_per_organisation',
          label: text.organisation,
          hint: text.organisationHint,
          most: most.calls_per_organisation,
          busiest: text.busiestOrganisation(busiest.organisation),
        },
      ]}
      limits={own(limits)}
      change={async (wanted) => {
        const saved = await changeLimits(org, wanted);
        queryClient.setQueryData(query.queryKey, saved);
        return own(saved);
      }}
      read={async () => own(await queryClient.fetchQuery({ ...query, staleTime: 0 }))}
      onSaved={onSaved}
      act={text.save}
      acting={text.saving}
    >
      {text.nodes}
    </OwnLimitsForm>
  );
}

function own({ calls_per_key, calls_per_organisation }: Limits): OwnLimits {
  return { calls_per_key, calls_per_organisation };
}
