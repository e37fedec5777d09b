import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Access, Role } from '../kernel/access.ts';
import type {
  AgentId,
  ClientId,
  ConnectorId,
  GrantId,
  KeyId,
  OrganisationId,
  RequestId,
  UserId,
} from '../kernel/ids.ts';

// What each table is for, whether it holds secrets, and how long its rows live: docs/storage.md.

const at = (name: string) => timestamp(name, { withTimezone: true });
const createdAt = () => at('created_at').notNull().defaultNow();

// --- people: the first four are better-auth's, under our names ---

export const users = pgTable('users', {
  id: text('id').$type<UserId>().primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: createdAt(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    token: text('token').notNull().unique(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('sessions_user').on(table.userId)],
);

export const credentials = pgTable(
  'credentials',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: at('access_token_expires_at'),
    refreshTokenExpiresAt: at('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [index('credentials_user').on(table.userId)],
);

export const verifications = pgTable('verifications', {
  id: text('id').primaryKey(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: at('expires_at').notNull(),
  createdAt: createdAt(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

export const setupTokens = pgTable('setup_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  createdAt: createdAt(),
});

export type TokenMode = 'token' | 'key';

export const organisations = pgTable(
  'organisations',
  {
    id: text('id').$type<OrganisationId>().primaryKey(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    tokenMode: text('token_mode').$type<TokenMode>().notNull().default('token'),
    refreshDays: integer('refresh_days').notNull().default(30),
    /** What was issued before is refused: "sign everyone out". */
    tokensValidFrom: at('tokens_valid_from'),
    createdAt: createdAt(),
    suspendedAt: at('suspended_at'),
  },
  (table) => [
    // The slug stands in the connector URL.
    check(
      'organisations_slug',
      sql`${table.slug} ~ '^[a-z0-9](-?[a-z0-9])*$' and length(${table.slug}) between 3 and 40`,
    ),
    check('organisations_token_mode', sql`${table.tokenMode} in ('token', 'key')`),
    check('organisations_refresh_days', sql`${table.refreshDays} in (1, 7, 30, 90)`),
  ],
);

export const memberships = pgTable(
  'memberships',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').$type<Role>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.userId] }),
    index('memberships_user').on(table.userId),
    check('memberships_role', sql`${table.role} in ('owner', 'admin', 'member', 'viewer')`),
  ],
);

export const agents = pgTable(
  'agents',
  {
    id: text('id').$type<AgentId>().notNull(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
    suspendedAt: at('suspended_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    unique('agents_name').on(table.orgId, table.name),
    // An agent never owns or administers an organisation.
    check('agents_role', sql`${table.role} in ('member', 'viewer')`),
  ],
);

// --- connectors ---

export const catalogues = pgTable('catalogues', {
  hash: text('hash').primaryKey(),
  body: text('body').notNull(),
  createdAt: createdAt(),
});

export const connectors = pgTable(
  'connectors',
  {
    id: text('id').$type<ConnectorId>().primaryKey(),
    /** Null: shared by all organisations. */
    orgId: text('org_id')
      .$type<OrganisationId>()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    baseUrl: text('base_url').notNull(),
    catalogueHash: text('catalogue_hash')
      .notNull()
      .references(() => catalogues.hash),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('connectors_slug').on(table.orgId, table.slug).nullsNotDistinct(),
    check(
      'connectors_slug_form',
      sql`${table.slug} ~ '^[a-z0-9](-?[a-z0-9])*$' and length(${table.slug}) between 1 and 40`,
    ),
  ],
);

// --- clients, authorizations, grants and what they mint ---

export type ClientKind = 'dynamic' | 'metadata_document' | 'portal';

export const clients = pgTable(
  'clients',
  {
    id: text('id').$type<ClientId>().primaryKey(),
    kind: text('kind').$type<ClientKind>().notNull(),
    name: text('name').notNull(),
    redirectUris: jsonb('redirect_uris').$type<string[]>().notNull(),
    authMethod: text('auth_method').notNull(),
    secretHash: text('secret_hash'),
    /** Hash of the effective metadata: identical public registrations are one record (RFC 7591). */
    metadataHash: text('metadata_hash'),
    grantTypes: jsonb('grant_types')
      .$type<string[]>()
      .notNull()
      .default(['authorization_code', 'refresh_token']),
    /** Keys for private_key_jwt (RFC 7523 section 3): the set itself, or where it is published. */
    jwks: jsonb('jwks').$type<{ keys: Record<string, unknown>[] }>(),
    jwksUri: text('jwks_uri'),
    clientUri: text('client_uri'),
    /** The organisation whose admin made it; null for clients that came by themselves. */
    orgId: text('org_id')
      .$type<OrganisationId>()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** Whom it acts for by client_credentials: an agent of that organisation (RFC 6749 section 4.4). */
    agentId: text('agent_id').$type<AgentId>(),
    createdAt: createdAt(),
    lastUsedAt: at('last_used_at').notNull().defaultNow(),
    deletedAt: at('deleted_at'),
  },
  (table) => [
    uniqueIndex('clients_metadata')
      .on(table.metadataHash)
      .where(sql`${table.metadataHash} is not null`),
    index('clients_last_used').on(table.lastUsedAt),
    index('clients_org').on(table.orgId),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** What is known of a client's metadata document (draft-ietf-oauth-client-id-metadata-document), failures too. */
export const clientDocuments = pgTable(
  'client_documents',
  {
    url: text('url').primaryKey(),
    origin: text('origin').notNull(),
    etag: text('etag'),
    /** Null: it was read, and the client of that id holds what it says. */
    failure: text('failure'),
    fetchedAt: at('fetched_at').notNull().defaultNow(),
    freshUntil: at('fresh_until').notNull(),
  },
  (table) => [index('client_documents_origin').on(table.origin, table.fetchedAt)],
);

export type ClientRule = 'approved' | 'blocked';

/** What an organisation's admins decided about a client, by its id, or about all of a host, by `host:<name>`. */
export const clientRules = pgTable(
  'client_rules',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    subject: text('subject').notNull(),
    rule: text('rule').$type<ClientRule>().notNull(),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.subject] }),
    check('client_rules_rule', sql`${table.rule} in ('approved', 'blocked')`),
  ],
);

/** One opened authorize URL, from the request to the redeemed code (RFC 6749 section 4.1). */
export const authorizations = pgTable(
  'authorizations',
  {
    idHash: text('id_hash').primaryKey(),
    clientId: text('client_id')
      .$type<ClientId>()
      .notNull()
      .references(() => clients.id, { onDelete: 'cascade' }),
    redirectUri: text('redirect_uri').notNull(),
    /** Null: the client named no scope that we know, so both choices are offered. */
    maxAccess: text('max_access').$type<Access>().notNull(),
    resource: text('resource').notNull(),
    /** The organisation that the resource names, if it names one. */
    resourceOrgId: text('resource_org_id').$type<OrganisationId>(),
    challenge: text('challenge').notNull(),
    state: text('state'),
    /** Thumbprint of the key that the code is bound to (RFC 9449 section 10). */
    dpopJkt: text('dpop_jkt'),
    /** Hash of the cookie that the gateway set, and of the one that the web host set. */
    gateBrowserHash: text('gate_browser_hash').notNull(),
    webBrowserHash: text('web_browser_hash'),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    decision: text('decision').$type<'allow' | 'deny'>(),
    decidedAt: at('decided_at'),
    userId: text('user_id').$type<UserId>(),
    orgId: text('org_id').$type<OrganisationId>(),
    access: text('access').$type<Access>(),
    /** How long the person wants it to last; null: as the organisation has it. */
    lifetimeDays: integer('lifetime_days'),
    codeHash: text('code_hash').unique(),
    codeExpiresAt: at('code_expires_at'),
    codeUsedAt: at('code_used_at'),
    codeFailures: integer('code_failures').notNull().default(0),
    grantId: text('grant_id').$type<GrantId>(),
  },
  (table) => [index('authorizations_expires').on(table.expiresAt)],
);

export type UsedIdPurpose = 'handoff' | 'dpop_proof' | 'client_assertion' | 'identity_assertion';

/** Ids that may be used once: tickets between the hosts, DPoP proofs, assertions. Shared by all nodes. */
export const usedIds = pgTable(
  'used_ids',
  {
    purpose: text('purpose').$type<UsedIdPurpose>().notNull(),
    id: text('id').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.purpose, table.id] }),
    index('used_ids_expires').on(table.expiresAt),
  ],
);

export const grants = pgTable(
  'grants',
  {
    id: text('id').$type<GrantId>().notNull().unique(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** Who approved it; or the agent that a machine's own grant acts as. Exactly one of the two. */
    userId: text('user_id')
      .$type<UserId>()
      .references(() => users.id, { onDelete: 'cascade' }),
    agentId: text('agent_id').$type<AgentId>(),
    clientId: text('client_id')
      .$type<ClientId>()
      .notNull()
      .references(() => clients.id),
    access: text('access').$type<Access>().notNull(),
    /** Thumbprint of the key that its tokens are bound to (RFC 9449); null: bearer tokens. */
    dpopJkt: text('dpop_jkt'),
    resource: text('resource').notNull(),
    /** Where the authorization code went: the host of the redirect URI. */
    destination: text('destination').notNull(),
    tokenMode: text('token_mode').$type<TokenMode>().notNull(),
    createdAt: createdAt(),
    /** Written when the refresh family starts and never moved by later settings. */
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
    revokedReason: text('revoked_reason'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    index('grants_user').on(table.userId),
    index('grants_client').on(table.clientId),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }).onDelete(
      'cascade',
    ),
    check('grants_holder', sql`num_nonnulls(${table.userId}, ${table.agentId}) = 1`),
  ],
);

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    grantId: text('grant_id').$type<GrantId>().notNull(),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    successorHash: text('successor_hash'),
    /** The answer that the successor came in, sealed under a key derived from this very token; wiped after 30 s. */
    replay: text('replay'),
    replayUntil: at('replay_until'),
  },
  (table) => [
    foreignKey({ columns: [table.orgId, table.grantId], foreignColumns: [grants.orgId, grants.id] }).onDelete(
      'cascade',
    ),
    index('refresh_tokens_grant').on(table.grantId),
    index('refresh_tokens_successor').on(table.successorHash),
    index('refresh_tokens_replay')
      .on(table.replayUntil)
      .where(sql`${table.replay} is not null`),
  ],
);

export const keys = pgTable(
  'keys',
  {
    id: text('id').$type<KeyId>().notNull().unique(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    access: text('access').$type<Access>().notNull(),
    /** Whose key it is: exactly one of user and agent. */
    userId: text('user_id')
      .$type<UserId>()
      .references(() => users.id, { onDelete: 'cascade' }),
    agentId: text('agent_id').$type<AgentId>(),
    /** The grant that minted it. In token mode the row has no secret: it is the chain's visible name. */
    grantId: text('grant_id').$type<GrantId>().unique(),
    /** What a person may see of the secret, to recognise it. */
    hint: text('hint'),
    secretHash: text('secret_hash').unique(),
    previousHash: text('previous_hash').unique(),
    previousExpiresAt: at('previous_expires_at'),
    createdAt: createdAt(),
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.grantId], foreignColumns: [grants.orgId, grants.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }).onDelete(
      'cascade',
    ),
    index('keys_user').on(table.userId),
    check('keys_holder', sql`num_nonnulls(${table.userId}, ${table.agentId}) = 1`),
  ],
);

/** Identity providers whose assertions an organisation accepts (RFC 7523, Identity Assertion JWT Authorization Grant). */
export const trustedIssuers = pgTable(
  'trusted_issuers',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    issuer: text('issuer').notNull(),
    jwks: jsonb('jwks').$type<{ keys: Record<string, unknown>[] }>(),
    jwksUri: text('jwks_uri'),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer] }),
    check('trusted_issuers_keys', sql`num_nonnulls(${table.jwks}, ${table.jwksUri}) = 1`),
  ],
);

/** Who a subject of a trusted issuer is here. */
export const identityLinks = pgTable(
  'identity_links',
  {
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer, table.subject] }),
    foreignKey({
      columns: [table.orgId, table.issuer],
      foreignColumns: [trustedIssuers.orgId, trustedIssuers.issuer],
    }).onDelete('cascade'),
  ],
);

export type SigningKeyState = 'next' | 'active' | 'retired';

export const signingKeys = pgTable(
  'signing_keys',
  {
    kid: text('kid').primaryKey(),
    state: text('state').$type<SigningKeyState>().notNull(),
    publicJwk: jsonb('public_jwk').$type<Record<string, string>>().notNull(),
    sealedPrivateJwk: text('sealed_private_jwk').notNull(),
    createdAt: createdAt(),
    activatedAt: at('activated_at'),
    retiredAt: at('retired_at'),
  },
  (table) => [
    uniqueIndex('signing_keys_active')
      .on(table.state)
      .where(sql`${table.state} = 'active'`),
  ],
);

// --- what nodes tell each other, and what is remembered ---

export type ChangeKind =
  | 'grant'
  | 'key'
  | 'member'
  | 'agent'
  | 'organisation'
  | 'connector'
  | 'signing_key'
  | 'token';

/** The feed that every node follows. A row says what is no longer what it was; the reader asks for the rest. */
export const changes = pgTable(
  'changes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    kind: text('kind').$type<ChangeKind>().notNull(),
    subject: text('subject').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [index('changes_at').on(table.at)],
);

export type AuditPhase = 'event' | 'intent' | 'outcome';

export const auditEvents = pgTable(
  'audit_events',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    /** Null: it happened before anyone was known to belong anywhere. */
    orgId: text('org_id').$type<OrganisationId>(),
    at: at('at').notNull(),
    phase: text('phase').$type<AuditPhase>().notNull(),
    action: text('action').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id'),
    clientId: text('client_id').$type<ClientId>(),
    grantId: text('grant_id').$type<GrantId>(),
    keyId: text('key_id').$type<KeyId>(),
    target: text('target'),
    requestId: text('request_id').$type<RequestId>(),
    outcome: text('outcome'),
    status: integer('status'),
    durationMs: integer('duration_ms'),
    detail: jsonb('detail').$type<Record<string, unknown>>(),
  },
  (table) => [index('audit_events_org').on(table.orgId, table.id)],
);
