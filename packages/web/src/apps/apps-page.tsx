import { managesApps } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { AppList } from './app-list.tsx';
import { RuleList } from './rule-list.tsx';

/** `/app/{org}/apps`: OAuth clients that admins made, and what they decided about all others. */
export function AppsPage() {
  const { role } = useOrganisation();
  return (
    <>
      <PageHead
        title="Apps"
        lead="What may connect to this organisation, beside what people connect by themselves."
      />
      {managesApps(role) ? <Apps /> : <Forbidden needed="Admin" />}
    </>
  );
}

function Apps() {
  const [notice, say] = useNotice();
  return (
    <>
      {notice}
      <AppList say={say} />
      <RuleList say={say} />
    </>
  );
}
