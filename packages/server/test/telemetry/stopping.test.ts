import { access, chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startCommand, untilReady, type StartedCommand } from '../support/latchkey-command.ts';

// A collector that is away, or says nothing, is no reason for a stop to fail.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let silent: Server;
let served: StartedCommand | undefined;
const taken = new Set<Socket>();
beforeEach(async () => {
  served = undefined;
  silent = createServer((socket) => void taken.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'latchkey-stopping-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
});
afterEach(async () => {
  served?.child.kill('SIGKILL');
  for (const socket of taken) socket.destroy();
  taken.clear();
  await new Promise((resolve) => silent.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const silentUrl = () => `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
const SECRET = 'the secret of the service, of 32 characters';
const NOT_SENT = 'what telemetry still held is lost';

/** With something to send, and told to stop. */
async function stopWith(
  environment: Record<string, string>,
  args: readonly string[] = [],
): Promise<StartedCommand> {
  served = startCommand(['serve', ...args], {
    cwd: folder,
    environment: {
      PORT: '0',
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '600000',
      ...environment,
    },
  });
  const { url } = await untilReady(served);
  expect((await fetch(`${url}/mcp`, { method: 'POST' })).status).toBe(401);
  served.child.kill('SIGTERM');
  return served;
}

test.each([
  ['says nothing to spans', () => silentUrl(), {}],
  ['says nothing to spans and metrics', () => silentUrl(), { OTEL_METRICS_EXPORTER: 'otlp' }],
  ['is away', async () => `http://127.0.0.1:${await freePort()}`, { OTEL_METRICS_EXPORTER: 'otlp' }],
])('a process stops in order beside a collector that %s', async (_, collector, more) => {
  const database = await createTestDatabase();
  try {
    const { err, exit } = await stopWith({
      DATABASE_URL: database.url,
      LATCHKEY_SECRET: SECRET,
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector(),
      ...more,
    });
    expect({ status: await exit, err: err() }).toMatchObject({ status: 0 });
    expect(err()).toContain(NOT_SENT);
  } finally {
    await database.drop();
  }
});

test.each([
  ['one process', []],
  ['workers', ['--workers', '2']],
])('%s beside a collector that says nothing leave no database behind', async (_, args) => {
  const { err, exit } = await stopWith(
    { OTEL_EXPORTER_OTLP_ENDPOINT: silentUrl(), OTEL_METRICS_EXPORTER: 'otlp' },
    args,
  );
  expect({ status: await exit, err: err() }).toMatchObject({ status: 0 });
  expect(err()).toContain(NOT_SENT);
  await expect(access(join(folder, 'data', 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
});

test('a second signal does not wait for the collector, but stops the database', async () => {
  const { child, err, exit, out } = await stopWith({ OTEL_EXPORTER_OTLP_ENDPOINT: silentUrl() });
  const { url = '' } = JSON.parse(out().trim().split('\n').at(-1) ?? '') as Record<string, string>;
  const listens = () =>
    fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(
      () => true,
      () => false,
    );
  await expect.poll(listens, { timeout: 20_000 }).toBe(false);
  child.kill('SIGTERM');
  expect({ status: await exit, err: err() }).toMatchObject({ status: 1 });
  expect(err()).toContain('ended by a second signal');
  await expect(access(join(folder, 'data', 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
});
