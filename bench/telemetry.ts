// What telemetry adds to a call, apart from all else: node --import tsx bench/telemetry.ts
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { observeRecorder } from '../packages/server/src/gateway/observed/recorder.ts';
import type { Call, Recorder } from '../packages/server/src/gateway/pipeline/record.ts';
import { createCallMetrics } from '../packages/server/src/telemetry/call-metrics.ts';
import { createHttpRequests } from '../packages/server/src/telemetry/http-requests.ts';
import { createMetrics } from '../packages/server/src/telemetry/metrics.ts';
import { createRegistry } from '../packages/server/src/telemetry/registry.ts';
import { createRouteOf } from '../packages/server/src/telemetry/routes.ts';
import { expose, writeFamilies } from '../packages/server/src/telemetry/exposition.ts';
import { createSampler } from '../packages/server/src/telemetry/tracing/sampler.ts';
import { createTracer } from '../packages/server/src/telemetry/tracing/tracer.ts';

const CALLS = 200_000;
const ROUNDS = 7;

const registry = createRegistry();
const metrics = createMetrics(registry);
const http = createHttpRequests(metrics);
const routeOf = createRouteOf(['/connect']);
const calls = createCallMetrics(metrics);
const tracerAt = (ratio: number) =>
  createTracer({
    finish: () => undefined,
    propagates: true,
    sampler: createSampler({ ratio, followsCaller: true }),
  });
const shared = { calls, http, routeOf, logsRequests: false };

const req = { method: 'POST', headers: {} } as IncomingMessage;
const call = {
  principal: {} as Call['principal'],
  requestId: 'req_x' as Call['requestId'],
  action: 'tool.call',
  target: 'get_credits',
  connector: 'reelport',
  access: 'read',
} satisfies Call;
const plain: Recorder = { begin: () => Promise.resolve(() => undefined), refused: () => undefined };

/** As much of an answer as is listened to. */
function answer(): ServerResponse {
  const res = new EventEmitter() as ServerResponse;
  Object.assign(res, { statusCode: 200, writableFinished: true });
  return res;
}

async function nothing(): Promise<void> {
  const res = answer();
  const end = await plain.begin(call);
  end({ status: 200 });
  res.emit('close');
}

function withTelemetry(ratio: number | undefined): () => Promise<void> {
  const tracer = ratio === undefined ? undefined : tracerAt(ratio);
  const recorder = observeRecorder(plain, { ...shared, tracer });
  return async () => {
    const res = answer();
    http.follow(res, routeOf('/mcp/acme'));
    tracer?.open(call.requestId, req, 'mcp');
    tracer?.identified(req, 'org_x');
    calls.authenticated.value += 1;
    const end = await recorder.begin(call);
    tracer?.traceparentOf(call.requestId);
    end({ status: 200 });
    tracer?.close(call.requestId, 200);
    res.emit('close');
  };
}

const WAYS: readonly (readonly [string, () => Promise<void>])[] = [
  ['nothing', nothing],
  ['metrics', withTelemetry(undefined)],
  ['metrics, traces, 0 % sampled', withTelemetry(0)],
  ['metrics, traces, 10 % sampled', withTelemetry(0.1)],
  ['metrics, traces, 100 % sampled', withTelemetry(1)],
];

async function microseconds(act: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let made = 0; made < CALLS; made += 1) await act();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / CALLS;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const spent = WAYS.map((): number[] => []);
for (let round = 0; round <= ROUNDS; round += 1)
  for (const [index, [, act]] of WAYS.entries()) {
    const cost = await microseconds(act);
    // The first round is for the compiler.
    if (round > 0) spent[index]?.push(cost);
  }

const bare = median(spent[0] ?? []);
process.stdout.write(
  `Node ${process.version}, ${CALLS} calls, median of ${ROUNDS} rounds, µs of processor time a call\n`,
);
for (const [index, [name]] of WAYS.entries())
  process.stdout.write(`${name.padEnd(34)} +${(median(spent[index] ?? []) - bare).toFixed(2)}\n`);
const scrapeMs = performance.now();
for (let made = 0; made < 100; made += 1)
  expose(writeFamilies(registry.families(), 'prometheus'), 'prometheus');
process.stdout.write(`a scrape: ${((performance.now() - scrapeMs) / 100).toFixed(2)} ms\n`);
