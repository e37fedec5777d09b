// OTLP 1.x over HTTP in its JSON encoding: opentelemetry-proto, logs.proto; 64-bit numbers are strings there.
import type { StoredAuditRow } from '../../store/queries/audit-forwards.ts';

type Value = string | number | boolean | null | undefined;

/** The body of one export request. */
export function logsRequest(
  rows: readonly StoredAuditRow[],
  resource: Readonly<Record<string, string>>,
): unknown {
  return {
    resourceLogs: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeLogs: [
          {
            scope: { name: 'latchkey.audit', version: resource['service.version'] ?? '' },
            logRecords: rows.map(recordOf),
          },
        ],
      },
    ],
  };
}

/** The row's id tells one that comes twice; what it says stands in attributes, and its detail in the body. */
function recordOf(row: StoredAuditRow): unknown {
  const isWrong = row.outcome === 'refused' || row.outcome === 'failed' || row.outcome === 'unknown';
  return {
    timeUnixNano: `${row.at.getTime()}000000`,
    observedTimeUnixNano: `${row.at.getTime()}000000`,
    severityNumber: isWrong ? 13 : 9,
    severityText: isWrong ? 'WARN' : 'INFO',
    eventName: row.action,
    body: { stringValue: JSON.stringify(row.detail ?? {}) },
    attributes: attributesOf({
      'latchkey.audit.id': String(row.id),
      'latchkey.audit.phase': row.phase,
      'latchkey.organisation.id': row.orgId,
      'latchkey.actor.kind': row.actorKind,
      'latchkey.actor.id': row.actorId,
      'latchkey.client.id': row.clientId,
      'latchkey.grant.id': row.grantId,
      'latchkey.key.id': row.keyId,
      'latchkey.target': row.target,
      'latchkey.request.id': row.requestId,
      'latchkey.outcome': row.outcome,
      'latchkey.status': row.status,
      'latchkey.duration_ms': row.durationMs,
    }),
  };
}

/** What is not there is left out. */
function attributesOf(values: Readonly<Record<string, Value>>) {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
