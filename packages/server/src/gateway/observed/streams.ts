import type { GatewayTelemetry } from '../../telemetry/gateway-telemetry.ts';
import type { Streams } from '../streams/streams.ts';

/** The same, which also counts those that stay open: answers to calls that come as a stream are requests like others. */
export function observeStreams(streams: Streams, telemetry: GatewayTelemetry | undefined): Streams {
  if (telemetry === undefined) return streams;
  return {
    ...streams,
    open(request, kind, about) {
      const opened = streams.open(request, kind, about);
      if (opened.ok && kind.isCall !== true) telemetry.http.isStream(request.exchange.res);
      return opened;
    },
  };
}
