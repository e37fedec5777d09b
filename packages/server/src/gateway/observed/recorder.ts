import { monotonicClock } from '../../kernel/clock.ts';
import { kindOf } from '../../telemetry/call-metrics.ts';
import type { GatewayTelemetry } from '../../telemetry/gateway-telemetry.ts';
import type { TracedCall } from '../../telemetry/tracing/tracer.ts';
import { isOk, type Call, type End, type Recorder } from '../pipeline/record.ts';

/** The same recorder, which also counts. What is recorded of a call is what is counted, whichever door it came by. */
export function observeRecorder(recorder: Recorder, telemetry: GatewayTelemetry | undefined): Recorder {
  if (telemetry === undefined) return recorder;
  const { calls, tracer } = telemetry;

  function counted(call: Call, decidedMs: number, end: End): End {
    const line = calls.of(call.action, call.access);
    const sentMs = monotonicClock.nowMs();
    const endSpan = tracer?.begin(tracedCall(call));
    let isOver = false;
    return (ended) => {
      end(ended);
      if (isOver) return;
      isOver = true;
      const { fault } = ended;
      const wasOk = isOk(ended);
      const nowMs = monotonicClock.nowMs();
      (wasOk ? line.ok : line.failed).value += 1;
      line.seconds.observe((nowMs - decidedMs) / 1000);
      (wasOk ? calls.answered : calls.unanswered).observe((nowMs - sentMs) / 1000);
      if (fault !== undefined) calls.fault(fault).value += 1;
      endSpan?.(ended);
    };
  }

  return {
    begin(call) {
      const decidedMs = monotonicClock.nowMs();
      const begun = recorder.begin(call);
      return begun instanceof Promise
        ? begun.then((end) => counted(call, decidedMs, end))
        : counted(call, decidedMs, begun);
    },
    refused(call, reason) {
      recorder.refused(call, reason);
      calls.of(call.action, call.access).refused.value += 1;
      calls.refusal(reason).value += 1;
      tracer?.refused(tracedCall(call), reason);
    },
  };
}

/** Tools and operations are named by a catalogue; a prompt or a resource by whoever asks for it. */
function tracedCall({ access, action, connector, requestId, target }: Call): TracedCall {
  const kind = kindOf(action);
  const isOurs = kind === 'tool' || kind === 'api' || kind === 'download';
  return { requestId, kind, access, connector, tool: isOurs ? target : undefined };
}
