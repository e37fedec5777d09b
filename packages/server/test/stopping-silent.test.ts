import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../src/kernel/log.ts';
import { startLatchkey } from '../src/start.ts';
import { createTestDatabase } from './support/database.ts';
import { startWay } from './support/way-to-database.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a node whose database says nothing takes it that there are others, and leaves', async () => {
  const database = await createTestDatabase();
  const way = await startWay(database.url);
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-stopping-'));
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: undefined,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: way.url,
      dataDir: folder,
      secret: 'the secret of the service, of 32 characters',
      connectorPaths: [],
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'test', say: () => {}, log: silentLog },
  );
  if (!started.ok) throw new Error(started.error.message);
  const { close, drain, port } = started.value;
  onTestFinished(async () => {
    way.close();
    await close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}/healthz`;
  expect((await fetch(url)).headers.get('connection')).not.toBe('close');
  way.swallow();
  await drain();
  // As each answer has said since it began to leave.
  expect((await fetch(url)).headers.get('connection')).toBe('close');
});

const LIFECYCLE = new URL('../src/commands/lifecycle.ts', import.meta.url).href;

/** It hangs as soon as it is told to stop, and something keeps the process. */
async function stopHanging(started: string): Promise<{ status: number | null; said: string }> {
  const program = `
    import { runUntilStopped } from ${JSON.stringify(LIFECYCLE)};
    setInterval(() => {}, 1000);
    const never = () => new Promise(() => {});
    const say = (text) => process.stderr.write(text);
    const started = {
      drain: async () => {},
      close: async () => {},
      stopDatabase: async () => say('the database is stopped. '),
      waitsFor: () => undefined,
      onLost: () => {},
      drainMs: 200,
    };
    const stopped = runUntilStopped({ ...started, ...${started} }, { stopMsMax: 200 });
    process.stdout.write('ready');
    await stopped;
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  child.kill('SIGTERM');
  const [status] = (await ended) as [number | null];
  return { status, said };
}

test('SIGTERM ends a process whose drain never ends', async () => {
  const { said, status } = await stopHanging('{ drain: never }');
  expect(status).toBe(1);
  expect(said).toContain('not stopped after 0.4 seconds: it waited for the drain');
});

test('a process whose stop never ends says what it waited for, and stops its database before', async () => {
  const { said, status } = await stopHanging(`{ close: never, waitsFor: () => 'webhooks' }`);
  expect(status).toBe(1);
  expect(said).toContain('not stopped after 0.4 seconds: it waited for webhooks');
  expect(said).toContain('the database is stopped');
});

test('a database that does not stop keeps no process', async () => {
  const { said, status } = await stopHanging('{ close: never, stopDatabase: never }');
  expect(status).toBe(1);
  expect(said).toContain('the database may still run');
});
