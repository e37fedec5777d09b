import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { compileCatalogue, createSender } from '@latchkey/tools';
import { request, type Dispatcher } from 'undici';
import { createAudit } from '../../../src/audit/audit.ts';
import { createUsage } from '../../../src/audit/usage.ts';
import { USUAL_CALLS, type CallSettings } from '../../../src/config-calls.ts';
import { createCatalogues } from '../../../src/connectors/catalogues.ts';
import { createMcpServers, SNAPSHOT_TIMES, type SnapshotTimes } from '../../../src/connectors/mcp-servers.ts';
import { createPublishMcp } from '../../../src/connectors/publish-mcp.ts';
import { importConnector } from '../../../src/connectors/import-connector.ts';
import { createFront } from '../../../src/front/front.ts';
import { createGateway } from '../../../src/gateway/gateway.ts';
import type { GatewayDependencies } from '../../../src/gateway/ports.ts';
import { createConfirmation } from '../../../src/gateway/mcp/confirmation/confirmation.ts';
import { createFetchFile } from '../../../src/gateway/pipeline/fetch-file.ts';
import { createDpop } from '../../../src/grants/dpop/dpop.ts';
import { highestAccess, type Access, type Role } from '../../../src/kernel/access.ts';
import { systemClock, type Clock } from '../../../src/kernel/clock.ts';
import type { CallLimits } from '../../../src/kernel/call-limits.ts';
import type { Actor, Standing, VerifiedCredential } from '../../../src/kernel/credential.ts';
import { createFileReader, type FileReaderOptions } from '../../../src/kernel/guarded-file.ts';
import { newId, type OrganisationId } from '../../../src/kernel/ids.ts';
import { silentLog, type Log } from '../../../src/kernel/log.ts';
import { createLimiter, type LimitPolicy } from '../../../src/limits/limiter.ts';
import { createAssertionCache } from '../../../src/upstreams/credentials/assertions.ts';
import { createUpstreamCredentials } from '../../../src/upstreams/credentials/create-credentials.ts';
import { createExchange } from '../../../src/upstreams/credentials/exchange.ts';
import { createUpstreamAccounts } from '../../../src/upstreams/credentials/upstream-accounts.ts';
import { createVault } from '../../../src/upstreams/credentials/vault.ts';
import { createRegistry } from '../../../src/telemetry/registry.ts';
import { wireAdmission } from '../../../src/wire-admission.ts';
import { createNodeMail } from '../../../src/nodes/node-mail.ts';
import { CLIENT_LIMITS, createMcpClients, type ClientLimits } from '../../../src/upstreams/client/clients.ts';
import { createChannels } from '../../../src/upstreams/channels.ts';
import { createTestStore } from '../../support/database.ts';
import { startUpstream, UPSTREAM_DOCUMENT } from './upstream.ts';

const WIDE: LimitPolicy = { limit: 100_000, windowSeconds: 60 };

export interface HarnessOptions {
  perKey?: LimitPolicy;
  perOrganisation?: LimitPolicy;
  /** What the operator says of calls at once and by the month; unset: as many as come. */
  calls?: Partial<CallSettings>;
  connectorPaths?: readonly string[];
  /** How the service is known to the world, if not by its loopback address. */
  mcpBaseUrl?: string;
  upstreamTimeoutMs?: number;
  streamLimits?: GatewayDependencies['streamLimits'];
  bodyLimits?: GatewayDependencies['bodyLimits'];
  callMsMax?: number;
  channelLimits?: Parameters<typeof createChannels>[0]['limits'];
  relay?: Omit<GatewayDependencies['relay'], 'sender' | 'openChannel'>;
  /** Of our own client of MCP servers. Set: what relayed servers say of their tools is followed, too. */
  mcp?: { limits?: Partial<ClientLimits>; times?: Partial<SnapshotTimes> };
  /** Of the gateway. */
  clock?: Clock;
  /** How files that arguments name are reached. */
  files?: FileReaderOptions;
}

export interface CallerOptions {
  org?: string;
  access?: Access;
  role?: Role;
  kind?: 'key' | 'token';
  /** The path of the resource that a token is for. */
  resource?: string;
  /** Whether a grant stands behind it. Tokens always have one. */
  granted?: boolean;
  /** What its organisation allows itself. */
  limits?: CallLimits;
}

/** The data plane on a real server, before a real upstream and a real database. Only who is who is made up. */
export async function startHarness(options: HarnessOptions = {}) {
  const database = await createTestStore();
  const { store } = database;
  const upstream = await startUpstream();

  const organisations = new Map<string, OrganisationId>();
  for (const slug of ['acme', 'globex']) {
    const id = newId('org');
    organisations.set(slug, id);
    await store.people.createOrganisation({ id, slug, name: slug, tokenMode: 'token' });
  }
  const connector = {
    name: 'Items',
    baseUrl: upstream.baseUrl,
    document: UPSTREAM_DOCUMENT,
    compile: compileCatalogue,
  };
  const shared = await importConnector(store, { orgId: null, slug: 'items', ...connector });
  if (!shared.ok) throw new Error(shared.error.message);

  const credentials = new Map<string, VerifiedCredential>();
  const standings = new Map<string, Standing>();
  const logged: string[] = [];
  const write = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };

  const front = createFront({
    takesWhole: (method, url) => gateway.takesWhole(method, url.split('?', 1)[0] ?? '/'),
    handleWhole: (req, res) => gateway.handleWhole(req, res),
    handle: (req, res) => gateway.handle(req, res),
  });
  const { server } = front;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const audit = createAudit({ store, clock: systemClock, log });
  const usage = createUsage({ store, clock: systemClock, log });
  const sender = createSender({ ...(options.upstreamTimeoutMs && { timeoutMs: options.upstreamTimeoutMs }) });
  const relaySender = createSender();
  const channels = createChannels({
    clock: systemClock,
    environment: { open: (stored) => stored },
    limits: options.channelLimits,
    log: silentLog,
    sender: relaySender,
  });
  const catalogues = createCatalogues({ store });
  const signed: string[] = [];
  const broken = new Set<string>();
  const touched = new Set<string>();
  const whileIdentified = new Map<string, () => void>();
  const standingName = (orgId: OrganisationId, actor: Actor) => `${orgId} ${actor.id}`;
  const find = async (kind: 'key' | 'token', secret: string) => {
    if (secret.endsWith('broken') || broken.has(secret))
      throw new Error('the database is gone: host 10.0.0.7 refused');
    const credential = credentials.get(secret);
    return credential?.kind === kind ? credential : undefined;
  };

  const vault = createVault({ store, sealKey: randomBytes(32), clock: systemClock, mayCache: () => true });
  store.onOwnChange(({ kind, subject }) => kind === 'credential' && vault.forget(subject));
  const assertions = createAssertionCache(({ principal, audience }) => {
    const assertion = `assertion.${principal.orgSlug}.${principal.access}.${signed.length}`;
    signed.push(`${assertion} ${audience}`);
    return assertion;
  }, options.clock ?? systemClock);

  const upstreamAccounts = createUpstreamAccounts({
    store,
    vault,
    masterSecret: randomBytes(32).toString('hex'),
    mcpBaseUrl: url,
    webBaseUrl: url,
    clock: systemClock,
    log,
  });

  const upstreamCredentials = createUpstreamCredentials({
    vault,
    assertions,
    accounts: upstreamAccounts.accounts,
    exchange: createExchange({ send: upstreamAccounts.send, assertions, clock: systemClock, log }),
    webBaseUrl: url,
    log,
  });
  const mcpClients = createMcpClients({
    clock: systemClock,
    credentials: upstreamCredentials,
    limits: { ...CLIENT_LIMITS, ...options.mcp?.limits },
    onToolsChanged: ({ id }, principal) => mcpServers.changed(id, principal),
    openChannel: channels.to,
    sender: relaySender,
  });
  const mcpServers = createMcpServers({
    clients: mcpClients,
    clock: systemClock,
    log,
    store,
    times: { ...SNAPSHOT_TIMES, ...options.mcp?.times },
  });
  store.onOwnChange(({ kind, subject }) => {
    if (kind !== 'connector') return;
    catalogues.invalidate(subject);
    gateway.toolsChanged(subject);
  });
  const publishMcp = createPublishMcp({
    store,
    environment: { seal: (upstream) => upstream, open: (upstream) => upstream },
    clock: systemClock,
  });

  const registry = createRegistry();
  const clock = options.clock ?? systemClock;
  const admitting =
    options.calls &&
    wireAdmission({ calls: { ...USUAL_CALLS, ...options.calls }, clock, log, registry, store });
  const gateway = createGateway({
    admission: admitting?.admission,
    urls: { mcpBaseUrl: options.mcpBaseUrl ?? url, connectorPaths: options.connectorPaths ?? [] },
    addressOf: (peer) => peer,
    verifyKey: (secret) => find('key', secret),
    verifyToken: (jwt) => find('token', jwt),
    async standingOf(orgId, actor) {
      const name = standingName(orgId, actor);
      const standing = standings.get(name);
      whileIdentified.get(name)?.();
      whileIdentified.delete(name);
      return standing;
    },
    organisationExists: async (slug) => organisations.has(slug),
    dpop: createDpop({
      claimOnce: (id, expiresAtSeconds) => store.usedIds.claim('dpop_proof', id, expiresAtSeconds),
      key: randomBytes(32),
      clock: systemClock,
    }),
    catalogues,
    limiter: createLimiter({ clock: systemClock }),
    audit,
    usage: {
      ...usage,
      touch(keyId) {
        touched.add(keyId);
        usage.touch(keyId);
      },
    },
    sender,
    fetchFile: createFetchFile(createFileReader(options.files)),
    confirmation: createConfirmation({
      key: randomBytes(32),
      claimOnce: (id, expiresAtSeconds) => store.usedIds.claim('confirmation', id, expiresAtSeconds),
      clock: options.clock ?? systemClock,
    }),
    downloadKey: randomBytes(32),
    sessionKey: randomBytes(32),
    nodeMail: createNodeMail({ store, key: randomBytes(32), log }),
    credentials: upstreamCredentials,
    mcp: { clients: mcpClients, servers: mcpServers },
    relay: {
      ...(options.mcp && { news: mcpServers }),
      ...options.relay,
      openChannel: channels.to,
      sender: relaySender,
    },
    streamLimits: options.streamLimits,
    bodyLimits: options.bodyLimits,
    callMsMax: options.callMsMax,
    limits: { perKey: options.perKey ?? WIDE, perOrganisation: options.perOrganisation ?? WIDE },
    log,
    clock: options.clock ?? systemClock,
  });

  return {
    url,
    store,
    upstream,
    gateway,
    server,
    catalogues,
    vault,
    mcpServers,
    publishMcp,
    connectorId: shared.value.connectorId,
    organisations,
    logged,
    signed,
    audit,
    registry,

    orgId(slug: string): OrganisationId {
      const orgId = organisations.get(slug);
      if (orgId === undefined) throw new Error(`no organisation ${slug}`);
      return orgId;
    },

    /** A caller with a credential that the gateway accepts. */
    caller({ org = 'acme', access = 'full', role = 'member', kind = 'key', ...more }: CallerOptions = {}) {
      const orgId = organisations.get(org);
      if (orgId === undefined) throw new Error(`no organisation ${org}`);
      const granted = more.granted ?? kind === 'token';
      const actor: Actor = { kind: 'user', id: newId('usr') };
      const secret = `${kind === 'key' ? 'lk_test_' : 'ey.'}${randomBytes(16).toString('hex')}`;
      const credential: VerifiedCredential = {
        kind,
        orgId,
        actor,
        access,
        keyId: newId('key'),
        grantId: granted ? newId('grt') : undefined,
        clientId: granted ? newId('cli') : undefined,
        resource: kind === 'token' ? (more.resource ?? '/mcp') : undefined,
      };
      credentials.set(secret, credential);
      const { limits } = more;
      standings.set(standingName(orgId, actor), { orgSlug: org, role, ceiling: highestAccess(role), limits });
      return {
        secret,
        credential,
        bearer: { authorization: `Bearer ${secret}` },
        setRole: (next: Role) =>
          standings.set(standingName(orgId, actor), {
            orgSlug: org,
            role: next,
            ceiling: highestAccess(next),
          }),
        leave: () => standings.delete(standingName(orgId, actor)),
        revoke: () => credentials.delete(secret),
        /** From now on nobody can find out whose it is. */
        breakChecks: () => broken.add(secret),
        /** Whether a door has let it in. */
        isLetIn: () => touched.has(credential.keyId),
        /** Done once, after the door knows whose it is and before it knows what that person may. */
        whileIdentified: (work: () => void) => whileIdentified.set(standingName(orgId, actor), work),
      };
    },

    /** One request as it is, and its whole answer. */
    async send(
      method: string,
      path: string,
      more: { headers?: Record<string, string>; body?: string | Buffer } = {},
    ) {
      const response = await request(`${url}${path}`, {
        method: method as Dispatcher.HttpMethod,
        headers: more.headers ?? {},
        ...(more.body === undefined ? {} : { body: more.body }),
      });
      const text = await response.body.text();
      return { status: response.statusCode, headers: response.headers, text, json: parse(text) };
    },

    /** One JSON-RPC message to the MCP door. */
    async rpc(message: unknown, more: { path?: string; headers?: Record<string, string> } = {}) {
      const response = await request(`${url}${more.path ?? '/mcp/acme'}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...more.headers,
        },
        body: typeof message === 'string' ? message : JSON.stringify(message),
      });
      const text = await response.body.text();
      return { status: response.statusCode, headers: response.headers, text, json: parse(text) };
    },

    auditOf: (slug: string) => {
      const orgId = organisations.get(slug);
      return orgId === undefined ? Promise.resolve([]) : store.audit.list(orgId, { limit: 500 });
    },

    async close() {
      await gateway.close(1000);
      front.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await upstreamAccounts.revoking.close();
      await mcpServers.close();
      mcpClients.close();
      await audit.close();
      await usage.close();
      await sender.close();
      await channels.close();
      await relaySender.close();
      await admitting?.close();
      await upstream.close();
      await database.close();
    },
  };
}

export type Harness = Awaited<ReturnType<typeof startHarness>>;

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
