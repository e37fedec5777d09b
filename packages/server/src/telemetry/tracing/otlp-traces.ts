// Loaded only where something is traced. The SDK gets finished spans: of its own it adds batches, retries and the wire.
import { SpanKind, SpanStatusCode, TraceFlags, type HrTime } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../../kernel/log.ts';
import type { TracingSettings } from '../settings.ts';
import type { FinishedSpan } from './tracer.ts';

export interface SpanSink {
  finish(span: FinishedSpan): void;
  /** Sends what it holds. */
  close(): Promise<void>;
}

export function createSpanSink({
  count,
  log,
  resource: about,
  settings: { batch, endpoint, timeoutMs },
}: {
  count: { readonly exported: { value: number }; readonly failed: { value: number } };
  log: Log;
  resource: Readonly<Record<string, string>>;
  settings: TracingSettings;
}): SpanSink {
  const resource = resourceFromAttributes({ ...about });
  const scope = { name: 'latchkey', version: about['service.version'] ?? '' };
  const exporter = new OTLPTraceExporter({
    ...(endpoint === undefined ? {} : { url: endpoint }),
    timeoutMillis: timeoutMs,
  });
  const processor = new BatchSpanProcessor({
    exporter: told(exporter, count, log),
    scheduledDelayMillis: batch.delayMs,
    maxQueueSize: batch.queueMax,
    maxExportBatchSize: batch.batchMax,
    exportTimeoutMillis: batch.timeoutMs,
  });

  return {
    finish({ attributes, context, endMs, fault, kind, name, parentSpanId, startMs }) {
      const span: ReadableSpan = {
        name,
        kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
        spanContext: () => spanContextOf(context.traceId, context.spanId),
        ...(parentSpanId === undefined
          ? {}
          : { parentSpanContext: spanContextOf(context.traceId, parentSpanId) }),
        startTime: hrTime(startMs),
        endTime: hrTime(endMs),
        duration: hrTime(endMs - startMs),
        status: { code: fault === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
        attributes: fault === undefined ? attributes : { ...attributes, 'error.type': fault },
        links: [],
        events: [],
        ended: true,
        resource,
        instrumentationScope: scope,
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
      };
      processor.onEnd(span);
    },
    close: () => processor.shutdown(),
  };
}

/** A collector that is away is told of once, and once more when it is back: spans are lost, requests are not. */
function told(
  exporter: SpanExporter,
  count: { readonly exported: { value: number }; readonly failed: { value: number } },
  log: Log,
): SpanExporter {
  let isAway = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        (failed ? count.failed : count.exported).value += spans.length;
        if (failed !== isAway) {
          isAway = failed;
          if (failed)
            log.warn({ error: result.error?.message }, 'spans are lost: the collector does not take them');
          else log.info({}, 'the collector takes spans again');
        }
        done({ code: 0 });
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

function spanContextOf(traceId: string, spanId: string) {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
