import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { companySignInQuery } from '../api/company-sign-in.ts';
import { managesIdentityProviders } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText as text } from '../text/company-sign-in.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { DomainList } from './domain-list.tsx';
import { ProviderPart } from './provider-part.tsx';
import { RemovedPeople } from './removed-people.tsx';
import { RequiredPart } from './required-part.tsx';

/** `/app/{org}/sign-in`: how the people of the company come in. */
export function CompanySignInPage() {
  const { role } = useOrganisation();
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      {managesIdentityProviders(role) ? <CompanySignIn /> : <Forbidden needed="admin" />}
    </>
  );
}

function CompanySignIn() {
  const { slug: org } = useOrganisation();
  const query = useQuery(companySignInQuery(org));
  const [notice, say] = useNotice();
  if (query.data === undefined) {
    return query.isError ? (
      <Problem error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton rows={6} label={text.loading} />
    );
  }
  const found = query.data;
  return (
    <>
      {notice}
      <ProviderPart found={found} say={say} />
      {found.provider === null ? null : (
        <>
          <DomainList domains={found.domains} say={say} />
          <RequiredPart required={found.provider.required} say={say} />
        </>
      )}
      {found.removed_people.length === 0 ? null : <RemovedPeople people={found.removed_people} say={say} />}
      <p className="small quiet page-foot">
        {text.other.before}
        <Link to="/$org/identity-providers" params={{ org }}>
          {text.other.link}
        </Link>
        {text.other.after}
      </p>
    </>
  );
}
