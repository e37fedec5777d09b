import { getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { AppOptions } from './app-options.ts';
import { createAudit } from './audit/audit.ts';
import { createUsage } from './audit/usage.ts';
import { createCatalogues } from './connectors/catalogues.ts';
import { createConnects } from './connectors/connects.ts';
import { createToolDesk } from './connectors/tool-desk.ts';
import { createToolsAt } from './connectors/tools-at.ts';
import { createGateway } from './gateway/gateway.ts';
import { createConfirmation } from './gateway/mcp/confirmation/confirmation.ts';
import { createFetchFile } from './gateway/pipeline/fetch-file.ts';
import { createChangeFeed } from './grants/change-feed.ts';
import { createGrants } from './grants/grants.ts';
import { startSweeping } from './grants/sweep.ts';
import { healthRoutes } from './health.ts';
import { createAddressGuard } from './kernel/address-guard.ts';
import { createFileReader } from './kernel/guarded-file.ts';
import { createCallers } from './kernel/callers.ts';
import { monotonicClock } from './kernel/clock.ts';
import type { ConnectorId } from './kernel/ids.ts';
import { originForm } from './kernel/origin-form.ts';
import { deriveKey } from './kernel/seal.ts';
import { createKeyVerifier } from './keys/key-verifier.ts';
import { createKeys } from './keys/keys.ts';
import {
  CALLS_PER_KEY,
  CALLS_PER_ORGANISATION,
  REGISTRATIONS_PER_ADDRESS,
  REGISTRATIONS_PER_SHARED_EGRESS,
  UNCONFIRMED_CLIENTS_MAX,
  AUTHORIZATIONS_PER_ADDRESS,
  CONNECTS_PER_PERSON,
  SIGN_INS_PER_ACCOUNT,
  SIGN_INS_PER_ADDRESS,
} from './limit-policies.ts';
import { createLimiter } from './limits/limiter.ts';
import { createNodeMail } from './nodes/node-mail.ts';
import { createGateCookie } from './oauth/cookie.ts';
import { isAppendedMetadata } from './oauth/discovery.ts';
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
import { createAccounts } from './people/accounts.ts';
import { createAgents } from './people/agents/agents.ts';
import { createSettings } from './people/organisations/settings.ts';
import { createReach } from './people/company/reach.ts';
import { createPeople } from './people/people.ts';
import { createSetup } from './people/setup.ts';
import { createPortal } from './portal/portal.ts';
import { createDashboardFiles } from './portal/static/static.ts';
import type { OwnApi } from './own-connector.ts';
import { CLIENT_DOCUMENT_PATH } from './upstreams/credentials/upstream-accounts.ts';
import { wireAttempts } from './wire-attempts.ts';
import { wireCompany } from './wire-company.ts';
import { wireHandoffs } from './wire-handoffs.ts';
import { wireImports } from './wire-imports.ts';
import { wireJoining } from './wire-joining.ts';
import { ownApiOf, wireManagement } from './wire-management.ts';
import { wireUpstreams } from './wire-upstreams.ts';
import { wireWatching } from './wire-watching.ts';

const DASHBOARD_DIRECTORY = fileURLToPath(new URL('../dist/web', import.meta.url));

/** The composition root: everything is wired here, and nothing else knows how. */
export async function createApp(options: AppOptions) {
  const { store, mcpBaseUrl, webBaseUrl, connectorPaths, masterSecret, environment, only, clock, log } =
    options;
  const feed = createChangeFeed({ store, log });
  const nodeMail = createNodeMail({ store, key: deriveKey(masterSecret, 'node mail'), log });
  const audit = createAudit({ store, clock, log });
  const usage = createUsage({ store, clock, log });
  const watching = wireWatching({ store, clock, log });
  const limiter = createLimiter({ clock: monotonicClock });
  const { trustedProxies = [], sharedEgress = [] } = options;
  const callerOf = createCallers({
    trustedProxies,
    sharedEgress,
    onUnlistedProxy: (proxy) =>
      log.warn(
        { proxy },
        'X-Forwarded-For comes from a proxy that TRUSTED_PROXIES does not list: all who come through it share its limits',
      ),
  });
  const attempts = wireAttempts({ store, clock, log, masterSecret, callerOf });
  let hasSecret = true;
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
  const people = createPeople({
    store,
    baseUrl: webBaseUrl,
    secret: deriveKey(masterSecret, 'sessions'),
    clock,
    log,
  });
  const accounts = createAccounts({ store, people, clock, baseUrl: webBaseUrl, masterSecret });
  const setup = createSetup({ store });
  const reach = createReach({ store });
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
  const company = wireCompany({ ...shared, people, resolveTxt: options.resolveTxt });
  const catalogues = createCatalogues({ store });
  const upstreams = wireUpstreams({
    ...shared,
    feed,
    grants,
    privateNetworks: options.importPrivateNetworks ?? [],
  });
  const { credentials, mcpServers, publishMcp, sender, upstreamAccounts, vault } = upstreams;
  const toolDesk = createToolDesk({ store, catalogues, clock });
  const importing = wireImports({ ...shared, upstreams, toolDesk, limiter });
  feed.on('key', keyVerifier.forget);
  feed.on('grant', keyVerifier.forget);
  feed.on('grant_access', keyVerifier.forget);
  feed.on('connector', catalogues.invalidate);
  await feed.start();
  const sweeping = startSweeping({ store, advanceKeys: grants.advanceKeys, log });

  const limits = options.limits ?? { perKey: CALLS_PER_KEY, perOrganisation: CALLS_PER_ORGANISATION };
  const gateway = createGateway({
    urls: { mcpBaseUrl, connectorPaths },
    verifyKey: keyVerifier.verify,
    verifyToken: grants.accessTokens.verify,
    dpop: grants.dpop,
    standingOf: grants.standings.of,
    organisationExists: async (slug) => (await store.people.findOrganisationBySlug(slug)) !== undefined,
    catalogues,
    limiter,
    attempts: attempts.doors,
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
    clock,
  });

  /** Nobody waits for what they say. */
  function askMcpServers(): void {
    if (only !== 'web') mcpServers.start();
  }
  askMcpServers();
  // Until now they may have refused us.
  if (only !== 'web') feed.on('credential', (subject) => mcpServers.changed(subject as ConnectorId));

  let answerToken: RequestListener | undefined;
  let ownApi: (() => OwnApi) | undefined;
  feed.on('connector', gateway.toolsChanged);
  // After those that forget what they knew, of which each call is then asked about again.
  for (const kind of [
    'grant',
    'grant_access',
    'key',
    'token',
    'member',
    'agent',
    'client',
    'organisation',
  ] as const)
    feed.on(kind, gateway.changed);

  const listener = getRequestListener(createControlPlane().fetch, { overrideGlobalObjects: false });

  function limitRegistrations(address: string, egress: string | undefined) {
    const unconfirmedMax = options.unconfirmedClientsMax ?? UNCONFIRMED_CLIENTS_MAX;
    return egress === undefined
      ? { ...limiter.take(`register:${address}`, REGISTRATIONS_PER_ADDRESS), unconfirmedMax }
      : {
          ...limiter.take(`register:shared:${egress}`, REGISTRATIONS_PER_SHARED_EGRESS),
          unconfirmedMax: 2 * unconfirmedMax,
        };
  }

  /** Everything but the doors: pages, authorization server, dashboard. */
  function createControlPlane(): Hono<OAuthEnv> {
    const gateCookie = createGateCookie(mcpBaseUrl);
    const { toGateway, toWeb } = wireHandoffs({
      store,
      secret: options.handoffSecret ?? deriveKey(masterSecret, 'handoff'),
      mcpBaseUrl,
      webBaseUrl,
    });
    const { approvals, clients } = grants;

    const guard = createFormGuard({ baseUrl: webBaseUrl });
    const limit = (bucket: string) =>
      limiter.take(
        bucket,
        bucket.startsWith('sign-in:account:') ? SIGN_INS_PER_ACCOUNT : SIGN_INS_PER_ADDRESS,
      );
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
      context.set('sharedEgress', caller.sharedEgress);
      await next();
    });
    app.route('/', only === 'gateway' ? pages.gatewayRoutes : pages.routes);
    app.route('/', healthRoutes({ ping: store.ping, isCurrent: feed.isCurrent, hasSecret: () => hasSecret }));
    if (only !== 'web') mountAuthorizationServer();
    if (only !== 'gateway') mountWeb();
    return app;

    function mountWeb(): void {
      const connecting = {
        connects: createConnects({
          catalogues,
          connectorPaths,
          membershipsOf: async (session) => (await reach(session)).open,
          upstreamAccounts,
        }),
        limitConnects: (userId: string) => limiter.take(`connect:${userId}`, CONNECTS_PER_PERSON),
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
        limitAttempts: (userId) => limiter.take(`confirm:${userId}`, SIGN_INS_PER_ACCOUNT),
        keys,
        agents,
        listAttempts: attempts.list,
        reach,
        ...joining.portal,
        ...company.portal,
        ...watching.portal,
        settings: createSettings({ store, clock }),
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
      ownApi = () => ownApiOf(portal, webBaseUrl);
      app.route('/portal/v1', portal);
      app.route('/', createDashboardFiles({ directory: options.dashboardDirectory ?? DASHBOARD_DIRECTORY }));
    }

    function mountAuthorizationServer(): void {
      app.get(CLIENT_DOCUMENT_PATH, (context) =>
        context.json(upstreamAccounts.document, 200, { 'Cache-Control': 'public, max-age=3600' }),
      );
      app.route('/', createAuthorizeReturn({ approvals, toGateway, gateBrowserOf: gateCookie.read }));
      const oauth = createOAuth({
        ...grants,
        issuer: mcpBaseUrl,
        webBaseUrl,
        connectorPaths,
        organisationBySlug: store.people.findOrganisationBySlug,
        resolveDocument: grants.clientDocuments.resolve,
        jwks: grants.signing.jwks,
        toWeb,
        gateCookie,
        audit,
        trace: attempts.trace,
        log,
        limitAuthorizations: (address) => limiter.take(`authorize:${address}`, AUTHORIZATIONS_PER_ADDRESS),
        limitRegistrations,
        callerOf,
        renderError: pages.renderOAuthError,
        headers: pageHeaders(only === 'gateway' ? mcpBaseUrl : webBaseUrl),
      });
      answerToken = oauth.token;
      app.route('/', oauth.routes);
    }
  }

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

    handle(req: IncomingMessage, res: ServerResponse): void {
      req.url = originForm(req.url ?? '/');
      const path = req.url.split('?', 1)[0] ?? '/';
      if (only !== 'web' && gateway.handles(path) && !isAppendedMetadata(path, connectorPaths))
        gateway.handle(req, res);
      else if (answerToken !== undefined && path === '/token' && req.method === 'POST') answerToken(req, res);
      else void listener(req, res);
    },

    /** Finishes the calls under way, writes what is still held, and lets go of the database. */
    async close(): Promise<void> {
      sweeping.close();
      company.close();
      await upstreamAccounts.revoking.close();
      await gateway.close();
      await importing.close();
      await upstreams.close();
      await attempts.close();
      await usage.close();
      await audit.close();
      await watching.close();
      await nodeMail.close();
      await feed.close();
      await store.close();
    },
  };
}

export type App = Awaited<ReturnType<typeof createApp>>;
