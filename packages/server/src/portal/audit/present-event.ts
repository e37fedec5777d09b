import { z } from 'zod';
import type { AuditLogRow } from '../../audit/audit-log.ts';
import { csvLine } from '../csv.ts';
import { namesOfNoApp } from '../no-app.ts';
import { time } from '../shapes.ts';

const named = z.object({
  id: z.string(),
  name: z.string().nullable().describe('Today’s; null: there is none any more.'),
});

export const eventShape = z.object({
  id: z.string(),
  at: time,
  action: z.string().describe('What was done: tool.call, grant.revoked.'),
  phase: z
    .enum(['event', 'intent', 'outcome'])
    .describe(
      'A call that may write leaves two: intent, before anything is sent, and outcome. All else is an event.',
    ),
  actor: z.object({
    kind: z.string().describe('user, agent, client, system or anonymous.'),
    id: z.string().nullable(),
    name: z.string().nullable(),
  }),
  client: named.nullable(),
  key: named.nullable(),
  grant_id: z.string().nullable(),
  target: z
    .object({ text: z.string(), name: z.string().nullable() })
    .nullable()
    .describe('What it was done to: a tool’s name, an id.'),
  result: z
    .string()
    .nullable()
    .describe('ok, refused, failed, or unknown: it was announced and nothing says what came of it.'),
  status: z.number().int().nullable().describe('The HTTP status that came of it.'),
  duration_ms: z.number().int().nullable(),
  request_id: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).nullable(),
});

type Event = z.infer<typeof eventShape>;

export function presentEvent(row: AuditLogRow): Event {
  return {
    id: String(row.id),
    at: new Date(row.atMs).toISOString(),
    action: row.action,
    phase: row.phase,
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    client:
      row.clientId === null
        ? null
        : { id: row.clientId, name: row.clientName ?? namesOfNoApp.get(row.clientId) ?? null },
    key: row.keyId === null ? null : { id: row.keyId, name: row.keyName },
    grant_id: row.grantId,
    target: row.target === null ? null : { text: row.target, name: row.targetName },
    result: row.outcome,
    status: row.status,
    duration_ms: row.durationMs,
    request_id: row.requestId,
    detail: row.detail,
  };
}

export const CSV_HEAD = csvLine([
  'id',
  'time',
  'action',
  'phase',
  'result',
  'status',
  'duration_ms',
  'actor_kind',
  'actor_id',
  'actor',
  'target',
  'target_name',
  'client_id',
  'client',
  'key_id',
  'key',
  'grant_id',
  'request_id',
  'detail',
]);

export function csvOf(event: Event): string {
  const { actor, client, key, target } = event;
  return csvLine([
    event.id,
    event.at,
    event.action,
    event.phase,
    event.result,
    event.status,
    event.duration_ms,
    actor.kind,
    actor.id,
    actor.name,
    target?.text,
    target?.name,
    client?.id,
    client?.name,
    key?.id,
    key?.name,
    event.grant_id,
    event.request_id,
    event.detail === null ? null : JSON.stringify(event.detail),
  ]);
}
