import { createAuditForwarder, type SendRows } from './audit/forward/forward.ts';
import { createSendToCollector } from './audit/forward/to-collector.ts';
import type { Log } from './kernel/log.ts';
import type { Store } from './store/store.ts';
import type { Registry } from './telemetry/registry.ts';
import type { LogExportSettings } from './telemetry/settings.ts';

export interface ForwardingDeps {
  readonly log: Log;
  /** Undefined: the operator wants no audit rows. */
  readonly logs?: LogExportSettings | undefined;
  /** False: the secret is not the one that the database was sealed with. */
  readonly maySeal: () => boolean;
  readonly registry?: Registry | undefined;
  /** Of the process: `service.name` and the like. */
  readonly resource?: Readonly<Record<string, string>> | undefined;
  readonly sendToWebhook: SendRows;
  readonly store: Store;
}

const DESTINATIONS = ['otlp', 'webhooks'] as const;

/** The part of the wiring that is about who is sent all audit rows. */
export function wireForwarding({
  log,
  logs,
  maySeal,
  registry,
  resource = {},
  sendToWebhook,
  store,
}: ForwardingDeps) {
  const forwarder = createAuditForwarder({
    log,
    sendToOperator: logs && createSendToCollector({ ...logs, log, resource }),
    sendToWebhook: (claimed, rows, signal) =>
      maySeal()
        ? sendToWebhook(claimed, rows, signal)
        : Promise.resolve({ ok: false, failure: 'wrong secret' }),
    store,
  });
  const { failed, lagSeconds, sent } = forwarder.figures;
  const labels = { destination: DESTINATIONS };
  registry?.read(
    'counter',
    {
      name: 'latchkey_audit_forwarded_rows_total',
      help: 'Audit rows that arrived where they are sent on to',
      labels,
    },
    (put) => DESTINATIONS.forEach((name) => put(sent[name], name)),
  );
  registry?.read(
    'counter',
    {
      name: 'latchkey_audit_forward_failures_total',
      help: 'Attempts to send audit rows on that failed; they are made again',
      labels,
    },
    (put) => DESTINATIONS.forEach((name) => put(failed[name], name)),
  );
  registry?.read(
    'gauge',
    {
      name: 'latchkey_audit_forward_lag_seconds',
      help: 'How old the oldest audit row is that has not arrived: at the collector, and at the slowest webhook',
      labels,
    },
    (put) => DESTINATIONS.forEach((name) => put(lagSeconds[name], name)),
  );
  return forwarder;
}
