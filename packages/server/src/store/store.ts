import type pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { createChangeListener, type Bell, type ChangeListener } from './change-listener.ts';
import { createDatabase, createPool, createTokenPool, type Executor } from './database.ts';
import { createAuditCheckQueries } from './queries/audit-check.ts';
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
import { createGrantQueries } from './queries/grants.ts';
import { createIdentityProviderQueries } from './queries/identity-providers.ts';
import { createImportQueries } from './queries/imports.ts';
import { createInvitationQueries } from './queries/invitations.ts';
import { createKeyQueries } from './queries/keys.ts';
import { createMemberQueries } from './queries/members.ts';
import { createMcpSnapshotQueries } from './queries/mcp-snapshots.ts';
import { createNodeMailQueries, mailChannelOf } from './queries/node-mail.ts';
import { createOverviewQueries } from './queries/overview.ts';
import { createPasswordResetQueries } from './queries/password-resets.ts';
import { createPasskeyQueries } from './queries/passkeys.ts';
import { createPeopleQueries } from './queries/people.ts';
import { createPortalClientQueries } from './queries/portal-clients.ts';
import { createSealedQueries } from './queries/sealed.ts';
import { createSecondFactorQueries } from './queries/second-factors.ts';
import { createSessionQueries } from './queries/sessions.ts';
import { createSigningKeyQueries } from './queries/signing-keys.ts';
import { createToolRuleQueries } from './queries/tool-rules.ts';
import { createUpstreamAccountQueries } from './queries/upstream-accounts.ts';
import { createUpstreamCredentialQueries } from './queries/upstream-credentials.ts';
import { createUsageHourQueries } from './queries/usage-hours.ts';
import { createUsedIdQueries } from './queries/used-ids.ts';
import { createTokenQueries, type TokenQueries } from './tokens/tokens.ts';

function createQueries(executor: Executor, onChangeAdded: (change: Change) => void) {
  return {
    people: createPeopleQueries(executor),
    sessions: createSessionQueries(executor),
    secondFactors: createSecondFactorQueries(executor),
    passkeys: createPasskeyQueries(executor),
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
    identityProviders: createIdentityProviderQueries(executor),
    invitations: createInvitationQueries(executor),
    keys: createKeyQueries(executor),
    members: createMemberQueries(executor),
    mcpSnapshots: createMcpSnapshotQueries(executor),
    nodeMail: createNodeMailQueries(executor),
    signingKeys: createSigningKeyQueries(executor),
    toolRules: createToolRuleQueries(executor),
    sealed: createSealedQueries(executor),
    upstreamAccounts: createUpstreamAccountQueries(executor),
    upstreamCredentials: createUpstreamCredentialQueries(executor),
    usedIds: createUsedIdQueries(executor),
    changes: createChangeQueries(executor, onChangeAdded),
    audit: createAuditQueries(executor),
    auditTrail: createAuditTrailQueries(executor),
    auditCheck: createAuditCheckQueries(executor),
    auditSearch: createAuditSearchQueries(executor),
    usageHours: createUsageHourQueries(executor),
    overview: createOverviewQueries(executor),
  };
}

/** The queries, a table group each, on one connection or on the pool. */
export type Queries = ReturnType<typeof createQueries>;

export interface Store extends Queries {
  /** What the token endpoint asks at every request. Never part of a transaction. */
  tokens: TokenQueries;
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
  close(): Promise<void>;
}

export function createStore(url: string, log: Log): Store {
  const pool = createPool(url, log);
  const tokenPools = { pool: createTokenPool(url, log), waiting: createTokenPool(url, log) };
  const database = createDatabase(pool);
  const ownChangeHandlers: ((change: Change) => void)[] = [];
  const bells: Bell[] = [];
  const tellOwnHandlers = (change: Change) => {
    for (const handler of ownChangeHandlers) handler(change);
  };
  return {
    ...createQueries(database, tellOwnHandlers),
    tokens: createTokenQueries(tokenPools, tellOwnHandlers),
    async transaction(work) {
      const added: Change[] = [];
      const result = await database.transaction((transaction) =>
        work(createQueries(transaction, (change) => added.push(change))),
      );
      added.forEach(tellOwnHandlers);
      return result;
    },
    onOwnChange: (handler) => ownChangeHandlers.push(handler),
    listenForChanges: createChangeListener(url, log, bells),
    onMail: (nodeId, handler) => bells.push({ channel: mailChannelOf(nodeId), onRing: handler }),
    pool,
    async ping() {
      await pool.query('select 1');
    },
    async close() {
      await Promise.all([pool.end(), tokenPools.pool.end(), tokenPools.waiting.end()]);
    },
  };
}
