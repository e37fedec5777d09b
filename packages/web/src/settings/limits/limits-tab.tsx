import { useQuery } from '@tanstack/react-query';
import { limitsQuery } from '../../api/limits.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { limitsText as text } from '../../text/limits.ts';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { LimitsForm } from './limits-form.tsx';
import { QuotaPart } from './quota-part.tsx';

/** `/app/{org}/settings/limits`: how many calls there may be in a minute. */
export function LimitsTab() {
  const { slug: org } = useOrganisation();
  const limits = useQuery(limitsQuery(org));
  const [notice, say] = useNotice();
  return (
    <>
      {notice}
      <Part title={text.title} lead={text.lead}>
        {limits.data !== undefined ? (
          <LimitsForm limits={limits.data} onSaved={() => say(text.saved)} />
        ) : limits.isError ? (
          <Problem error={limits.error} onRetry={() => void limits.refetch()} />
        ) : (
          <Skeleton rows={4} label={text.loading} />
        )}
      </Part>
      <QuotaPart onSaved={say} />
    </>
  );
}
