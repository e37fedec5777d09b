import { useQuery } from '@tanstack/react-query';
import { quotaQuery } from '../../api/quota.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { quotaText as text } from '../../text/quota.ts';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { QuotaForm } from './quota-form.tsx';

/** What there may be in a month, and at once. */
export function QuotaPart({ onSaved }: { onSaved: (said: string) => void }) {
  const { slug: org } = useOrganisation();
  const quota = useQuery(quotaQuery(org));
  return (
    <Part title={text.title} lead={text.lead}>
      {quota.data !== undefined ? (
        <QuotaForm quota={quota.data} onSaved={() => onSaved(text.saved)} />
      ) : quota.isError ? (
        <Problem error={quota.error} onRetry={() => void quota.refetch()} />
      ) : (
        <Skeleton rows={4} label={text.loading} />
      )}
    </Part>
  );
}
