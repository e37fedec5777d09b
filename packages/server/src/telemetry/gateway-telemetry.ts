import type { CallMetrics } from './call-metrics.ts';
import type { HttpRequests } from './http-requests.ts';
import type { Route } from './routes.ts';
import type { Tracer } from './tracing/tracer.ts';

/** What the data plane tells of itself. */
export interface GatewayTelemetry {
  readonly calls: CallMetrics;
  readonly http: Pick<HttpRequests, 'isStream'>;
  /** Undefined: nothing is traced. */
  readonly tracer?: Tracer | undefined;
  readonly routeOf: (path: string) => Route;
  /** A line in the log for each request. The audit is the record of calls, so this is for looking closely alone. */
  readonly logsRequests: boolean;
}
