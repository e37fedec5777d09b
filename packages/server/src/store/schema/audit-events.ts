import { sql } from 'drizzle-orm';
import { bigserial, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { ClientId, GrantId, KeyId, OrganisationId, RequestId } from '../../kernel/ids.ts';
import { at } from './times.ts';

// What is remembered.

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
  (table) => [
    index('audit_events_org').on(table.orgId, table.id),
    // Which intents have an outcome. Reads, the most of all rows, are in no such pair.
    index('audit_events_announced')
      .on(table.requestId)
      .where(sql`${table.phase} <> 'event'`),
    // Few among very many: what operators did, wherever it stands.
    index('audit_events_operator')
      .on(table.id)
      .where(sql`${table.actorKind} = 'operator'`),
    // How far a policy has deleted each log: looked up by whoever checks one.
    index('audit_events_pruned')
      .on(table.orgId, table.id)
      .where(sql`${table.action} = 'audit.pruned'`),
  ],
);
