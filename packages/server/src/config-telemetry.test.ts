import { describe, expect, test } from 'vitest';
import { readTelemetry } from './config-telemetry.ts';

const TOKEN = 'x'.repeat(32);

function read(given: Record<string, string>) {
  const found = readTelemetry(given);
  if (!found.ok) throw new Error(found.error.join('\n'));
  return found.value;
}

const faults = (given: Record<string, string>) => {
  const found = readTelemetry(given);
  return found.ok ? [] : found.error;
};

describe('metrics', () => {
  test('an address of their own may be one of this machine, or has a token', () => {
    expect(read({ LATCHKEY_METRICS_ADDRESS: '127.0.0.1:9464' }).address).toEqual({
      host: '127.0.0.1',
      port: 9464,
    });
    expect(read({ LATCHKEY_METRICS_ADDRESS: '[::1]:9464' }).address).toEqual({ host: '::1', port: 9464 });
    const open = { LATCHKEY_METRICS_ADDRESS: '0.0.0.0:9464' };
    expect(faults(open)).toEqual([
      'LATCHKEY_METRICS_TOKEN: must be set where LATCHKEY_METRICS_ADDRESS is one that other machines reach',
    ]);
    expect(read({ ...open, LATCHKEY_METRICS_TOKEN: TOKEN })).toMatchObject({ token: TOKEN });
  });

  test.each(['9464', 'localhost', '127.0.0.1:99999', '127.0.0.1:', 'http://127.0.0.1:9464'])(
    'an address is one and a port, not %s',
    (address) => {
      expect(faults({ LATCHKEY_METRICS_ADDRESS: address })).toHaveLength(1);
    },
  );

  test('a token that could be guessed, or that no header can carry, is refused', () => {
    expect(faults({ LATCHKEY_METRICS_TOKEN: 'short' })).toHaveLength(1);
    expect(faults({ LATCHKEY_METRICS_TOKEN: `${TOKEN} with a space` })).toHaveLength(1);
  });
});

describe('traces', () => {
  test('are off unless somebody says where they go', () => {
    expect(read({}).tracing).toBeUndefined();
    expect(read({ OTEL_TRACES_SAMPLER: 'always_on', OTEL_SERVICE_NAME: 'x' }).tracing).toBeUndefined();
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/' }, 'http://c:4318/base/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318/own' }, 'http://c:4318/own'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, undefined],
  ])('%o sends them to %s, one request in ten', (given: Record<string, string>, endpoint) => {
    const { tracing } = read(given);
    expect(tracing).toMatchObject({ sampler: { ratio: 0.1, followsCaller: true }, propagates: true });
    expect(tracing?.endpoint).toBe(endpoint);
  });

  test.each([
    { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' },
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' },
  ])('%o has them off', (given) => {
    expect(read(given as Record<string, string>).tracing).toBeUndefined();
  });

  test.each([
    ['always_on', {}, { ratio: 1, followsCaller: false }],
    ['always_off', {}, { ratio: 0, followsCaller: false }],
    ['traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0.5' }, { ratio: 0.5, followsCaller: false }],
    ['parentbased_always_on', {}, { ratio: 1, followsCaller: true }],
    ['parentbased_always_off', {}, { ratio: 0, followsCaller: true }],
    ['parentbased_traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0.25' }, { ratio: 0.25, followsCaller: true }],
  ])('the sampler %s', (name, more, sampler) => {
    const given = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: name, ...more };
    expect(read(given).tracing?.sampler).toEqual(sampler);
    expect(read(given).warnings).toEqual([]);
  });

  test('what is not offered or cannot be read is a warning, and the default holds', () => {
    const { metricExport, resource, tracing, warnings } = read({
      OTEL_TRACES_EXPORTER: 'otlp,zipkin',
      OTEL_METRICS_EXPORTER: 'console',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_PROPAGATORS: 'b3',
      OTEL_RESOURCE_ATTRIBUTES: 'no pair',
      OTEL_SERVICE_NAME: 'front-door',
    });
    expect(tracing).toMatchObject({ sampler: { ratio: 0.1 }, batch: { delayMs: 5000 }, propagates: false });
    expect(metricExport).toBeUndefined();
    expect(resource).toEqual({ 'service.name': 'front-door' });
    const named = ['zipkin', 'console', 'grpc', 'jaeger_remote', 'soon', 'b3', 'OTEL_RESOURCE_ATTRIBUTES'];
    for (const word of named) expect(warnings.join('\n')).toContain(word);
    expect(warnings).toHaveLength(named.length);
  });

  test('an endpoint that is none is a fault: data would go astray', () => {
    expect(faults({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toHaveLength(1);
  });
});

test('resource attributes are read as they are written, the name of the service above all', () => {
  const { resource } = read({
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod%20eu, service.name=other',
    OTEL_SERVICE_NAME: 'latchkey-eu',
  });
  expect(resource).toEqual({ 'deployment.environment.name': 'prod eu', 'service.name': 'latchkey-eu' });
});

test('what stands behind the first equals sign of a resource attribute is its value', () => {
  const { resource, warnings } = read({ OTEL_RESOURCE_ATTRIBUTES: 'build.id=YWJj==,deployment.query=a=b' });
  expect(resource).toMatchObject({ 'build.id': 'YWJj==', 'deployment.query': 'a=b' });
  expect(warnings).toEqual([]);
});

test('metrics are sent only where that is asked for', () => {
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).metricExport).toBeUndefined();
  expect(
    read({ OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).metricExport,
  ).toEqual({ endpoint: 'http://c:4318/v1/metrics', intervalMs: 60_000, timeoutMs: 10_000 });
});

test.each([
  [{}, 10_000, 10_000],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '2000' }, 2_000, 2_000],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '2000', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '40000' }, 30_000, 2_000],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '2000', OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '5000' }, 2_000, 5_000],
  [{ OTEL_BSP_EXPORT_TIMEOUT: '1000', OTEL_METRIC_EXPORT_TIMEOUT: '3000' }, 1_000, 3_000],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' }, 10_000, 10_000],
])('an attempt to send takes as long as %j says', (given, traces, metrics) => {
  const { metricExport, tracing } = read({
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    ...given,
  });
  expect(tracing?.timeoutMs).toBe(traces);
  expect(metricExport?.timeoutMs).toBe(metrics);
});

describe('audit rows for a collector', () => {
  const logsOf = (given: Record<string, string>) => {
    const read = readTelemetry(given);
    if (!read.ok) throw new Error(read.error.join());
    return { logs: read.value.logs, warnings: read.value.warnings };
  };

  test.each([
    ['nothing', {}],
    ['a collector for something else', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }],
    [
      'none',
      { OTEL_LOGS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector:4318/v1/logs' },
    ],
    ['all switched off', { OTEL_LOGS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }],
  ])('do not leave where the environment says %s', (_what, given) => {
    expect(logsOf(given)).toEqual({ logs: undefined, warnings: [] });
  });

  test.each([
    [{ OTEL_LOGS_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/logs'],
    [
      { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' },
      'http://collector:4318/v1/logs',
    ],
    [{ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs.test/in' }, 'https://logs.test/in'],
  ])('go where %j says', (given, endpoint) => {
    expect(logsOf(given)).toEqual({ logs: { endpoint, headers: {}, timeoutMs: 10_000 }, warnings: [] });
  });

  test('have headers and a deadline of their own, or those of all signals', () => {
    const all = {
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b, x-tenant=one',
      OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
    };
    expect(logsOf(all).logs).toMatchObject({
      headers: { 'x-key': 'a b', 'x-tenant': 'one' },
      timeoutMs: 3000,
    });
    const own = {
      ...all,
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'authorization=Bearer%20mine',
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '600000',
    };
    expect(logsOf(own).logs).toMatchObject({ headers: { authorization: 'Bearer mine' }, timeoutMs: 60_000 });
  });

  test.each([
    ['Authorization=Basic dXNlcjpwYXNz==', 'Basic dXNlcjpwYXNz=='],
    ['Authorization=Basic%20dXNlcjpwYXNz%3D%3D', 'Basic dXNlcjpwYXNz=='],
    [' Authorization = Bearer a=b , x-tenant=one', 'Bearer a=b'],
  ])('have all that stands behind the first equals sign: %s', (given, authorization) => {
    const { logs, warnings } = logsOf({ OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_HEADERS: given });
    expect(logs?.headers).toMatchObject({ Authorization: authorization });
    expect(warnings).toEqual([]);
  });

  test.each(['a secret without a name', '=secret', 'x key=secret', 'x-key=secret%0d%0ax-more: y'])(
    'headers that are none (%s) are left out, with a warning that does not repeat them',
    (headers) => {
      const { logs, warnings } = logsOf({
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: headers,
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc',
      });
      expect(logs?.headers).toEqual({});
      expect(warnings).toHaveLength(2);
      expect(warnings.join()).not.toContain('secret');
    },
  );

  test('an address that is none is a fault', () => {
    expect(readTelemetry({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'collector:4318' }).ok).toBe(false);
  });
});
