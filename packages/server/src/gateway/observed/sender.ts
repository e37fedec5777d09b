import type { Sender } from '@latchkey/tools';
import type { GatewayTelemetry } from '../../telemetry/gateway-telemetry.ts';

type Headers = Readonly<Record<string, string | string[]>>;

/**
 * The same, whose requests carry on the trace (W3C Trace Context, section 2.2). The request id, which all of them have,
 * says which. Of what the caller sent no word goes on: neither its `tracestate` nor its baggage.
 */
export function traceSender(sender: Sender, telemetry: GatewayTelemetry | undefined): Sender {
  const tracer = telemetry?.tracer;
  if (tracer === undefined) return sender;

  function traceparentOf(...all: (Headers | undefined)[]): { traceparent: string } | undefined {
    for (const headers of all) {
      const requestId = headers?.['x-request-id'];
      const traceparent = typeof requestId === 'string' ? tracer?.traceparentOf(requestId) : undefined;
      if (traceparent !== undefined) return { traceparent };
    }
    return undefined;
  }

  return {
    send: (input) =>
      sender.send({ ...input, headers: { ...input.headers, ...traceparentOf(input.headers) } }),
    stream: (input, handler) =>
      sender.stream(
        {
          ...input,
          headers: { ...input.headers, ...traceparentOf(input.headers, input.request.headers) },
        },
        handler,
      ),
    close: sender.close,
  };
}
