// Every table, for queries and for drizzle-kit. What each is for, whether it holds secrets, and how long its rows
// live: docs/storage.md.

export * from './schema/people.ts';
export * from './schema/accounts.ts';
export * from './schema/organisations.ts';
export * from './schema/operators.ts';
export * from './schema/sessions.ts';
export * from './schema/invitations.ts';
export * from './schema/connectors.ts';
export * from './schema/tool-rules.ts';
export * from './schema/mcp-snapshots.ts';
export * from './schema/clients.ts';
export * from './schema/authorizations.ts';
export * from './schema/grants.ts';
export * from './schema/connection-attempts.ts';
export * from './schema/identity-providers.ts';
export * from './schema/company-sign-in.ts';
export * from './schema/signing-keys.ts';
export * from './schema/upstream-credentials.ts';
export * from './schema/imports.ts';
export * from './schema/changes.ts';
export * from './schema/node-mail.ts';
export * from './schema/audit-events.ts';
export * from './schema/audit-trail.ts';
export * from './schema/audit-checkpoints.ts';
export * from './schema/usage.ts';
export * from './schema/webhooks.ts';
