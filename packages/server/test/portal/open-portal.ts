import { hash } from '@node-rs/argon2';
import { Hono } from 'hono';
import { newId, type OrganisationId, type UserId } from '../../src/kernel/ids.ts';
import type { Access, Role } from '../../src/kernel/access.ts';
import { createAuditLog } from '../../src/audit/audit-log.ts';
import { createOverview } from '../../src/audit/overview.ts';
import { createUsageReport } from '../../src/audit/usage-report.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { createListAttempts } from '../../src/audit/attempts/list-attempts.ts';
import { createConnections } from '../../src/grants/connections.ts';
import { createClientRules } from '../../src/grants/client-rules.ts';
import { createIdentityProviders } from '../../src/grants/identity-providers.ts';
import { createOrganisationSecurity } from '../../src/grants/organisation-security.ts';
import { createPortalClients } from '../../src/grants/portal-clients.ts';
import { createPublishedKeys } from '../../src/grants/published-keys.ts';
import { createAddressGuard, type AddressGuardOptions } from '../../src/kernel/address-guard.ts';
import { createSignEveryoneOut } from '../../src/grants/sign-everyone-out.ts';
import { createCatalogues } from '../../src/connectors/catalogues.ts';
import { createToolDesk } from '../../src/connectors/tool-desk.ts';
import { createKeyVerifier } from '../../src/keys/key-verifier.ts';
import { newKeySecret } from '../../src/keys/key-secret.ts';
import { createKeys } from '../../src/keys/keys.ts';
import { createLimiter } from '../../src/limits/limiter.ts';
import { ceilingsOf } from '../../src/limits/policy-within.ts';
import { SIGN_OUT_PURPOSE } from '../../src/pages/account-line.tsx';
import { createFormGuard } from '../../src/pages/form-guard.ts';
import { createPages } from '../../src/pages/pages.tsx';
import { createAuditRetention } from '../../src/people/organisations/audit-retention.ts';
import { createCallLimits } from '../../src/people/organisations/call-limits.ts';
import { createAddresses } from '../../src/people/organisations/addresses.ts';
import { createOrganisationDeletion } from '../../src/grants/delete-organisation.ts';
import { createOrganisationQuotas } from '../../src/people/organisations/quotas.ts';
import { createSettings } from '../../src/people/organisations/settings.ts';
import { createAgents } from '../../src/people/agents/agents.ts';
import { createReach } from '../../src/people/company/reach.ts';
import type { PortalEnv } from '../../src/portal/env.ts';
import { createDocument } from '../../src/portal/openapi/document.ts';
import { createPortal } from '../../src/portal/portal.ts';
import { createCalls } from '../../src/gateway/calls.ts';
import { createConfirmation } from '../../src/gateway/mcp/confirmation/confirmation.ts';
import { monotonicClock } from '../../src/kernel/clock.ts';
import { wireImports } from '../../src/wire-imports.ts';
import { wireLogos } from '../../src/wire-logos.ts';
import { wirePlayground } from '../../src/wire-playground.ts';
import { wireUpstreams } from '../../src/wire-upstreams.ts';
import { wireOperator } from '../../src/wire-operator.ts';
import { wireWebhooks } from '../../src/wire-webhooks.ts';
import { wireJoining } from '../../src/wire-joining.ts';
import { createDashboardFiles } from '../../src/portal/static/static.ts';
import { openManagement } from './open-management.ts';
import { createAnswerCheck } from './check-answers.ts';
import { cookieHeader, openPeople, PASSWORD, valueOf } from '../people/open-people.ts';

/** Made without its usual cost, which a sign-in would pay again: the tests of passwords make their own people. */
const PASSWORD_HASH = hash(PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 });

export const TOOL_COUNTS = { read: 14, full: 31 };

/** The web host as the composition root wires it, without the doors, on a database of its own. */
export async function openPortal({
  baseUrl = 'http://localhost:4747',
  mcpBaseUrl = baseUrl,
  directory = '/nowhere',
  addressGuard = {},
  privateNetworks = [],
}: {
  baseUrl?: string;
  mcpBaseUrl?: string;
  directory?: string;
  addressGuard?: AddressGuardOptions;
  /** Networks that connectors made here may reach. */
  privateNetworks?: readonly string[];
} = {}) {
  const opened = await openPeople(baseUrl, { guard: addressGuard });
  const { store, clock, people, setup } = opened;
  const keys = createKeys({ store, environment: 'test', clock });
  const agents = createAgents({ store, clock });
  const fetchDocument = createAddressGuard(addressGuard);
  const publishedKeys = createPublishedKeys({ fetchDocument, clock });
  const catalogues = createCatalogues({ store });
  store.onOwnChange(({ kind, subject }) => {
    if (kind === 'connector') catalogues.invalidate(subject);
  });
  const attempts = createLimiter({ clock });
  const guard = createFormGuard({ baseUrl });
  const limit = () => ({
    name: 'address',
    policy: { limit: 1, windowSeconds: 1 },
    decision: { allowed: true, limit: 1, remaining: 1, resetSeconds: 0, retryAfterSeconds: 0 },
  });
  const joining = wireJoining({ store, clock, people, guard, baseUrl, limit });
  const pages = createPages({
    people,
    accounts: opened.accounts,
    companySignIn: opened.company.companySignIn,
    setup,
    guard,
    baseUrl,
    limit,
    describeTransaction: async () => undefined,
    log: silentLog,
  });
  const app = new Hono<PortalEnv>();
  // As behind a proxy that is believed.
  app.use(async (context, next) => {
    context.set('from', context.req.header('x-forwarded-for') ?? '127.0.0.1');
    await next();
  });
  app.route('/', pages.routes);
  app.route('/', joining.pages);
  const describeTransaction = async () => undefined;
  app.route('/', opened.company.pages({ people, guard, limit, describeTransaction, baseUrl }));
  const management = await openManagement({ store, clock, mcpBaseUrl, webBaseUrl: baseUrl });
  const toolDesk = createToolDesk({ store, catalogues, clock });
  const upstreams = wireUpstreams({
    store,
    feed: management.feed,
    grants: { signing: management.signing },
    masterSecret: 'a secret of the tests',
    maySeal: () => true,
    mcpBaseUrl,
    webBaseUrl: baseUrl,
    guard: addressGuard,
    privateNetworks,
    clock,
    log: silentLog,
  });
  const importing = wireImports({
    store,
    upstreams,
    toolDesk,
    guard: addressGuard,
    limiter: attempts,
    mcpBaseUrl,
    clock,
    log: silentLog,
  });
  const operator = wireOperator({
    feed: management.feed,
    options: {
      store,
      masterSecret: 'a secret of the tests',
      mcpBaseUrl,
      webBaseUrl: baseUrl,
      connectorPaths: [],
      environment: 'test',
      clock,
      log: silentLog,
    },
    hasSecret: () => true,
    limitsAreShared: () => undefined,
  });
  const clientRules = createClientRules({ store, clock });
  const webhooks = wireWebhooks({
    store,
    masterSecret: 'a secret of the tests',
    maySeal: () => true,
    guard: addressGuard,
    clock,
    log: silentLog,
  });
  const calling = createLimiter({ clock: monotonicClock });
  const calls = createCalls({
    audit: management.audit,
    catalogues,
    clock,
    confirmation: createConfirmation({
      key: deriveKey('a secret of the tests', 'confirmations'),
      claimOnce: (id, expiresAtSeconds) => store.usedIds.claim('confirmation', id, expiresAtSeconds),
      clock,
    }),
    credentials: upstreams.credentials,
    downloadKey: deriveKey('a secret of the tests', 'downloads'),
    fetchFile: async () => ({ ok: false, error: { message: 'is not fetched in this test' } }),
    limiter: calling,
    limits: management.limits,
    mcp: { clients: upstreams.mcpClients, servers: upstreams.mcpServers },
    sender: upstreams.sender,
    sessionKey: deriveKey('a secret of the tests', 'sessions of servers'),
    urls: { mcpBaseUrl, connectorPaths: [] },
  });
  const playing = wirePlayground({
    calls,
    catalogues,
    feed: management.feed,
    standingOf: management.ports.standingOf,
    mcpBaseUrl,
    log: silentLog,
  });
  const logos = wireLogos({ store, clock, feed: management.feed, mcpBaseUrl });
  app.route('/', logos.files);
  const portal = createPortal({
    ...playing.portal,
    ...logos.portal,
    management: management.ports,
    people,
    accounts: opened.accounts,
    limitAttempts(userId) {
      const policy = { limit: 10, windowSeconds: 60 };
      return { name: 'account', policy, decision: attempts.take(userId, policy) };
    },
    keys,
    agents,
    signEveryoneOut: createSignEveryoneOut({ store, clock }),
    portalClients: createPortalClients({ store, clock }),
    connections: createConnections({ store, clientRules, clock }),
    listAttempts: createListAttempts({ store, clock }),
    clientRules,
    organisationSecurity: createOrganisationSecurity({ store, clientRules, clock }),
    publishedKeys,
    identityProviders: createIdentityProviders({ store, fetchDocument, publishedKeys, clock }),
    reach: createReach({ store, clock }),
    ...joining.portal,
    ...opened.company.portal,
    ...webhooks.portal,
    auditLog: createAuditLog({ store, clock }),
    usageReport: createUsageReport({ store, clock }),
    readOverview: createOverview({ store, clock }),
    addresses: createAddresses({ store, clock }),
    organisationDeletion: createOrganisationDeletion({ store, clock }),
    settings: createSettings({ store, clock }),
    auditRetention: createAuditRetention({ store, clock }),
    quotas: createOrganisationQuotas({
      store,
      clock,
      ceilings: {
        monthly: { calls: 1_000_000, credits: null },
        atOnce: { perKey: 100, perOrganisation: 200 },
      },
    }),
    callLimits: createCallLimits({ store, clock, ceilings: ceilingsOf(management.limits) }),
    toolDesk,
    ...importing.portal,
    ...operator.portal,
    toolCounts: async () => TOOL_COUNTS,
    offeringOf: async () => ({ mode: 'full', toolsets: ['daily'] }),
    signOutToken: (context) => guard.issue(context, SIGN_OUT_PURPOSE),
    mcpBaseUrl,
    webBaseUrl: baseUrl,
    clock,
    log: silentLog,
  });
  const document = createDocument(portal, `${baseUrl}/portal/v1`);
  const answers = createAnswerCheck(document);
  app.use('/portal/v1/*', answers.middleware);
  app.route('/portal/v1', portal);
  app.route('/', createDashboardFiles({ directory }));

  let made = 0;
  return {
    ...opened,
    app,
    portalRoutes: portal.routes,
    management,
    document,
    /** Fails if an answer was none that the API's document knows. */
    async close() {
      await webhooks.deliverer.close();
      await importing.close();
      await upstreams.upstreamAccounts.revoking.close();
      await upstreams.close();
      await operator.close();
      await management.close();
      await opened.close();
      answers.assertNone();
    },
    catalogues,
    /** Nothing is delivered but by the test's own step. */
    webhooks: { ...webhooks.deliverer, forwarder: webhooks.forwarder },
    upstreams,
    keys,
    agents,
    baseUrl,
    verifyKey: createKeyVerifier({ store, clock, mayCache: () => false }).verify,

    /** An organisation of the test's own. */
    async organisation(): Promise<{ orgId: OrganisationId; slug: string }> {
      made += 1;
      const wanted = { slug: `org-${made}`, name: `Organisation ${made}`, tokenMode: 'key' as const };
      return valueOf(await people.createOrganisation(wanted));
    },

    /** A signed-in person with a role in each of these organisations. */
    async person(...roles: { orgId: OrganisationId; role: Role }[]) {
      made += 1;
      const email = `person-${made}@acme.test`;
      const userId = newId('usr');
      const user = { id: userId, email, name: `Person ${made}`, emailVerified: true };
      await store.people.createUser({ ...user, passwordHash: await PASSWORD_HASH });
      for (const { orgId, role } of roles) await store.people.addMember(orgId, userId, role);
      const signedIn = valueOf(await people.signIn({ email, password: PASSWORD, headers: new Headers() }));
      const cookie = cookieHeader(signedIn.setCookies).get('cookie') ?? '';
      return { userId, email, cookie, ...createCaller(app, baseUrl, cookie) };
    },

    /** What approving Claude leaves behind in key mode: a client, a grant, its key and its refresh token. */
    async connection({ orgId, userId, access = 'full' }: NewConnection) {
      made += 1;
      const client = await store.clients.register({
        id: newId('cli'),
        name: 'Claude',
        redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
        authMethod: 'none',
        secretHash: null,
        metadataHash: `connection ${made}`,
      });
      const grant = await store.grants.create({
        id: newId('grt'),
        orgId,
        userId,
        clientId: client.id,
        access,
        resource: '/mcp',
        destination: 'claude.ai',
        tokenMode: 'key',
      });
      const { secret, hash, hint } = newKeySecret('test');
      const key = await store.keys.create({
        id: newId('key'),
        orgId,
        userId,
        grantId: grant.id,
        name: 'Claude (MCP connector)',
        access,
        hint,
        secretHash: hash,
        expiresAt: grant.expiresAt,
      });
      return { keyId: key.id, grantId: grant.id, secret };
    },
  };
}

export interface NewConnection {
  orgId: OrganisationId;
  userId: UserId;
  access?: Access;
}

export type OpenedPortal = Awaited<ReturnType<typeof openPortal>>;
export type Person = Awaited<ReturnType<OpenedPortal['person']>>;

export interface PortalAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined where the body is not JSON. */
  body: Record<string, unknown> | undefined;
}

/** Sends what the dashboard sends from its own pages in a browser of today. */
export function createCaller(app: Hono<PortalEnv>, baseUrl: string, cookie: string | undefined) {
  async function send(
    method: string,
    path: string,
    more: { body?: unknown; headers?: Record<string, string | undefined> } = {},
  ): Promise<PortalAnswer> {
    const given = {
      cookie,
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { origin: baseUrl, 'content-type': 'application/json' }),
      ...more.headers,
    };
    const headers = new Headers();
    for (const [name, value] of Object.entries(given)) if (value !== undefined) headers.set(name, value);
    const init = { method, headers, ...('body' in more ? { body: JSON.stringify(more.body) } : {}) };
    const response = await app.request(`${baseUrl}/portal/v1${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : undefined,
    };
  }
  return {
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, body: unknown = {}) => send('POST', path, { body }),
    put: (path: string, body: unknown) => send('PUT', path, { body }),
  };
}

/** The `items` of a list's answer. */
export function itemsOf(answer: PortalAnswer): Record<string, unknown>[] {
  return (answer.body?.['items'] ?? []) as Record<string, unknown>[];
}

/** The error of a refusal, as the contract shapes it. */
export function errorOf(answer: PortalAnswer): { code?: string; message?: string; request_id?: string } {
  return (answer.body?.['error'] ?? {}) as { code?: string; message?: string; request_id?: string };
}
