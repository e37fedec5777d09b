// Loaded only where OTEL_METRICS_EXPORTER asks for it: what `/metrics` shows, sent instead of fetched.
import { ValueType, type HrTime } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { Log } from '../kernel/log.ts';
import type { Family, Registry } from './registry.ts';
import type { MetricExportSettings } from './settings.ts';

export function startMetricExport({
  log,
  registry,
  resource: about,
  settings: { endpoint, intervalMs, timeoutMs },
}: {
  log: Log;
  registry: Registry;
  resource: Readonly<Record<string, string>>;
  settings: MetricExportSettings;
}): { close(): Promise<void> } {
  const exporter = new OTLPMetricExporter({
    ...(endpoint === undefined ? {} : { url: endpoint }),
    timeoutMillis: timeoutMs,
  });
  const resource = resourceFromAttributes({ ...about });
  const scope = { name: 'latchkey', version: about['service.version'] ?? '' };
  const startTime = hrTime(Date.now());
  let isAway = false;

  function send(): Promise<void> {
    const times = { startTime, endTime: hrTime(Date.now()) };
    const metrics = registry.families().map((family) => dataOf(family, times));
    return new Promise((resolve) => {
      exporter.export({ resource, scopeMetrics: [{ scope, metrics }] }, (result) => {
        const failed = result.code !== 0;
        if (failed && !isAway)
          log.warn(
            { error: result.error?.message },
            'metrics are not sent: the collector does not take them',
          );
        isAway = failed;
        resolve();
      });
    });
  }

  const timer = setInterval(() => void send(), intervalMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await send();
      await exporter.shutdown();
    },
  };
}

function dataOf(family: Family, times: { startTime: HrTime; endTime: HrTime }): MetricData {
  const { help, labelNames, name } = family;
  const descriptor = {
    name: family.kind === 'counter' ? name.replace(/_total$/, '') : name,
    description: help,
    unit: unitOf(name),
    valueType: ValueType.DOUBLE,
  };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  const attributesOf = (values: readonly string[]) =>
    Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? '']));
  if (family.kind === 'histogram') {
    const dataPoints = family.distributions().map(({ counts, sum, values }) => ({
      ...times,
      attributes: attributesOf(values),
      value: {
        buckets: { boundaries: [...family.bounds], counts: [...counts] },
        sum,
        count: counts.reduce((total, one) => total + one, 0),
      },
    }));
    return { descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = family
    .points()
    .map(({ value, values }) => ({ ...times, attributes: attributesOf(values), value }));
  return family.kind === 'counter'
    ? { descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints };
}

function unitOf(name: string): string {
  if (name.includes('_seconds')) return 's';
  return name.includes('_bytes') ? 'By' : '1';
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, (ms - seconds * 1000) * 1e6];
}
