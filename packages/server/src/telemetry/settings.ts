/** How sampled spans leave (OTLP over HTTP). What is not said here the exporter reads from `OTEL_EXPORTER_OTLP_*` itself. */
export interface TracingSettings {
  /** The whole URL of the traces; undefined: http://localhost:4318/v1/traces. */
  readonly endpoint?: string | undefined;
  readonly sampler: SamplerSettings;
  /** `traceparent` is read and sent on (W3C Trace Context). */
  readonly propagates: boolean;
  /** Of an attempt to send, with those that it is tried again. */
  readonly timeoutMs: number;
  readonly batch: {
    readonly delayMs: number;
    readonly queueMax: number;
    readonly batchMax: number;
    readonly timeoutMs: number;
  };
}

export interface SamplerSettings {
  /** Of the requests that come without a wish of the caller's, or whose wish does not count: 0 to 1. */
  readonly ratio: number;
  /** A caller that traces its request may have us trace our part. */
  readonly followsCaller: boolean;
}

export interface MetricExportSettings {
  /** The whole URL of the metrics; undefined: http://localhost:4318/v1/metrics. */
  readonly endpoint?: string | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Where the audit rows of all organisations go (OTLP over HTTP, JSON). */
export interface LogExportSettings {
  /** The whole URL of the logs. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface TelemetrySettings {
  /** For `/metrics`. */
  readonly token?: string | undefined;
  /** `/metrics` is answered there alone. */
  readonly address?: { readonly host: string; readonly port: number } | undefined;
  /** Undefined: nothing is traced, and nothing of OpenTelemetry is loaded. */
  readonly tracing?: TracingSettings | undefined;
  /** Undefined: metrics are read, not sent. */
  readonly metricExport?: MetricExportSettings | undefined;
  /** Undefined: audit rows stay here, but for webhooks. */
  readonly logs?: LogExportSettings | undefined;
  /** Of the process, for what is sent: `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>;
  /** What was asked for and is not offered; for the log. */
  readonly warnings: readonly string[];
}

export const NO_TELEMETRY: TelemetrySettings = { resource: { 'service.name': 'latchkey' }, warnings: [] };
