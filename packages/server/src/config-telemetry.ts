import { z } from 'zod';
import { fail, ok, type Result } from './kernel/result.ts';
import { isLoopbackHost } from './telemetry/scrape-door.ts';
import type {
  LogExportSettings,
  MetricExportSettings,
  SamplerSettings,
  TelemetrySettings,
  TracingSettings,
} from './telemetry/settings.ts';

const TOKEN_CHARACTERS_MIN = 32;
const RATIO = 0.1;

type Variables = Readonly<Record<string, string | undefined>>;

const endpoint = z.url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' }).optional();

const schema = z.object({
  LATCHKEY_METRICS_TOKEN: z
    .string()
    .min(TOKEN_CHARACTERS_MIN, { error: 'must have at least 32 characters' })
    .regex(/^[\x21-\x7e]*$/, { error: 'must be of visible ASCII characters, as it stands in a header' })
    .optional(),
  LATCHKEY_METRICS_ADDRESS: z
    .string()
    .transform((text, context) => {
      const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
      const host = bracketed ?? plain;
      if (host !== undefined && Number(port) <= 65535) return { host, port: Number(port) };
      context.addIssue({ code: 'custom', message: 'must be an address and a port, such as 127.0.0.1:9464' });
      return z.NEVER;
    })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: endpoint,
});

/**
 * What the environment says of telemetry, without empty variables. Of `OTEL_*` what cannot be used is a warning and no
 * fault, as its specification has it: such variables are often set for a whole cluster. An address is: data would go astray.
 */
export function readTelemetry(given: Variables): Result<TelemetrySettings, string[]> {
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    return fail(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const { LATCHKEY_METRICS_ADDRESS: address, LATCHKEY_METRICS_TOKEN: token } = parsed.data;
  if (address !== undefined && token === undefined && !isLoopbackHost(address.host))
    return fail([
      'LATCHKEY_METRICS_TOKEN: must be set where LATCHKEY_METRICS_ADDRESS is one that other machines reach',
    ]);
  const warnings: string[] = [];
  const isOff = given['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  return ok({
    token,
    address,
    tracing: isOff ? undefined : readTracing(given, warnings),
    metricExport: isOff ? undefined : readMetricExport(given, warnings),
    logs: isOff ? undefined : readLogExport(given, warnings),
    resource: readResource(given, warnings),
    // What is for several signals is said once.
    warnings: [...new Set(warnings)],
  });
}

function readTracing(given: Variables, warnings: string[]): TracingSettings | undefined {
  const base = given['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const own = given['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const exporter = given['OTEL_TRACES_EXPORTER'];
  if (exporter === undefined && base === undefined && own === undefined) return undefined;
  if (exporter !== undefined && !offersOtlp('OTEL_TRACES_EXPORTER', exporter, warnings)) return undefined;
  checkProtocol(given, 'TRACES', warnings);
  const propagators = listed(given['OTEL_PROPAGATORS'] ?? 'tracecontext');
  for (const name of propagators)
    if (!['tracecontext', 'baggage', 'none'].includes(name))
      warnings.push(`OTEL_PROPAGATORS: ${name} is not offered`);
  const timeoutMs = readNumber(given, 'OTEL_BSP_EXPORT_TIMEOUT', 30_000, warnings);
  return {
    endpoint: own ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`),
    sampler: readSampler(given, warnings),
    propagates: propagators.includes('tracecontext'),
    timeoutMs: Math.min(readTimeout(given, 'TRACES', warnings), timeoutMs),
    batch: {
      delayMs: readNumber(given, 'OTEL_BSP_SCHEDULE_DELAY', 5_000, warnings),
      queueMax: readNumber(given, 'OTEL_BSP_MAX_QUEUE_SIZE', 2_048, warnings),
      batchMax: readNumber(given, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, warnings),
      timeoutMs,
    },
  };
}

function readMetricExport(given: Variables, warnings: string[]): MetricExportSettings | undefined {
  const exporter = given['OTEL_METRICS_EXPORTER'];
  if (exporter === undefined || !offersOtlp('OTEL_METRICS_EXPORTER', exporter, warnings)) return undefined;
  checkProtocol(given, 'METRICS', warnings);
  const base = given['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return {
    endpoint:
      given['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'] ??
      (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/metrics`),
    intervalMs: readNumber(given, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000, warnings),
    timeoutMs: Math.min(
      readTimeout(given, 'METRICS', warnings),
      readNumber(given, 'OTEL_METRIC_EXPORT_TIMEOUT', 30_000, warnings),
    ),
  };
}

/**
 * The audit rows of all organisations: they leave only where logs are asked for by name, never because there is a
 * collector for something else.
 */
function readLogExport(given: Variables, warnings: string[]): LogExportSettings | undefined {
  const exporter = given['OTEL_LOGS_EXPORTER'];
  const own = given['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'];
  if (exporter === undefined && own === undefined) return undefined;
  if (exporter !== undefined && !offersOtlp('OTEL_LOGS_EXPORTER', exporter, warnings)) return undefined;
  const protocol = given['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL'];
  if (protocol !== undefined && protocol !== 'http/json')
    warnings.push(`OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: ${protocol} is not offered; http/json is used`);
  const base = given['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return {
    endpoint: own ?? `${(base ?? 'http://localhost:4318').replace(/\/$/, '')}/v1/logs`,
    headers: readHeaders(given, warnings),
    // Less than the lease of who sends them.
    timeoutMs: Math.min(readTimeout(given, 'LOGS', warnings), 60_000),
  };
}

function readHeaders(given: Variables, warnings: string[]): Record<string, string> {
  const name =
    given['OTEL_EXPORTER_OTLP_LOGS_HEADERS'] === undefined
      ? 'OTEL_EXPORTER_OTLP_HEADERS'
      : 'OTEL_EXPORTER_OTLP_LOGS_HEADERS';
  try {
    const headers = readPairs(given[name] ?? '');
    new Headers(headers);
    return headers;
  } catch {
    // What it says may be a secret.
    warnings.push(`${name}: is not a list of headers such as a=b,c=d; it is left out`);
    return {};
  }
}

/**
 * `key=value` pairs, percent-encoded, separated by commas. A value may have equals signs of its own, as base64 does. Throws
 * if one cannot be read.
 */
function readPairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of listed(text)) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(pair);
    pairs[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
  }
  return pairs;
}

/** `prometheus` is what `/metrics` is, asked for or not. */
function offersOtlp(name: string, exporter: string, warnings: string[]): boolean {
  const wanted = listed(exporter);
  for (const one of wanted)
    if (!['otlp', 'none', 'prometheus'].includes(one)) warnings.push(`${name}: ${one} is not offered`);
  return wanted.includes('otlp');
}

function checkProtocol(given: Variables, signal: 'TRACES' | 'METRICS', warnings: string[]): void {
  const names = [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  for (const name of names) {
    const value = given[name];
    if (value !== undefined && value !== 'http/protobuf')
      warnings.push(`${name}: ${value} is not offered; http/protobuf is used`);
  }
}

function readSampler(given: Variables, warnings: string[]): SamplerSettings {
  const name = given['OTEL_TRACES_SAMPLER'] ?? 'parentbased_traceidratio';
  const followsCaller = name.startsWith('parentbased_');
  switch (name.replace(/^parentbased_/, '')) {
    case 'always_on':
      return { ratio: 1, followsCaller };
    case 'always_off':
      return { ratio: 0, followsCaller };
    case 'traceidratio':
      return { ratio: readRatio(given, warnings), followsCaller };
    default:
      warnings.push(`OTEL_TRACES_SAMPLER: ${name} is not offered; one request in ten is traced`);
      return { ratio: RATIO, followsCaller: true };
  }
}

function readRatio(given: Variables, warnings: string[]): number {
  const text = given['OTEL_TRACES_SAMPLER_ARG'];
  if (text === undefined) return RATIO;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warnings.push(`OTEL_TRACES_SAMPLER_ARG: ${text} is not between 0 and 1; ${RATIO} is used`);
  return RATIO;
}

/** How long an attempt to send may take: the signal's own, or that of all of them. */
function readTimeout(given: Variables, signal: 'LOGS' | 'METRICS' | 'TRACES', warnings: string[]): number {
  const own = `OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`;
  const name = given[own] === undefined ? 'OTEL_EXPORTER_OTLP_TIMEOUT' : own;
  return readNumber(given, name, 10_000, warnings);
}

function readNumber(given: Variables, name: string, otherwise: number, warnings: string[]): number {
  const text = given[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value;
  warnings.push(`${name}: ${text} is not a whole number above 0; ${otherwise} is used`);
  return otherwise;
}

/** One pair that cannot be read makes all of them unread. */
function readResource(given: Variables, warnings: string[]): Record<string, string> {
  let resource: Record<string, string> = { 'service.name': 'latchkey' };
  try {
    resource = { ...resource, ...readPairs(given['OTEL_RESOURCE_ATTRIBUTES'] ?? '') };
  } catch {
    warnings.push('OTEL_RESOURCE_ATTRIBUTES: is not a list such as a=b,c=d; it is left out');
  }
  const name = given['OTEL_SERVICE_NAME'];
  return name === undefined ? resource : { ...resource, 'service.name': name };
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
