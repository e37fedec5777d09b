import { Hono, type Context } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { DiscoveryReport } from '../../people/company/discovery.ts';
import { recordOf, type CompanyDomains, type DomainFault } from '../../people/company/domains.ts';
import type {
  CompanyProviders,
  ProviderSetFault,
  RemovedFault,
  RequiredFault,
} from '../../people/company/provider.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import {
  ADD_DOMAIN,
  CHECK_DOMAIN,
  GET,
  READMIT,
  REMOVE,
  REMOVE_DOMAIN,
  REQUIRE,
  SET,
  TEST,
} from './described.ts';

export interface CompanySignInRoutesDeps {
  companyProviders: CompanyProviders;
  companyDomains: CompanyDomains;
  /** Where providers send people back to. */
  companyRedirectUri: string;
  webBaseUrl: string;
}

/** `/portal/v1/organisations/{org}/company-sign-in`: where its people sign in, and what that makes of them. */
export function createCompanySignInRoutes({
  companyDomains: domains,
  companyProviders: providers,
  companyRedirectUri,
  webBaseUrl,
}: CompanySignInRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(GET), async (context) => {
    const { id, slug } = context.get('organisation');
    const [held, linked, removed, listed] = await Promise.all([
      providers.find(id),
      providers.countLinked(id),
      providers.listRemoved(id),
      domains.list(id),
    ]);
    return context.json({
      callback_url: companyRedirectUri,
      sign_in_url: `${webBaseUrl}/sign-in/company/${slug}`,
      provider:
        held === undefined
          ? null
          : {
              issuer: held.issuer,
              client_id: held.clientId,
              has_secret: held.sealed !== null,
              scopes: held.scopes,
              default_role: held.defaultRole,
              groups_claim: held.groupsClaim,
              group_roles: held.groupRoles,
              required: held.required,
              version: held.version,
              updated_at: held.updatedAt.toISOString(),
            },
      linked_people: linked,
      domains: listed.map((domain) => ({
        domain: domain.domain,
        record: recordOf(domain),
        verified_at: domain.verifiedAt?.toISOString() ?? null,
        checked_at: domain.checkedAt?.toISOString() ?? null,
        missing_since: domain.missingSince?.toISOString() ?? null,
      })),
      removed_people: removed.map(({ email, lastUsedAt, name, userId }) => ({
        id: userId,
        name,
        email,
        last_signed_in_at: lastUsedAt.toISOString(),
      })),
    });
  });

  app.post('/test', describeRoute(TEST), async (context) => {
    const { has_secret: hasSecret, issuer } = context.req.valid('json');
    return context.json(present(await providers.examine(issuer, hasSecret)));
  });

  app.put('/', describeRoute(SET), async (context) => {
    const body = context.req.valid('json');
    const set = await providers.set(decisionIn(context), {
      issuer: body.issuer,
      clientId: body.client_id,
      clientSecret: body.client_secret,
      scopes: body.scopes,
      defaultRole: body.default_role,
      groupsClaim: body.groups_claim,
      groupRoles: body.group_roles,
      version: body.version,
    });
    if (!set.ok) throw setFault(set.error);
    return context.json({ version: set.value.version });
  });

  app.post('/remove', describeRoute(REMOVE), async (context) => {
    const removed = await providers.remove(decisionIn(context));
    if (!removed.ok) throw FAULTS[removed.error];
    return context.json({ ended_sessions: removed.value.endedSessions });
  });

  app.put('/required', describeRoute(REQUIRE), async (context) => {
    const { required } = context.req.valid('json');
    const set = await providers.setRequired(decisionIn(context), required);
    if (!set.ok) throw FAULTS[set.error];
    return context.json({ required });
  });

  app.post('/domains', describeRoute(ADD_DOMAIN), async (context) => {
    const { domain } = context.req.valid('json');
    const added = await domains.add({ ...decisionIn(context), domain });
    if (!added.ok) throw FAULTS[added.error];
    return context.json(added.value, 201);
  });

  app.post('/domains/check', describeRoute(CHECK_DOMAIN), async (context) => {
    const { domain } = context.req.valid('json');
    const checked = await domains.check({ ...decisionIn(context), domain });
    if (!checked.ok) throw FAULTS[checked.error];
    return context.json({ domain, verified: true as const });
  });

  app.post('/domains/remove', describeRoute(REMOVE_DOMAIN), async (context) => {
    const { domain } = context.req.valid('json');
    const removed = await domains.remove({ ...decisionIn(context), domain });
    if (!removed.ok) throw FAULTS[removed.error];
    return context.json({ domain });
  });

  app.post('/readmit', describeRoute(READMIT), async (context) => {
    const { person } = context.req.valid('json');
    const readmitted = await providers.readmit(decisionIn(context), person as UserId);
    if (!readmitted.ok) throw FAULTS[readmitted.error];
    return context.json({ person });
  });

  return app;
}

function decisionIn(context: Context<OrganisationEnv>) {
  return {
    orgId: context.get('organisation').id,
    by: context.get('user').userId,
    requestId: context.get('requestId'),
  };
}

function present({ findings, issuerInMetadata, usable }: DiscoveryReport) {
  return { usable, findings, issuer_in_metadata: issuerInMetadata ?? null };
}

function setFault(fault: ProviderSetFault): AppError {
  switch (fault.reason) {
    case 'unusable': {
      const why = fault.report.findings.find(({ level }) => level === 'error')?.text ?? '';
      return new AppError('invalid_request', `Nobody could sign in there: ${why}`);
    }
    case 'secret_needed':
      return new AppError(
        'invalid_request',
        'The client secret belongs to another issuer. Type the secret of this one, or choose none.',
      );
    case 'owners_only':
      return new AppError('forbidden', 'A group here makes people owners: only an owner changes this.');
    case 'changed_meanwhile':
      return new AppError(
        'conflict',
        'Somebody else changed the provider meanwhile. Nothing was saved: load the page again to see it.',
      );
    case 'forbidden':
      return FAULTS.forbidden;
  }
}

const FAULTS: Readonly<Record<DomainFault | RequiredFault | RemovedFault, AppError>> = {
  forbidden: new AppError('forbidden', 'Your role does not allow this.'),
  domain_invalid: new AppError('invalid_request', 'That is no domain. Type it like example.com.'),
  exists: new AppError('conflict', 'This domain is in the list already.'),
  too_many: new AppError('conflict', 'There are 50 domains already.'),
  no_domain: new AppError('not_found', 'There is no such domain in the list.'),
  missing: new AppError(
    'conflict',
    'The record is not there yet. It can take an hour until a new record is seen everywhere.',
  ),
  unanswered: new AppError(
    'upstream_unreachable',
    'The name servers of this domain did not answer. Try again.',
  ),
  taken: new AppError('conflict', 'Another organisation here has verified this domain.'),
  no_provider: new AppError('not_found', 'There is no provider.'),
  never_used: new AppError(
    'conflict',
    'Nobody has signed in through the provider yet. Do it once yourself first, so that nobody is locked out.',
  ),
  not_removed: new AppError('not_found', 'Nobody of that kind was removed.'),
};
