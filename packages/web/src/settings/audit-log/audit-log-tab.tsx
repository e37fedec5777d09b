import { useQuery } from '@tanstack/react-query';
import { auditRetentionQuery } from '../../api/audit-retention.ts';
import { setsAuditRetention } from '../../roles.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { auditRetentionText as text } from '../../text/audit-retention.ts';
import { Forbidden } from '../../ui/forbidden.tsx';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { RetentionForm } from './retention-form.tsx';

/** `/app/{org}/settings/audit-log`: how long it is kept. */
export function AuditLogTab() {
  const { role } = useOrganisation();
  return (
    <Part title={text.title} lead={text.lead}>
      {setsAuditRetention(role) ? <Retention /> : <Forbidden needed="owner" />}
    </Part>
  );
}

function Retention() {
  const { slug: org } = useOrganisation();
  const retention = useQuery(auditRetentionQuery(org));
  const [notice, say] = useNotice();
  if (retention.data === undefined) {
    return retention.isError ? (
      <Problem error={retention.error} onRetry={() => void retention.refetch()} />
    ) : (
      <Skeleton rows={7} label={text.loading} />
    );
  }
  return (
    <>
      {notice}
      <RetentionForm retention={retention.data} onSaved={() => say(text.saved)} />
    </>
  );
}
