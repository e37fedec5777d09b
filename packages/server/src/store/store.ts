import type pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { createChangeListener, type Bell, type ChangeListener } from './change-listener.ts';
import {
  createCallPool,
  createDatabase,
  createDatabaseOn,
  createPool,
  createTokenPool,
  transactionOn,
  type Executor,
} from './database.ts';
import { openConnections } from './open-connections.ts';
import { createAgentListQueries } from './queries/agent-list.ts';
import { ageOf, readApplied, readMigrations, type Migration, type SchemaAge } from './migrations.ts';
import { createAuditCheckQueries } from './queries/audit-check.ts';
import { createAuditCheckpointQueries } from './queries/audit-checkpoints.ts';
import { createAuditForwardQueries } from './queries/audit-forwards.ts';
import { createAuditIntentQueries } from './queries/audit-intents.ts';
import { createAuditRetentionQueries } from './queries/audit-retention.ts';
import { createAuditQueries } from './queries/audit-events.ts';
import { createAuditSearchQueries } from './queries/audit-search.ts';
import { createAuditTrailQueries } from './queries/audit-trail.ts';
import { createAuthorizationQueries } from './queries/authorizations.ts';
import { createChangeQueries, type Change } from './queries/changes.ts';
import { createClientDocumentQueries } from './queries/client-documents.ts';
import { createClientRuleQueries } from './queries/client-rules.ts';
import { createClientQueries } from './queries/clients.ts';
import { createCompanySignInQueries } from './queries/company-sign-in.ts';
import { createConnectionAttemptQueries } from './queries/connection-attempts.ts';
import { createConnectionQueries } from './queries/connections.ts';
import { createConnectorQueries } from './queries/connectors.ts';
import { createDeclaredMemberQueries } from './queries/declared-members.ts';
import { createConnectorVersionQueries } from './queries/connector-versions.ts';
import { createGrantEndQueries } from './queries/grant-ends.ts';
import { createGrantQueries } from './queries/grants.ts';
import { createIdentityProviderQueries } from './queries/identity-providers.ts';
import { createImportQueries } from './queries/imports.ts';
import { createInstallationQueries } from './queries/installation.ts';
import { createInvitationQueries } from './queries/invitations.ts';
import { createKeyQueries } from './queries/keys.ts';
import { createMemberQueries } from './queries/members.ts';
import { createMcpSnapshotQueries } from './queries/mcp-snapshots.ts';
import { createNodeMailQueries, mailChannelOf } from './queries/node-mail.ts';
import { createNodeQueries } from './queries/nodes.ts';
import { createOperatorQueries } from './queries/operators.ts';
import { createOrganisationEndQueries } from './queries/organisation-end.ts';
import { createOrganisationLogoQueries } from './queries/organisation-logos.ts';
import { createOrganisationSlugQueries } from './queries/organisation-slugs.ts';
import { createOverviewQueries } from './queries/overview.ts';
import { createPasswordResetQueries } from './queries/password-resets.ts';
import { createPasskeyQueries } from './queries/passkeys.ts';
import { createPeopleQueries } from './queries/people.ts';
import { createPortalClientQueries } from './queries/portal-clients.ts';
import { createQuotaQueries } from './queries/quotas.ts';
import { createRestoredQueries } from './queries/restored.ts';
import { createSealedQueries } from './queries/sealed.ts';
import { createSecondFactorQueries } from './queries/second-factors.ts';
import { createSecurityQueries } from './queries/security.ts';
import { createSessionQueries } from './queries/sessions.ts';
import { createSigningKeyQueries } from './queries/signing-keys.ts';
import { createToolRuleQueries } from './queries/tool-rules.ts';
import { createUpstreamAccountQueries } from './queries/upstream-accounts.ts';
import { createUpstreamCredentialQueries } from './queries/upstream-credentials.ts';
import { createUsageHourQueries } from './queries/usage-hours.ts';
import { createUsedIdQueries } from './queries/used-ids.ts';
import { createWebhookOutboxQueries } from './queries/webhook-outbox.ts';
import { createWebhookQueries } from './queries/webhooks.ts';
import { createTokenQueries, type TokenQueries } from './tokens/tokens.ts';

function createQueries(executor: Executor, onChangeAdded: (change: Change) => void) {
  return {
    people: createPeopleQueries(executor),
    sessions: createSessionQueries(executor),
    secondFactors: createSecondFactorQueries(executor),
    security: createSecurityQueries(executor),
    passkeys: createPasskeyQueries(executor),
    agentList: createAgentListQueries(executor),
    connections: createConnectionQueries(executor),
    connectors: createConnectorQueries(executor),
    connectorVersions: createConnectorVersionQueries(executor),
    imports: createImportQueries(executor),
    connectionAttempts: createConnectionAttemptQueries(executor),
    clients: createClientQueries(executor),
    clientDocuments: createClientDocumentQueries(executor),
    clientRules: createClientRuleQueries(executor),
    companySignIn: createCompanySignInQueries(executor),
    passwordResets: createPasswordResetQueries(executor),
    portalClients: createPortalClientQueries(executor),
    authorizations: createAuthorizationQueries(executor),
    declaredMembers: createDeclaredMemberQueries(executor),
    grants: createGrantQueries(executor),
    grantEnds: createGrantEndQueries(executor, onChangeAdded),
    identityProviders: createIdentityProviderQueries(executor),
    installation: createInstallationQueries(executor),
    invitations: createInvitationQueries(executor),
    keys: createKeyQueries(executor),
    members: createMemberQueries(executor),
    mcpSnapshots: createMcpSnapshotQueries(executor),
    nodeMail: createNodeMailQueries(executor),
    nodes: createNodeQueries(executor),
    operators: createOperatorQueries(executor),
    organisationEnd: createOrganisationEndQueries(executor),
    organisationLogos: createOrganisationLogoQueries(executor),
    organisationSlugs: createOrganisationSlugQueries(executor),
    signingKeys: createSigningKeyQueries(executor),
    toolRules: createToolRuleQueries(executor),
    sealed: createSealedQueries(executor),
    restored: createRestoredQueries(executor),
    upstreamAccounts: createUpstreamAccountQueries(executor),
    upstreamCredentials: createUpstreamCredentialQueries(executor),
    usedIds: createUsedIdQueries(executor),
    changes: createChangeQueries(executor, onChangeAdded),
    audit: createAuditQueries(executor),
    auditTrail: createAuditTrailQueries(executor),
    webhooks: createWebhookQueries(executor),
    webhookOutbox: createWebhookOutboxQueries(executor),
    auditCheck: createAuditCheckQueries(executor),
    auditCheckpoints: createAuditCheckpointQueries(executor),
    auditForwards: createAuditForwardQueries(executor),
    auditIntents: createAuditIntentQueries(executor),
    auditRetention: createAuditRetentionQueries(executor),
    auditSearch: createAuditSearchQueries(executor),
    usageHours: createUsageHourQueries(executor),
    quotas: createQuotaQueries(executor),
    overview: createOverviewQueries(executor),
  };
}

/** The queries, a table group each, on one connection or on the pool. */
export type Queries = ReturnType<typeof createQueries>;

/** What calls wait for and share, each statement on a connection of its own that is ended if it does not answer. */
function createCallQueries(executor: Executor) {
  const { insertMany } = createAuditQueries(executor);
  const { giveBack, take } = createQuotaQueries(executor);
  return { audit: { insertMany }, quotas: { giveBack, take } };
}

/** On one connection, within whatever transaction that is in. Nobody here hears of changes. */
export function createQueriesOn(client: pg.Client): Queries {
  return createQueries(createDatabaseOn(client), () => undefined);
}

export interface Store extends Queries {
  /** What the token endpoint asks at every request. Never part of a transaction. */
  tokens: TokenQueries;
  /** What many calls wait for at once. Never part of a transaction. */
  calls: ReturnType<typeof createCallQueries>;
  /** All or nothing; a thrown error rolls back. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Hears each change that any node announces. */
  listenForChanges: ChangeListener;
  /** Hears this node's own changes as soon as they are committed, before the writer goes on. */
  onOwnChange(handler: (change: Change) => void): void;
  /** Told, on the connection of `listenForChanges`, that there may be mail for a node. Said before that is opened. */
  onMail(nodeId: string, handler: () => void): void;
  /** For better-auth alone, which brings its own queries. */
  pool: pg.Pool;
  ping(): Promise<void>;
  /** How the database's schema and this release's are to each other now. */
  schemaAge(): Promise<SchemaAge>;
  /** Of each pool. */
  connectionFigures(): Readonly<Record<string, ConnectionFigures>>;
  close(): Promise<void>;
}

export interface ConnectionFigures {
  /** Connections, idle ones among them. */
  readonly open: number;
  readonly idle: number;
  /** Queries that wait for one. */
  readonly waiting: number;
}

export function createStore(url: string, log: Log): Store {
  const pool = createPool(url, log);
  const callPool = createCallPool(url, log);
  const tokenPools = { pool: createTokenPool(url, log), waiting: createTokenPool(url, log) };
  const connections = [pool, callPool, tokenPools.pool, tokenPools.waiting].map(openConnections);
  const database = createDatabase(pool);
  const ownChangeHandlers: ((change: Change) => void)[] = [];
  const bells: Bell[] = [];
  let known: Migration[] | undefined;
  const tellOwnHandlers = (change: Change) => {
    for (const handler of ownChangeHandlers) handler(change);
  };
  return {
    ...createQueries(database, tellOwnHandlers),
    calls: createCallQueries(createDatabase(callPool)),
    tokens: createTokenQueries(tokenPools, tellOwnHandlers),
    async transaction(work) {
      const added: Change[] = [];
      const result = await transactionOn(pool, (transaction) =>
        work(createQueries(transaction, (change) => added.push(change))),
      );
      added.forEach(tellOwnHandlers);
      return result;
    },
    onOwnChange: (handler) => ownChangeHandlers.push(handler),
    listenForChanges: createChangeListener(url, log, bells, () =>
      connections.forEach((each) => each.endAll()),
    ),
    onMail: (nodeId, handler) => bells.push({ channel: mailChannelOf(nodeId), onRing: handler }),
    pool,
    async ping() {
      await pool.query('select 1');
    },
    async schemaAge() {
      known ??= await readMigrations();
      return ageOf(await readApplied(pool), known);
    },
    connectionFigures: () => ({
      main: figuresOf(pool),
      calls: figuresOf(callPool),
      tokens: figuresOf(tokenPools.pool),
      token_waits: figuresOf(tokenPools.waiting),
    }),
    async close() {
      await Promise.all([pool.end(), callPool.end(), tokenPools.pool.end(), tokenPools.waiting.end()]);
    },
  };
}

function figuresOf({ idleCount, totalCount, waitingCount }: pg.Pool): ConnectionFigures {
  return { open: totalCount, idle: idleCount, waiting: waitingCount };
}
