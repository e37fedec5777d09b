import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { issuersQuery } from '../api/identity-providers.ts';
import { managesIdentityProviders } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { identityProvidersText as text } from '../text/identity-providers.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { IssuerList } from './issuer-list.tsx';
import { LinkList } from './link-list.tsx';
import { ProviderFacts } from './provider-facts.tsx';

/** `/app/{org}/identity-providers`: whose word connects apps for people, without a page of consent. */
export function IdentityProvidersPage() {
  const { role } = useOrganisation();
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      {managesIdentityProviders(role) ? <IdentityProviders /> : <Forbidden needed="admin" />}
    </>
  );
}

function IdentityProviders() {
  const { slug: org } = useOrganisation();
  const issuers = useQuery(issuersQuery(org));
  const [notice, say] = useNotice();
  const trusted = issuers.data ?? [];
  return (
    <>
      {notice}
      <IssuerList issuers={issuers} say={say} />
      {trusted.length === 0 ? null : <LinkList issuers={trusted} say={say} />}
      <ProviderFacts />
      <p className="small quiet page-foot">
        {text.signIn.before}
        <Link to="/$org/sign-in" params={{ org }}>
          {text.signIn.link}
        </Link>
        {text.signIn.after}
      </p>
    </>
  );
}
