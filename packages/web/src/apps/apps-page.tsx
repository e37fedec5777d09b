import { managesApps } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { appsText } from '../text/apps.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { AppList } from './app-list.tsx';
import { RuleList } from './rule-list.tsx';
import { SeenList } from './seen-list.tsx';

/** `/app/{org}/apps`: OAuth clients that admins made, and what they decided about all others. */
export function AppsPage() {
  const { role } = useOrganisation();
  return (
    <>
      <PageHead title={appsText.title} lead={appsText.lead} />
      {managesApps(role) ? <Apps /> : <Forbidden needed="admin" />}
    </>
  );
}

function Apps() {
  const [notice, say] = useNotice();
  return (
    <>
      {notice}
      <AppList say={say} />
      <SeenList say={say} />
      <RuleList say={say} />
    </>
  );
}
