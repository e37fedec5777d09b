import type { Log } from '../../kernel/log.ts';
import type { GatewayTelemetry } from '../../telemetry/gateway-telemetry.ts';
import type { Exchange } from '../exchange.ts';

/** Follows each request to its end, for traces and for the log. Undefined: nobody wants to know. */
export function createFollowRequest(
  telemetry: GatewayTelemetry | undefined,
  log: Log,
): ((exchange: Exchange) => void) | undefined {
  if (telemetry === undefined) return undefined;
  const { logsRequests, routeOf, tracer } = telemetry;
  if (tracer === undefined && !logsRequests) return undefined;
  return ({ path, req, requestId, res }) => {
    const route = routeOf(path);
    const startedMs = performance.now();
    tracer?.open(requestId, req, route);
    res.on('close', () => {
      // Undefined: the caller went away before it had all of the answer.
      const status = res.writableFinished ? res.statusCode : undefined;
      const traceId = tracer?.traceIdOf(requestId);
      tracer?.close(requestId, status);
      if (!logsRequests) return;
      const durationMs = Math.round((performance.now() - startedMs) * 10) / 10;
      log.debug({ requestId, traceId, route, status, durationMs }, 'a request was answered');
    });
  };
}
