import type { Route } from '../routes.ts';
import type { Sampler } from './sampler.ts';
import {
  formatTraceparent,
  newSpanId,
  newTraceId,
  parseTraceparent,
  type TraceContext,
} from './traceparent.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

export type SpanAttributes = Record<string, string | number>;

export interface FinishedSpan {
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly context: TraceContext;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  /** Why it did not come out well; undefined: it did. */
  readonly fault: string | undefined;
}

/** What is told of a call. Each text is ours or the catalogue's: a name, never what a caller or an upstream said. */
export interface TracedCall {
  readonly requestId: string;
  readonly kind: string;
  readonly access: string;
  readonly connector: string;
  /** The tool's name; undefined: the caller names things as it likes. */
  readonly tool: string | undefined;
}

export interface Tracer {
  /** From here on, until `close`, the request is known by its id. */
  open(requestId: string, req: AnyRequest, route: Route): void;
  /** Who asks is known by now: their wish to be traced counts, within limits. */
  identified(req: AnyRequest, orgId: string): void;
  refused(call: TracedCall, reason: string): void;
  /** A call leaves for the upstream; the function that it returns is told how it ended. */
  begin(
    call: TracedCall,
  ): ((ended: { status?: number | undefined; fault?: string | undefined }) => void) | undefined;
  /** What the upstream is told; undefined: nothing. */
  traceparentOf(requestId: string): string | undefined;
  /** Undefined: it is not known, or not traced. */
  traceIdOf(requestId: string): string | undefined;
  close(requestId: string, status: number | undefined): void;
}

interface Trace {
  readonly requestId: string;
  readonly method: string;
  readonly route: Route;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: TraceContext | undefined;
  readonly startMs: number;
  readonly attributes: SpanAttributes;
  isSampled: boolean;
  fault: string | undefined;
  /** The last call that left. */
  upstreamSpanId: string | undefined;
}

/**
 * Two spans for a request: at our door, and to the upstream. They are made by hand, as plain records, and a request that
 * is not sampled costs an entry in a map. Whatever finishes is handed to `finish`, if it is sampled.
 */
export function createTracer({
  finish,
  propagates,
  sampler,
}: {
  finish: (span: FinishedSpan) => void;
  propagates: boolean;
  sampler: Sampler;
}): Tracer {
  const traces = new Map<string, Trace>();
  const byRequest = new WeakMap<AnyRequest, Trace>();

  function nowMs(): number {
    return performance.timeOrigin + performance.now();
  }

  return {
    open(requestId, req, route) {
      const parent = propagates ? parseTraceparent(req.headers['traceparent']) : undefined;
      const trace: Trace = {
        requestId,
        method: METHODS.has(req.method ?? '') ? (req.method ?? '') : '_OTHER',
        route,
        traceId: parent?.traceId ?? newTraceId(),
        spanId: newSpanId(),
        parent,
        startMs: nowMs(),
        attributes: {},
        // A parent that is not sampled says no; one that is has to wait until we know whose word it is.
        isSampled: parent === undefined && sampler.byChance(),
        fault: undefined,
        upstreamSpanId: undefined,
      };
      traces.set(requestId, trace);
      byRequest.set(req, trace);
    },
    identified(req, orgId) {
      const trace = byRequest.get(req);
      if (trace === undefined) return;
      if (trace.parent?.isSampled === true) trace.isSampled = sampler.grants() || sampler.byChance();
      if (trace.isSampled) trace.attributes['latchkey.organisation.id'] = orgId;
    },
    refused(call, reason) {
      const trace = traces.get(call.requestId);
      if (trace?.isSampled !== true) return;
      describe(trace.attributes, call);
      trace.attributes['latchkey.outcome'] = 'refused';
      trace.fault = reason;
    },
    begin(call) {
      const trace = traces.get(call.requestId);
      if (trace === undefined) return undefined;
      const spanId = newSpanId();
      trace.upstreamSpanId = spanId;
      if (!trace.isSampled) return undefined;
      const startMs = nowMs();
      describe(trace.attributes, call);
      return ({ fault, status }) => {
        const attributes: SpanAttributes = {};
        describe(attributes, call);
        const failure = fault ?? (status === undefined || status < 400 ? undefined : String(status));
        if (status !== undefined) attributes['http.response.status_code'] = status;
        trace.attributes['latchkey.outcome'] = failure === undefined ? 'ok' : 'failed';
        trace.fault = failure;
        finish({
          name: `upstream ${call.kind}`,
          kind: 'client',
          context: { traceId: trace.traceId, spanId, isSampled: true },
          parentSpanId: trace.spanId,
          startMs,
          endMs: nowMs(),
          attributes: { ...attributes, 'latchkey.request_id': trace.requestId },
          fault: failure,
        });
      };
    },
    traceparentOf(requestId) {
      const trace = propagates ? traces.get(requestId) : undefined;
      return trace && formatTraceparent({ ...trace, spanId: trace.upstreamSpanId ?? trace.spanId });
    },
    traceIdOf(requestId) {
      const trace = traces.get(requestId);
      return trace?.isSampled === true ? trace.traceId : undefined;
    },
    close(requestId, status) {
      const trace = traces.get(requestId);
      if (trace === undefined) return;
      traces.delete(requestId);
      if (!trace.isSampled) return;
      const { attributes, parent, spanId, startMs, traceId } = trace;
      finish({
        name: `${trace.method} ${trace.route}`,
        kind: 'server',
        context: { traceId, spanId, isSampled: true },
        parentSpanId: parent?.spanId,
        startMs,
        endMs: nowMs(),
        attributes: {
          ...attributes,
          'http.request.method': trace.method,
          'http.route': trace.route,
          ...(status === undefined ? {} : { 'http.response.status_code': status }),
          'latchkey.request_id': requestId,
        },
        fault: status === undefined ? 'aborted' : status >= 500 ? String(status) : trace.fault,
      });
    },
  };
}

/** All others are whatever somebody typed. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function describe(attributes: SpanAttributes, { access, connector, kind, tool }: TracedCall): void {
  attributes['latchkey.call.kind'] = kind;
  attributes['latchkey.call.access'] = access;
  attributes['latchkey.connector'] = connector;
  if (tool !== undefined) attributes['latchkey.tool'] = tool;
}
