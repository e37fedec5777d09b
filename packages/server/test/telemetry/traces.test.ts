import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TelemetrySettings, TracingSettings } from '../../src/telemetry/settings.ts';
import { startCollector, type Collector } from './support/collector.ts';
import { startService, type Service } from './support/service.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const SAMPLED = `00-${TRACE}-${SPAN}-01`;

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

function tracing(sampler: TracingSettings['sampler']): TelemetrySettings {
  return {
    resource: { 'service.name': 'latchkey', 'deployment.environment.name': 'test' },
    warnings: [],
    tracing: {
      endpoint: `${collector.url}/v1/traces`,
      sampler,
      propagates: true,
      timeoutMs: 5000,
      batch: { delayMs: 20, queueMax: 2048, batchMax: 512, timeoutMs: 5000 },
    },
  };
}

/** The spans of a request, once all have arrived. */
async function spansOf(requestId: string | null, count: number) {
  const found = () =>
    collector.spans.filter(({ attributes }) => attributes['latchkey.request_id'] === requestId);
  await vi.waitFor(() => expect(found()).toHaveLength(count), { timeout: 20_000 });
  return found();
}

const KINDS = { server: 2, client: 3 };

describe('with every request sampled', () => {
  let service: Service;
  let database: pg.Client;
  beforeAll(async () => {
    service = await startService({
      telemetry: tracing({ ratio: 1, followsCaller: true }),
      logLevel: 'debug',
    });
    database = new pg.Client({ connectionString: service.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await service.close();
  });
  beforeEach(() => {
    service.upstream.received.length = 0;
    service.upstream.answer((_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"answer":"from-the-upstream"}');
    });
  });

  test.each([
    ['a tool', 'full', () => service.call('create_item', { name: 'an-argument' }, service.keys.full)],
    [
      'an operation of the REST door',
      'read',
      () =>
        fetch(`${service.url}/api/items/items/an-argument`, {
          headers: { 'x-api-key': service.keys.read },
        }),
    ],
  ])(
    'one request id and one trace lead from the edge to the upstream, the audit, the log and the collector: %s',
    async (_, access, send) => {
      const answer = await send();
      expect(answer.status).toBe(200);
      const requestId = answer.headers.get('x-request-id');
      const spans = await spansOf(requestId, 2);
      const door = spans.find(({ kind }) => kind === KINDS.server);
      const upstream = spans.find(({ kind }) => kind === KINDS.client);
      expect(upstream).toMatchObject({ traceId: door?.traceId, parentSpanId: door?.spanId, status: 0 });
      expect(door).toMatchObject({ parentSpanId: '', status: 0 });
      expect(door?.attributes).toMatchObject({
        'latchkey.organisation.id': service.orgId,
        'latchkey.call.access': access,
        'latchkey.connector': 'items',
        'latchkey.outcome': 'ok',
        'http.response.status_code': 200,
      });

      const [received] = service.upstream.received;
      expect(received?.headers['x-request-id']).toBe(requestId);
      expect(received?.headers['traceparent']).toBe(`00-${upstream?.traceId}-${upstream?.spanId}-01`);

      await vi.waitFor(
        async () => {
          const { rows } = await database.query('select phase from audit_events where request_id = $1', [
            requestId,
          ]);
          expect(rows.length).toBeGreaterThan(0);
        },
        { timeout: 20_000 },
      );

      await vi.waitFor(
        () => {
          const line = service.lines
            .map((text) => JSON.parse(text))
            .find((one) => one.request_id === requestId);
          expect(line).toMatchObject({ trace_id: door?.traceId, status: 200 });
        },
        { timeout: 20_000 },
      );
    },
  );

  test('a caller’s trace goes on in ours and in the upstream’s', async () => {
    const answer = await service.call('get_credits', {}, service.keys.read, { traceparent: SAMPLED });
    const spans = await spansOf(answer.headers.get('x-request-id'), 2);
    expect(spans.map(({ traceId }) => traceId)).toEqual([TRACE, TRACE]);
    expect(spans.find(({ kind }) => kind === KINDS.server)?.parentSpanId).toBe(SPAN);
    expect(service.upstream.received[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-01$`),
    );
  });

  test.each([
    ['not one at all', 'hello'],
    ['upper case', SAMPLED.toUpperCase()],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a version that cannot be', SAMPLED.replace(/^00/, 'ff')],
    ['more than version 00 has', `${SAMPLED}-more`],
    ['two in one', `${SAMPLED}, ${SAMPLED}`],
    ['too long', `01-${TRACE}-${SPAN}-01-${'x'.repeat(4000)}`],
    ['another header in it', `${SAMPLED}\tx-evil: 1`],
  ])('a traceparent that is %s is ignored: the trace is our own', async (_, traceparent) => {
    const answer = await service.call('get_credits', {}, service.keys.read, { traceparent });
    expect(answer.status).toBe(200);
    const spans = await spansOf(answer.headers.get('x-request-id'), 2);
    for (const { traceId } of spans) expect(traceId).not.toBe(TRACE);
    const sent = service.upstream.received[0]?.headers['traceparent'];
    expect(sent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(sent).not.toContain(TRACE);
  });

  test('flags that nobody knows, tracestate and baggage do not go on', async () => {
    const headers = {
      traceparent: `00-${TRACE}-${SPAN}-ff`,
      tracestate: 'evil=1',
      baggage: 'user=secret',
    };
    await service.call('get_credits', {}, service.keys.read, headers);
    const sent = service.upstream.received[0]?.headers ?? {};
    expect(sent['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(sent).not.toHaveProperty('tracestate');
    expect(sent).not.toHaveProperty('baggage');
  });

  test('neither arguments nor results, keys, paths or names that a caller made up are in what is sent', async () => {
    collector.requests.length = 0;
    const mark = 'an-argument-that-is-private';
    const answers = [
      await service.call('create_item', { name: mark }, service.keys.full),
      await service.call(`${mark}-as-a-tool`, {}, service.keys.full),
      await service.call('get_item', { id: mark }, service.keys.read),
      await fetch(`${service.url}/api/items/items/${mark}?api_key=${mark}`, {
        headers: { authorization: `Bearer ${service.keys.read}` },
      }),
      await fetch(`${service.url}/mcp/${mark}`, { method: 'POST', headers: { 'user-agent': mark } }),
    ];
    await vi.waitFor(
      () => {
        const ids = answers.map((answer) => answer.headers.get('x-request-id'));
        const told = new Set(collector.spans.map(({ attributes }) => attributes['latchkey.request_id']));
        for (const id of ids) expect(told).toContain(id);
      },
      { timeout: 20_000 },
    );
    const sent = Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1');
    expect(sent).toContain('create_item');
    for (const secret of [
      mark,
      'from-the-upstream',
      service.keys.full,
      service.keys.read,
      'lk_test_',
      'Olivia',
    ])
      expect(sent).not.toContain(secret);
  });

  test('a call that the upstream fails is an error in both spans, with why', async () => {
    service.upstream.answer((_, res) => res.destroy());
    const answer = await service.call('get_credits', {}, service.keys.read);
    const spans = await spansOf(answer.headers.get('x-request-id'), 2);
    for (const span of spans) {
      expect(span.status).toBe(2);
      expect(span.attributes['error.type']).toBe('upstream_reset');
    }
  });

  test('a refused call is one span, with why', async () => {
    const answer = await service.call('create_item', { name: 'x' }, service.keys.read);
    const [span] = await spansOf(answer.headers.get('x-request-id'), 1);
    expect(span?.attributes).toMatchObject({
      'latchkey.outcome': 'refused',
      'error.type': 'insufficient_scope',
      'latchkey.tool': 'create_item',
    });
  });

  test('a collector that is away costs spans, not calls, and is told of once', async () => {
    collector.answer(400);
    for (let index = 0; index < 3; index += 1)
      expect((await service.call('get_credits', {}, service.keys.read)).status).toBe(200);
    await vi.waitFor(
      async () =>
        expect((await service.samples()).get('latchkey_trace_spans_total{outcome="failed"}')).toBeGreaterThan(
          0,
        ),
      { timeout: 20_000 },
    );
    collector.answer(200);
    const answer = await service.call('get_credits', {}, service.keys.read);
    await spansOf(answer.headers.get('x-request-id'), 2);
    const told = service.lines.filter((line) => line.includes('the collector does not take them'));
    expect(told).toHaveLength(1);
  });
});

describe('with nothing sampled by chance', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ telemetry: tracing({ ratio: 0, followsCaller: true }) });
  });
  afterAll(() => service.close());
  beforeEach(() => {
    collector.spans.length = 0;
    service.upstream.received.length = 0;
  });

  test('a caller who is known may have its request traced', async () => {
    const answer = await service.call('get_credits', {}, service.keys.read, { traceparent: SAMPLED });
    expect(await spansOf(answer.headers.get('x-request-id'), 2)).toHaveLength(2);
  });

  test('who is not known may not, however it asks', async () => {
    for (let index = 0; index < 5; index += 1)
      await service.call('get_credits', {}, 'lk_test_nobody', { traceparent: SAMPLED });
    const answer = await service.call('get_credits', {}, service.keys.read, { traceparent: SAMPLED });
    await spansOf(answer.headers.get('x-request-id'), 2);
    // What was sampled leaves in the order in which it ended.
    expect(collector.spans).toHaveLength(2);
  });
});

test('the upstream hears of a request that is not sampled, too, and that it is not', async () => {
  const service = await startService({ telemetry: tracing({ ratio: 0, followsCaller: true }) });
  try {
    await service.call('get_credits', {}, service.keys.read);
    expect(service.upstream.received[0]?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  } finally {
    await service.close();
  }
});

test('without telemetry nothing is sent on', async () => {
  const service = await startService();
  try {
    await service.call('get_credits', {}, service.keys.read, { traceparent: SAMPLED });
    expect(service.upstream.received[0]?.headers).not.toHaveProperty('traceparent');
    expect(service.upstream.received[0]?.headers['x-request-id']).toMatch(/^req_/);
  } finally {
    await service.close();
  }
});

test('metrics are sent, too, where that is asked for: the ones that /metrics shows', async () => {
  const service = await startService({
    telemetry: {
      resource: { 'service.name': 'latchkey' },
      warnings: [],
      metricExport: { endpoint: `${collector.url}/v1/metrics`, intervalMs: 50, timeoutMs: 5000 },
    },
  });
  try {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const shown = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', kind]) =>
      kind === 'counter' ? name.replace(/_total$/, '') : name,
    );
    expect(shown).toContain('latchkey_calls');
    // What has no value yet is not in a sending: a later one has it.
    await expect.poll(() => collector.metrics.map(({ name }) => name)).toEqual(expect.arrayContaining(shown));
  } finally {
    await service.close();
  }
});
