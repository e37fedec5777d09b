import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog, type Log } from '../../src/kernel/log.ts';
import { createRegistry } from '../../src/telemetry/registry.ts';
import { wireForwarding } from '../../src/wire-forwarding.ts';
import { createTestStore } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';

// The operator's collector is sent the audit rows of everybody.
interface Received {
  headers: IncomingHttpHeaders;
  records: { eventName: string; severityText: string; attributes: { key: string; value: object }[] }[];
  body: string;
}

let database: Awaited<ReturnType<typeof createTestStore>>;
let keeper: ReturnType<typeof createTrailKeeper>;
let orgId: OrganisationId;
let port: number;
beforeEach(async () => {
  database = await createTestStore();
  keeper = createTrailKeeper({ store: database.store, log: silentLog });
  port = await freePort();
  orgId = newId('org');
  await database.store.people.createOrganisation({
    id: orgId,
    slug: 'acme',
    name: 'Acme',
    tokenMode: 'token',
  });
});
afterEach(async () => {
  await keeper.close();
  await database.close();
});

/** A real one, on the port that the forwarders know. */
async function collector(answer: (response: ServerResponse, received: Received[]) => void = taken) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const parsed = JSON.parse(body) as {
        resourceLogs: [{ scopeLogs: [{ logRecords: Received['records'] }] }];
      };
      const records = parsed.resourceLogs[0].scopeLogs[0].logRecords;
      received.push({ headers: request.headers, records, body });
      answer(response, received);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    received,
    port: (server.address() as AddressInfo).port,
    targets: () =>
      received.flatMap(({ records }) => records.map((record) => attribute(record, 'latchkey.target'))),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function taken(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

function attribute({ attributes }: Received['records'][number], name: string): unknown {
  return Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];
}

/** A webhook of that organisation that is sent all its rows, none of which has arrived. */
async function followBy(owner: OrganisationId, webhookId: string): Promise<void> {
  const { pool } = database.store;
  await pool.query(
    `insert into webhooks (id, org_id, url, description, families, after_id) values ($1, $2, 'https://hooks.test/', '', '{trail}', 0)`,
    [webhookId, owner],
  );
  await pool.query(
    'insert into audit_forwards (destination, org_id, webhook_id, done_to) values ($1, $2, $1, 0)',
    [webhookId, owner],
  );
}

function node({ log = silentLog, registry = createRegistry(), timeoutMs = 10_000 } = {}) {
  const forwarder = wireForwarding({
    log,
    logs: {
      endpoint: `http://127.0.0.1:${port}/v1/logs`,
      headers: { 'x-api-key': 'for the collector alone' },
      timeoutMs,
    },
    maySeal: () => true,
    registry,
    resource: { 'service.name': 'latchkey', 'service.version': '1.2.3' },
    sendToWebhook: async () => ({ ok: false, failure: 'there is none' }),
    store: database.store,
  });
  const figure = (name: string) =>
    registry
      .families()
      .flatMap((family) => (family.name === name && 'points' in family ? family.points() : []))
      .find(({ values }) => values[0] === 'otlp')?.value;
  return { ...forwarder, figure };
}

async function happen(targets: readonly string[], entry: Partial<AuditEntry> = {}): Promise<void> {
  await database.store.audit.insertMany(
    targets.map((target) =>
      toAuditRow(
        { orgId, actor: { kind: 'system' }, action: 'tool.call', outcome: 'ok', target, ...entry },
        'event',
        systemClock,
      ),
    ),
  );
  await keeper.step();
  await keeper.step();
}

const passTime = () => database.store.pool.query('update audit_forwards set next_try_at = now()');

test('the collector gets each row as a log record, of every organisation and of none, from the first start on', async () => {
  await happen(['before anybody asked for it']);
  const sink = await collector();
  const forwarder = node();
  await forwarder.step();
  expect(sink.received).toEqual([]);

  await happen(['get_credits'], { status: 200, durationMs: 12, detail: { connector: 'crm' } });
  await happen(['nobody'], { orgId: undefined, action: 'sign_in.refused', outcome: 'refused' });
  await forwarder.step();
  const [message] = sink.received;
  expect(message?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-api-key': 'for the collector alone',
  });
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    resourceLogs: [
      {
        resource: {
          attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'latchkey' } }]),
        },
        scopeLogs: [
          {
            scope: { name: 'latchkey.audit', version: '1.2.3' },
            logRecords: [
              {
                timeUnixNano: expect.stringMatching(/^\d{13}000000$/),
                severityNumber: 9,
                severityText: 'INFO',
                eventName: 'tool.call',
                body: { stringValue: '{"connector":"crm"}' },
                attributes: expect.arrayContaining([
                  { key: 'latchkey.organisation.id', value: { stringValue: orgId } },
                  { key: 'latchkey.status', value: { intValue: '200' } },
                  { key: 'latchkey.duration_ms', value: { intValue: '12' } },
                ]),
              },
              { severityNumber: 13, severityText: 'WARN', eventName: 'sign_in.refused' },
            ],
          },
        ],
      },
    ],
  });
  expect(sink.targets()).toEqual(['get_credits', 'nobody']);
  expect(forwarder.figure('latchkey_audit_forwarded_rows_total')).toBe(2);
  await forwarder.close();
  await sink.close();
});

test('a collector that is away, refuses, is slow or busy, over restarts of ours, gets every row once it is back, in order', async () => {
  const told: string[] = [];
  const log: Log = { ...silentLog, warn: (fields) => told.push(JSON.stringify(fields)) };
  let forwarder = node({ log });
  await forwarder.step();
  await happen(['while it was away']);
  await forwarder.step();
  expect(forwarder.figure('latchkey_audit_forward_failures_total')).toBe(1);
  // It waits before it tries again.
  await forwarder.step();
  expect(forwarder.figure('latchkey_audit_forward_failures_total')).toBe(1);
  await forwarder.close();

  const answers: [string, (response: ServerResponse) => void, number][] = [
    ['refused', (response) => response.writeHead(500).end(), 10_000],
    ['busy', (response) => response.writeHead(429, { 'retry-after': '200' }).end(), 10_000],
    ['called wrong', (response) => response.writeHead(400).end(), 10_000],
    ['slow', () => undefined, 2_000],
  ];
  for (const [what, answer, timeoutMs] of answers) {
    const sink = await collector(answer);
    forwarder = node({ log, timeoutMs });
    await happen([`while it ${what}`]);
    await passTime();
    await forwarder.step();
    expect(sink.received).toHaveLength(1);
    await forwarder.close();
    await sink.close();
  }
  expect(told.map((line) => (JSON.parse(line) as { failure: string }).failure)).toEqual([
    'ECONNREFUSED',
    'status 500',
    'status 429',
    'status 400',
    'deadline',
  ]);
  expect(told.join('\n')).not.toContain('for the collector alone');

  const sink = await collector();
  forwarder = node();
  await passTime();
  await forwarder.step();
  expect(sink.targets()).toEqual([
    'while it was away',
    'while it refused',
    'while it busy',
    'while it called wrong',
    'while it slow',
  ]);
  await forwarder.step();
  expect(sink.received).toHaveLength(1);
  await forwarder.close();
  await sink.close();
});

test('a collector that says when to be asked again is not asked before', async () => {
  const sink = await collector((response) => response.writeHead(503, { 'retry-after': '250' }).end());
  const forwarder = node();
  await forwarder.step();
  await happen(['one']);
  await forwarder.step();
  const { rows } = await database.store.pool.query<{ seconds: number }>(
    `select extract(epoch from next_try_at - now())::float8 as seconds from audit_forwards`,
  );
  expect(rows[0]?.seconds).toBeGreaterThan(200);
  await forwarder.close();
  await sink.close();
});

test('of several nodes one sends at a time, so nothing comes twice, and how far it is behind can be seen', async () => {
  const sink = await collector();
  const nodes = [node(), node(), node()];
  for (const one of nodes) await one.step();
  await happen(Array.from({ length: 1_100 }, (_, row) => `row ${row}`));
  await Promise.all(nodes.map((one) => one.step()));
  expect(sink.targets()).toEqual(Array.from({ length: 1_100 }, (_, row) => `row ${row}`));
  expect(sink.received.map(({ records }) => records.length)).toEqual([500, 500, 100]);

  await database.store.pool.query(
    `insert into audit_events (org_id, at, phase, action, actor_kind) values ($1, now() - interval '1 hour', 'event', 'key.created', 'system')`,
    [orgId],
  );
  const fresh = node();
  await fresh.step();
  expect(fresh.figure('latchkey_audit_forward_lag_seconds')).toBeGreaterThan(3_500);
  for (const one of [...nodes, fresh]) await one.close();
  await sink.close();
});

test('a node that stops waits for no collector, and the next one sends at once what was under way', async () => {
  let answers = false;
  const sink = await collector((response) => {
    if (answers) taken(response);
  });
  const [stopping, next] = [node({ timeoutMs: 600_000 }), node()];
  await stopping.step();
  await happen(['one']);
  const underWay = stopping.step();
  await expect.poll(sink.targets, { timeout: 20_000 }).toEqual(['one']);
  await stopping.close();
  await underWay;
  answers = true;
  await next.step();
  expect(sink.targets()).toEqual(['one', 'one']);
  await next.close();
  await sink.close();
});

test('how far webhooks are behind is what their own organisation waits for, and nobody waits for one that is suspended', async () => {
  const { auditForwards, pool } = database.store;
  const globex = newId('org');
  await database.store.people.createOrganisation({
    id: globex,
    slug: 'globex',
    name: 'Globex',
    tokenMode: 'token',
  });
  await pool.query(
    `insert into audit_events (org_id, at, phase, action, actor_kind)
     select $1, now() - interval '2 hours', 'event', 'key.created', 'system' from generate_series(1, 50)`,
    [globex],
  );
  await followBy(orgId, 'whk_quiet');
  expect((await auditForwards.lag()).webhooks).toBe(0);
  await followBy(globex, 'whk_busy');
  expect((await auditForwards.lag()).webhooks).toBeGreaterThan(7_000);
  await pool.query('update organisations set suspended_at = now() where id = $1', [globex]);
  expect((await auditForwards.lag()).webhooks).toBe(0);
});

test('a batch that is too large for the collector is made smaller until it is taken', async () => {
  const sink = await collector((response, received) =>
    (received.at(-1)?.records.length ?? 0) > 100 ? response.writeHead(413).end() : taken(response),
  );
  const forwarder = node();
  await forwarder.step();
  await happen(Array.from({ length: 300 }, (_, row) => `row ${row}`));
  await expect
    .poll(
      async () => {
        await passTime();
        await forwarder.step();
        const arrived = sink.received.filter(({ records }) => records.length <= 100);
        return arrived.flatMap(({ records }) =>
          records.map((record) => attribute(record, 'latchkey.target')),
        );
      },
      { timeout: 20_000, interval: 0 },
    )
    .toEqual(Array.from({ length: 300 }, (_, row) => `row ${row}`));
  await forwarder.close();
  await sink.close();
});
