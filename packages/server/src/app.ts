import { getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { AppOptions } from './app-options.ts';
import { createAudit } from './audit/audit.ts';
import { createUsage } from './audit/usage.ts';
import { createCatalogues } from './connectors/catalogues.ts';
import { createConnects } from './connectors/connects.ts';
import { createToolDesk } from './connectors/tool-desk.ts';
import { createToolsAt } from './connectors/tools-at.ts';
import { CLOSE_GRACE_MS, createGateway } from './gateway/gateway.ts';
import { createConfirmation } from './gateway/mcp/confirmation/confirmation.ts';
import { createFetchFile } from './gateway/pipeline/fetch-file.ts';
import { createChangeFeed } from './grants/change-feed.ts';
import { createGrants } from './grants/grants.ts';
import { startSweeping } from './grants/sweep.ts';
import { createClosing } from './closing.ts';
import { followChanges } from './follow-changes.ts';
import { healthRoutes } from './health.ts';
import { createAddressGuard } from './kernel/address-guard.ts';
import { createFileReader } from './kernel/guarded-file.ts';
import type { ConnectorId } from './kernel/ids.ts';
import { deriveKey } from './kernel/seal.ts';
import { createKeyVerifier } from './keys/key-verifier.ts';
import { createKeys } from './keys/keys.ts';
import { ceilingsOf } from './limits/policy-within.ts';
import { createNodeMail } from './nodes/node-mail.ts';
import { createGateCookie } from './oauth/cookie.ts';
import type { OAuthEnv } from './oauth/env.ts';
import { createOAuth } from './oauth/oauth.ts';
import { SIGN_OUT_PURPOSE } from './pages/account-line.tsx';
import { createAuthorizeReturn } from './pages/authorize-return.tsx';
import { createConnect } from './pages/connect.tsx';
import { createConsent } from './pages/consent.tsx';
import { createDescribeTransaction } from './pages/describe-transaction.ts';
import { createFormGuard } from './pages/form-guard.ts';
import { createPages } from './pages/pages.tsx';
import { pageHeaders } from './pages/security-headers.ts';
import { createAgents } from './people/agents/agents.ts';
import { createAddresses } from './people/organisations/addresses.ts';
import { createSettings } from './people/organisations/settings.ts';
import { createOrganisationQuotas } from './people/organisations/quotas.ts';
import { createCallLimits } from './people/organisations/call-limits.ts';
import { createPortal } from './portal/portal.ts';
import { createDashboardFiles } from './portal/static/static.ts';
import type { OwnApi } from './own-connector.ts';
import { CLIENT_DOCUMENT_PATH } from './upstreams/credentials/upstream-accounts.ts';
import { createReadiness } from './readiness.ts';
import { createRequestsUnderWay } from './requests-under-way.ts';
import { wireAdmission } from './wire-admission.ts';
import { wireAttempts } from './wire-attempts.ts';
import { wireCallers } from './wire-callers.ts';
import { wireCompany } from './wire-company.ts';
import { wireDoors } from './wire-doors.ts';
import { wireHandoffs } from './wire-handoffs.ts';
import { wireImports } from './wire-imports.ts';
import { wireJoining } from './wire-joining.ts';
import { wireLimits } from './wire-limits.ts';
import { wireLogos } from './wire-logos.ts';
import { ownApiOf, wireManagement } from './wire-management.ts';
import { wireOperator } from './wire-operator.ts';
import { wirePlayground } from './wire-playground.ts';
import { wirePeople } from './wire-people.ts';
import { wireTelemetry } from './wire-telemetry.ts';
import { wireUpstreams } from './wire-upstreams.ts';
import { wireWatching } from './wire-watching.ts';
import { wireWebhooks } from './wire-webhooks.ts';

const DASHBOARD_DIRECTORY = fileURLToPath(new URL('../dist/web', import.meta.url));

/** The composition root: everything is wired here, and nothing else knows how. */
export async function createApp(options: AppOptions) {
  const { store, mcpBaseUrl, webBaseUrl, connectorPaths, masterSecret, environment, only, clock, log } =
    options;
  const telemetry = await wireTelemetry(options);
  const feed = createChangeFeed({ store: telemetry.feedStore, log });
  const nodeMail = createNodeMail({ store, key: deriveKey(masterSecret, 'node mail'), log });
  const recording = createAudit({ store: telemetry.auditStore, clock, log });
  const audit = telemetry.observeAudit(options.aroundAudit?.(recording) ?? recording);
  const usage = createUsage({ store, clock, log });
  const watching = wireWatching(options);
  const { limiter, limits, ...limiting } = wireLimits({ ...options, telemetry });
  const admitting = wireAdmission({ ...options, registry: telemetry.registry });
  const callerOf = wireCallers(options);
  const attempts = wireAttempts({ store, clock, log, masterSecret, callerOf });
  const underWay = createRequestsUnderWay();
  let hasSecret = true;
  const readiness = createReadiness({ store, feed, hasSecret: () => hasSecret, ...limiting });
  const grants = await createGrants({
    store,
    feed,
    clock,
    masterSecret,
    mcpBaseUrl,
    environment,
    fetchDocument: createAddressGuard(options.addressGuard),
    documentBudget: options.documentBudget,
    onWrongSecret(error) {
      hasSecret = false;
      log.error({}, error.message);
    },
  });
  const keyVerifier = createKeyVerifier({ store, clock, mayCache: feed.isCurrent });
  const keys = createKeys({ store, environment, clock });
  const agents = createAgents({ store, clock });
  const { people, accounts, setup, reach, observeCompany } = wirePeople({ ...options, telemetry });
  const shared = {
    store,
    masterSecret,
    mcpBaseUrl,
    webBaseUrl,
    guard: options.addressGuard,
    maySeal: () => hasSecret,
    clock,
    log,
  };
  const { resolveTxt } = options;
  const company = wireCompany({ ...shared, people, resolveTxt, observe: observeCompany });
  const webhooks = wireWebhooks({ ...shared, forwarding: telemetry.forwarding });
  webhooks.start();
  const catalogues = createCatalogues({ store, mayCache: feed.isCurrent });
  const logos = wireLogos({ store, clock, feed, mcpBaseUrl });
  const upstreams = wireUpstreams({
    ...shared,
    calls: options.calls,
    feed,
    grants,
    privateNetworks: options.importPrivateNetworks ?? [],
  });
  const { credentials, mcpServers, publishMcp, sender, upstreamAccounts, vault } = upstreams;
  const toolDesk = createToolDesk({ store, catalogues, clock });
  const importing = wireImports({ ...shared, upstreams, toolDesk, limiter });
  const { limitsAreShared } = limiting;
  const operator = wireOperator({ options, feed, hasSecret: () => hasSecret, limitsAreShared });
  feed.on('key', keyVerifier.forget);
  feed.on('grant', keyVerifier.forget);
  feed.on('grant_access', keyVerifier.forget);
  feed.on('connector', catalogues.invalidate);
  feed.onMissed(() => catalogues.invalidate('*'));
  await feed.start();
  await operator.start();
  await limiting.start(operator.nodesAlive);
  const sweeping = startSweeping({ store, advanceKeys: grants.advanceKeys, log });

  const gateway = createGateway({
    urls: { mcpBaseUrl, connectorPaths },
    verifyKey: keyVerifier.verify,
    verifyToken: grants.accessTokens.verify,
    dpop: grants.dpop,
    standingOf: grants.standings.of,
    addressOf: attempts.addressOf,
    organisationExists: grants.organisationExists,
    catalogues,
    iconsOf: logos.iconsOf,
    limiter,
    attempts: attempts.doors,
    admission: admitting.admission,
    audit,
    usage,
    sender,
    fetchFile: createFetchFile(createFileReader(options.addressGuard)),
    confirmation: createConfirmation({
      key: deriveKey(masterSecret, 'confirmations'),
      claimOnce: (id, expiresAtSeconds) => store.usedIds.claim('confirmation', id, expiresAtSeconds),
      clock,
    }),
    downloadKey: deriveKey(masterSecret, 'downloads'),
    sessionKey: deriveKey(masterSecret, 'session ids'),
    nodeMail,
    credentials,
    mcp: { clients: upstreams.mcpClients, servers: mcpServers },
    relay: { news: mcpServers, openChannel: upstreams.channels.to, sender: upstreams.relaySender },
    limits,
    log,
    telemetry: telemetry.gateway,
    clock,
  });
  telemetry.read({ catalogues, feed, grants, keyVerifier });

  /** Nobody waits for what they say. */
  function askMcpServers(): void {
    if (only !== 'web') mcpServers.start();
  }
  askMcpServers();
  // Until now they may have refused us.
  if (only !== 'web') feed.on('credential', (subject) => mcpServers.changed(subject as ConnectorId));

  followChanges(feed, gateway);
  const playing = wirePlayground({
    calls: gateway.calls,
    catalogues,
    feed,
    standingOf: grants.standings.of,
    mcpBaseUrl,
    log,
  });

  const { answerToken, ownApi, routes } = createControlPlane();
  const listener = getRequestListener(routes.fetch, { overrideGlobalObjects: false });

  /** Everything but the doors: pages, authorization server, dashboard. */
  function createControlPlane() {
    const gateCookie = createGateCookie(mcpBaseUrl);
    const { toGateway, toWeb } = wireHandoffs({
      store,
      secret: options.handoffSecret ?? deriveKey(masterSecret, 'handoff'),
      mcpBaseUrl,
      webBaseUrl,
    });
    const { approvals, clients } = grants;

    const guard = createFormGuard({ baseUrl: webBaseUrl });
    const { limit } = limiting;
    const joining = wireJoining({ store, clock, people, guard, baseUrl: webBaseUrl, limit });
    const { companySignIn } = company;
    const describeTransaction = createDescribeTransaction({
      approvals,
      clients,
      organisationOf: store.people.findOrganisation,
      baseUrl: webBaseUrl,
    });
    const pages = createPages({
      people,
      companySignIn,
      accounts,
      setup,
      guard,
      baseUrl: webBaseUrl,
      mcpBaseUrl,
      limit,
      describeTransaction,
      log,
    });
    const app = new Hono<OAuthEnv>();
    app.notFound(pages.notFound);
    app.onError(pages.onError);
    app.use(async (context, next) => {
      const caller = callerOf(getConnInfo(context).remote.address, context.req.header('x-forwarded-for'));
      context.set('address', caller.address);
      context.set('from', caller.from);
      context.set('sharedEgress', caller.sharedEgress);
      await next();
    });
    app.route('/', only === 'gateway' ? pages.gatewayRoutes : pages.routes);
    app.route('/', healthRoutes(readiness));
    app.route('/', logos.files);
    return {
      routes: app,
      answerToken: only === 'web' ? undefined : mountAuthorizationServer(),
      ownApi: only === 'gateway' ? undefined : mountWeb(),
    };

    /** Returns what the portal says of itself. */
    function mountWeb(): () => OwnApi {
      const connecting = {
        connects: createConnects({
          catalogues,
          connectorPaths,
          membershipsOf: async (session) => (await reach(session)).open,
          upstreamAccounts,
        }),
        limitConnects: limiting.limitConnects,
      };
      app.route(
        '/',
        createConsent({
          approvals,
          clients,
          people,
          guard,
          toWeb,
          toGateway,
          gatewayBaseUrl: webBaseUrl === mcpBaseUrl ? undefined : mcpBaseUrl,
          gateBrowserOf: gateCookie.read,
          standingOfClient: grants.clientRules.standingOf,
          latestGrantOf: store.clientRules.latestLiveGrant,
          reach,
          toolsAt: createToolsAt({ catalogues, connectorPaths }),
          trace: attempts.trace,
          ...connecting,
        }),
      );
      app.route('/', joining.pages);
      app.route('/', company.pages({ people, guard, limit, describeTransaction, baseUrl: webBaseUrl }));
      app.route('/', createConnect({ people, guard, baseUrl: webBaseUrl, ...connecting }));
      const portal = createPortal({
        ...grants,
        people,
        accounts,
        limitAttempts: limiting.limitAttempts,
        keys,
        agents,
        listAttempts: attempts.list,
        reach,
        ...joining.portal,
        ...company.portal,
        ...watching.portal,
        ...playing.portal,
        ...webhooks.portal,
        ...operator.portal,
        ...logos.portal,
        addresses: createAddresses({ store, clock }),
        settings: createSettings({ store, clock }),
        quotas: createOrganisationQuotas({ store, clock, ceilings: admitting.ceilings }),
        callLimits: createCallLimits({ store, clock, ceilings: ceilingsOf(limits) }),
        toolDesk,
        ...importing.portal,
        toolCounts: catalogues.toolCounts,
        offeringOf: catalogues.offeringOf,
        management: wireManagement({
          store,
          grants,
          keyVerifier,
          limiter,
          limits,
          audit,
          usage,
          mcpBaseUrl,
          webBaseUrl,
          clock,
        }),
        signOutToken: (context) => guard.issue(context, SIGN_OUT_PURPOSE),
        mcpBaseUrl,
        webBaseUrl,
        clock,
        log,
      });
      app.route('/portal/v1', portal);
      app.route('/', createDashboardFiles({ directory: options.dashboardDirectory ?? DASHBOARD_DIRECTORY }));
      return () => ownApiOf(portal, webBaseUrl);
    }

    /** Returns what answers at `/token`, which is served without Hono. */
    function mountAuthorizationServer(): RequestListener {
      app.get(CLIENT_DOCUMENT_PATH, (context) =>
        context.json(upstreamAccounts.document, 200, { 'Cache-Control': 'public, max-age=3600' }),
      );
      app.route('/', createAuthorizeReturn({ approvals, toGateway, gateBrowserOf: gateCookie.read }));
      const oauth = createOAuth({
        ...grants,
        issuer: mcpBaseUrl,
        webBaseUrl,
        connectorPaths,
        organisationBySlug: store.organisationSlugs.findOrganisation,
        resolveDocument: grants.clientDocuments.resolve,
        jwks: grants.signing.jwks,
        toWeb,
        gateCookie,
        audit,
        trace: attempts.trace,
        log,
        limitAuthorizations: limiting.limitAuthorizations,
        limitRegistrations: limiting.limitRegistrations,
        callerOf,
        observeToken: telemetry.observeToken,
        renderError: pages.renderOAuthError,
        headers: pageHeaders(only === 'gateway' ? mcpBaseUrl : webBaseUrl),
      });
      app.route('/', oauth.routes);
      return oauth.token;
    }
  }

  const closing = createClosing([
    {
      'calls under way': gateway.close,
      'requests under way': () => underWay.close(CLOSE_GRACE_MS),
      webhooks: webhooks.close,
      'accounts that are given back': upstreamAccounts.revoking.close,
    },
    { imports: importing.close },
    { 'connections to upstreams': upstreams.close },
    { quotas: admitting.close },
    { 'what was attempted': attempts.close },
    { 'the use of keys': usage.close },
    { 'the audit log': audit.close },
    { 'what looks after the audit log': watching.close },
    { 'the list of nodes': operator.close },
    { 'shared limits': limiting.close },
    { 'mail between nodes': nodeMail.close },
    { 'the change feed': feed.close },
    { telemetry: telemetry.close },
    { 'the database': store.close },
  ]);

  return {
    mcpBaseUrl,
    webBaseUrl,
    store,
    people,
    agents,
    keys,
    setup,
    publishMcp,
    askMcpServers,
    /** Undefined where the web host is another process. */
    ownApi,
    setCredential: vault.set,
    scrape: telemetry.scrape,

    /** From now on it says that it is going. */
    leave: readiness.stop,
    hasOtherNodes: async () => (await operator.countNodes()) > (options.worker?.count ?? 1),

    ...wireDoors({ answerToken, connectorPaths, gateway, only, pages: listener, telemetry, underWay }),

    /** Finishes the calls under way, writes what is still held, and lets go of the database. */
    async close(): Promise<void> {
      readiness.stop();
      sweeping.close();
      company.close();
      playing.close();
      await closing.close();
    },
    /** What a close that is under way waits for. */
    waitsFor: closing.waitsFor,
  };
}

export type App = Awaited<ReturnType<typeof createApp>>;
