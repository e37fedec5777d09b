import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from '../support/latchkey-command.ts';
import { startCollector, type Collector } from './support/collector.ts';

const LOADED = 'what sends spans was loaded';
const LOADER = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  export function load(url, context, next) {
    if (url.includes('/otlp-traces')) writeSync(2, ${JSON.stringify(LOADED)});
    return next(url, context);
  }
`)}`;
/** Tells when what sends spans is loaded: a file of its own, of the bundle as of the source. */
const WATCH = `--import=data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register(${JSON.stringify(LOADER)});
`)}`;

let database: TestDatabase;
let collector: Collector;
let folder: string;
const running: StartedCommand[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  collector = await startCollector();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-telemetry-'));
});
afterEach(async () => {
  for (const command of running.splice(0)) await stopCommand(command);
  await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await collector.close();
  await database.drop();
});

function serve(environment: Record<string, string>): StartedCommand {
  const command = startCommand(['serve'], {
    cwd: folder,
    environment: {
      PORT: '0',
      DATABASE_URL: database.url,
      LATCHKEY_SECRET: 'one secret for all of them, 32 characters',
      NODE_OPTIONS: WATCH,
      ...environment,
    },
  });
  running.push(command);
  return command;
}

test('the standard variables of OpenTelemetry are enough; what is held is sent before the process ends', async () => {
  const metricsPort = await freePort();
  const command = serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=front-doors',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SERVICE_NAME: 'the-front-door',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '600000',
    LATCHKEY_METRICS_ADDRESS: `127.0.0.1:${metricsPort}`,
  });
  const { url } = await untilReady(command);
  const answer = await fetch(`${url}/mcp`, { method: 'POST' });
  expect(answer.status).toBe(401);
  const scraped = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  expect(await scraped.text()).toContain('latchkey_authentications_total{outcome="unauthenticated"} 1\n');
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  await stopCommand(command);

  await vi.waitFor(() => expect(collector.spans).toHaveLength(1), { timeout: 20_000 });
  expect(collector.spans[0]).toMatchObject({
    name: 'POST mcp',
    attributes: {
      'latchkey.request_id': answer.headers.get('x-request-id'),
      'http.response.status_code': 401,
    },
    resource: { 'service.name': 'the-front-door', 'deployment.environment.name': 'test' },
  });
  expect(collector.requests[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'x-tenant': 'front-doors', 'content-encoding': 'gzip' },
  });
  expect(command.err()).toContain(LOADED);
});

test('without them nothing of the SDK is loaded', async () => {
  const command = serve({});
  const { url } = await untilReady(command);
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  await stopCommand(command);
  expect(command.err()).not.toContain(LOADED);
});

test('metrics that would be open to the network do not start, and the fault says what to set', async () => {
  const { err, exit } = serve({ LATCHKEY_METRICS_ADDRESS: '0.0.0.0:9464' });
  expect(await exit).not.toBe(0);
  expect(err()).toContain('LATCHKEY_METRICS_TOKEN: must be set');
});

test('an address for metrics that is taken is said, with the variable that names it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    const { err, exit } = serve({ LATCHKEY_METRICS_ADDRESS: `127.0.0.1:${port}` });
    expect(await exit).not.toBe(0);
    expect(err()).toContain(`127.0.0.1:${port} is in use`);
    expect(err()).toContain('LATCHKEY_METRICS_ADDRESS');
  } finally {
    other.close();
  }
});
