import { useQuery } from '@tanstack/react-query';
import { securityQuery } from '../../api/security.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { securityText as text } from '../../text/security.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { SecurityForm } from './security-form.tsx';

/** `/app/{org}/settings/security`: what the organisation asks of whoever does anything in it. */
export function SecurityTab() {
  const { slug: org } = useOrganisation();
  const security = useQuery(securityQuery(org));
  const [notice, say] = useNotice();
  return (
    <>
      {notice}
      {security.data !== undefined ? (
        <SecurityForm security={security.data} onSaved={say} />
      ) : security.isError ? (
        <Problem error={security.error} onRetry={() => void security.refetch()} />
      ) : (
        <Skeleton rows={8} label={text.loading} />
      )}
    </>
  );
}
