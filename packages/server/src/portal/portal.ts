import { Hono, type MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { bodyCap } from '../kernel/body-cap.ts';
import type { Clock } from '../kernel/clock.ts';
import { deepestCause } from '../kernel/deepest-cause.ts';
import { AppError, errorBody, toAppError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Keys } from '../keys/keys.ts';
import type { Agents } from '../people/agents/agents.ts';
import { isAt } from '../people/company/reach.ts';
import type { People } from '../people/people.ts';
import { createAccountRoutes, type AccountRoutesDeps } from './account/account.ts';
import { createAgentRoutes } from './agents/agents.ts';
import { createAttemptRoutes, type AttemptRoutesDeps } from './attempts/attempts.ts';
import { createAuditRoutes, type AuditRoutesDeps } from './audit/audit.ts';
import { createClientRuleRoutes, type ClientRuleRoutesDeps } from './client-rules/client-rules.ts';
import { createClientRoutes, type ClientRoutesDeps } from './clients/clients.ts';
import { createConnectionRoutes, type ConnectionRoutesDeps } from './connections/connections.ts';
import {
  createCompanySignInRoutes,
  type CompanySignInRoutesDeps,
} from './company-sign-in/company-sign-in.ts';
import { createConnectorRoutes, type ConnectorRoutesDeps } from './connectors/connectors.ts';
import { createConnectorDeskRoutes, type ConnectorDeskRoutesDeps } from './connectors/connector-desk.ts';
import { throwIfAsked } from './asked-of-session.ts';
import type { PortalEnv } from './env.ts';
import { membersOnly, sameOriginOnly } from './guards.ts';
import { createIdentityLinkRoutes } from './identity-providers/identity-links.ts';
import {
  createTrustedIssuerRoutes,
  type IdentityProviderRoutesDeps,
} from './identity-providers/trusted-issuers.ts';
import { createImportRoutes, type ImportRoutesDeps } from './imports/imports.ts';
import { UPLOAD_PATH } from './imports/upload.ts';
import { createInvitationRoutes, type InvitationRoutesDeps } from './invitations/invitations.ts';
import { createKeyRoutes } from './keys/keys.ts';
import { identify, type IdentifyDeps } from './management/identify.ts';
import { createMe, type MeDeps } from './me/me.ts';
import { createMemberRoutes, type MemberRoutesDeps } from './members/members.ts';
import { createOrganisation, type OrganisationDeps } from './organisation/organisation.ts';
import { nothingHere } from './nothing-here.ts';
import { createOperatorRoutes, type OperatorRoutesDeps } from './operator/operator.ts';
import { routesOf } from './openapi/document.ts';
import { serveDocument } from './openapi/serve-document.ts';
import { createOverviewRoutes, type OverviewRoutesDeps } from './overview/overview.ts';
import {
  createPlaygroundRoutes,
  PLAYED_BYTES_MAX,
  PLAYED_PATH,
  type PlaygroundRoutesDeps,
} from './playground/playground.ts';
import { createRoleRoutes } from './roles/roles.ts';
import { createAuditRetentionRoutes, type AuditRetentionRoutesDeps } from './settings/audit-log.ts';
import { createLimitRoutes, type LimitRoutesDeps } from './settings/limits.ts';
import { createLogoRoutes, LOGO_BODY_BYTES_MAX, LOGO_PATH, type LogoRoutesDeps } from './settings/logo.ts';
import { createQuotaRoutes, type QuotaRoutesDeps } from './settings/quota.ts';
import { createSecurityRoutes, type SecurityRoutesDeps } from './settings/security.ts';
import { createAddressRoutes, type AddressRoutesDeps } from './settings/address.ts';
import { createDangerRoutes, type DangerRoutesDeps } from './settings/danger.ts';
import { createSettingsRoutes, type SettingsRoutesDeps } from './settings/settings.ts';
import { createWebhookRoutes, type WebhookRoutesDeps } from './settings/webhooks.ts';
import { createUsageRoutes, type UsageRoutesDeps } from './usage/usage.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** They have limits of their own. */
const IMPORT_PATH = /\/organisations\/[^/]+\/imports(?:\/|$)/;

export interface PortalDeps
  extends
    AccountRoutesDeps,
    AttemptRoutesDeps,
    AuditRoutesDeps,
    AuditRetentionRoutesDeps,
    IdentifyDeps,
    MeDeps,
    OrganisationDeps,
    ClientRoutesDeps,
    ClientRuleRoutesDeps,
    ConnectionRoutesDeps,
    CompanySignInRoutesDeps,
    ConnectorRoutesDeps,
    ConnectorDeskRoutesDeps,
    ImportRoutesDeps,
    InvitationRoutesDeps,
    LimitRoutesDeps,
    LogoRoutesDeps,
    MemberRoutesDeps,
    QuotaRoutesDeps,
    SecurityRoutesDeps,
    AddressRoutesDeps,
    DangerRoutesDeps,
    SettingsRoutesDeps,
    IdentityProviderRoutesDeps,
    OperatorRoutesDeps,
    OverviewRoutesDeps,
    PlaygroundRoutesDeps,
    UsageRoutesDeps,
    WebhookRoutesDeps {
  people: People;
  keys: Keys;
  agents: Agents;
  webBaseUrl: string;
  clock: Clock;
  log: Log;
}

/**
 * The dashboard's JSON API, `/portal/v1`, by which an organisation is managed with a key, too. Each request is somebody's,
 * and each organisation theirs.
 */
export function createPortal(deps: PortalDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  const limitBody = limitTo(BODY_BYTES_MAX);
  const limitPlayed = limitTo(PLAYED_BYTES_MAX);
  const limitLogo = limitTo(LOGO_BODY_BYTES_MAX);
  app.route(
    '/openapi.json',
    serveDocument(() => app, `${deps.webBaseUrl}/portal/v1`),
  );
  app.use(async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
  });
  app.use(
    sameOriginOnly(deps.webBaseUrl, (path) => UPLOAD_PATH.test(path)),
    identify(deps),
    (context, next) => {
      const { path } = context.req;
      if (IMPORT_PATH.test(path)) return next();
      if (LOGO_PATH.test(path)) return limitLogo(context, next);
      return (PLAYED_PATH.test(path) ? limitPlayed : limitBody)(context, next);
    },
  );

  const memberOf = membersOnly(async (slug, user) => {
    const { closed, open } = await deps.reach(user);
    const found = open.find(isAt(slug));
    if (found !== undefined) return { ...found.organisation, role: found.role };
    const shut = closed.find(isAt(slug));
    throwIfAsked(shut?.because);
    return undefined;
  });

  app.route('/me', createMe(deps));
  app.route('/me', createAccountRoutes(deps));
  app.route('/operator', createOperatorRoutes(deps));
  app.use('/organisations/:org/*', memberOf);
  app.route('/organisations/:org', createOrganisation(deps));
  app.route('/organisations/:org/keys', createKeyRoutes(deps));
  app.route('/organisations/:org/agents', createAgentRoutes(deps));
  app.route('/organisations/:org/clients', createClientRoutes(deps));
  app.route('/organisations/:org/client-rules', createClientRuleRoutes(deps));
  app.route('/organisations/:org/settings', createSettingsRoutes(deps));
  app.route('/organisations/:org/settings/security', createSecurityRoutes(deps));
  app.route('/organisations/:org/settings/address', createAddressRoutes(deps));
  app.route('/organisations/:org/settings/danger', createDangerRoutes(deps));
  app.route('/organisations/:org/settings/limits', createLimitRoutes(deps));
  app.route('/organisations/:org/settings/quota', createQuotaRoutes(deps));
  app.route('/organisations/:org/settings/logo', createLogoRoutes(deps));
  app.route('/organisations/:org/settings/audit-log', createAuditRetentionRoutes(deps));
  app.route('/organisations/:org/settings/webhooks', createWebhookRoutes(deps));
  app.route('/organisations/:org/members', createMemberRoutes(deps));
  app.route('/organisations/:org/invitations', createInvitationRoutes(deps));
  app.route('/organisations/:org/roles', createRoleRoutes());
  app.route('/organisations/:org/connections', createConnectionRoutes(deps));
  app.route('/organisations/:org/attempts', createAttemptRoutes(deps));
  app.route('/organisations/:org/company-sign-in', createCompanySignInRoutes(deps));
  app.route('/organisations/:org/connectors', createConnectorRoutes(deps));
  app.route('/organisations/:org/connectors', createConnectorDeskRoutes(deps));
  app.route('/organisations/:org/imports', createImportRoutes(deps));
  app.route('/organisations/:org/trusted-issuers', createTrustedIssuerRoutes(deps));
  app.route('/organisations/:org/identity-links', createIdentityLinkRoutes(deps));
  app.route('/organisations/:org/overview', createOverviewRoutes(deps));
  app.route('/organisations/:org/audit', createAuditRoutes(deps));
  app.route('/organisations/:org/usage', createUsageRoutes(deps));
  app.route('/organisations/:org/playground', createPlaygroundRoutes(deps));

  // A route that says nothing of itself would be open to every key.
  const unknown = routesOf(app).find(({ description }) => description === undefined);
  if (unknown !== undefined) throw new Error(`${unknown.method} ${unknown.path} is not described`);

  // Mounted below another app, it is that one's `notFound` that would answer.
  app.use(() => {
    throw nothingHere();
  });
  app.onError((thrown, context) => {
    const error = toAppError(thrown);
    const requestId = context.get('requestId');
    if (error.retryAfterSeconds !== undefined) context.header('Retry-After', String(error.retryAfterSeconds));
    if (error.code === 'internal')
      deps.log.error(
        { requestId, error: deepestCause(thrown).message, stack: deepestCause(thrown).stack },
        'portal request failed',
      );
    return context.body(errorBody(error, requestId), error.status as ContentfulStatusCode, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
  });
  return app;
}

function limitTo(bytesMax: number): MiddlewareHandler {
  return bodyCap({
    bytesMax,
    onTooLarge() {
      throw new AppError('payload_too_large', `The body is over ${bytesMax / 1024} KiB.`);
    },
  });
}
