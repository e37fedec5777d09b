import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { newCertificate } from '../client-documents/support/document-host.ts';
import { createTestStore } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startCommand, stopCommand, untilReady } from '../support/latchkey-command.ts';
import { hasRedis, NO_REDIS, PASSWORD, startRedis, type RunningRedis } from '../support/redis.ts';

const IS_HERE = hasRedis();
let certificate: Awaited<ReturnType<typeof newCertificate>>;
let database: Awaited<ReturnType<typeof createTestStore>>;
let folder: string;
let redis: RunningRedis;
let inside: Redis;

beforeAll(async () => {
  if (!IS_HERE) return;
  certificate = await newCertificate(['localhost']);
  database = await createTestStore();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-redis-tls-'));
  await writeFile(join(folder, 'ca.pem'), certificate.cert);
  redis = await startRedis(certificate);
  inside = new Redis(redis.url, { tls: { ca: certificate.cert } });
});
afterAll(async () => {
  if (!IS_HERE) return;
  inside.disconnect();
  await redis.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async ({ skip }) => {
  if (!IS_HERE) skip(NO_REDIS);
  await inside.flushall();
});

async function serve(environment: Record<string, string> = {}) {
  const port = String(await freePort());
  const served = startCommand(['serve'], {
    cwd: folder,
    environment: { PORT: port, DATABASE_URL: database.url, REDIS_URL: redis.url, ...environment },
  });
  onTestFinished(() => stopCommand(served));
  const { url } = await untilReady(served);
  /** Counted by the address that it comes from. */
  const register = async (name: string): Promise<number> => {
    const body = JSON.stringify({ client_name: name, redirect_uris: ['http://127.0.0.1/callback'] });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${url}/register`, { method: 'POST', headers, body })).status;
  };
  return { register, said: () => served.out() + served.err() };
}

test('limits are counted in a Redis that is reached by TLS, where its certificate is trusted', async () => {
  const { register } = await serve({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
  await expect
    .poll(async () => {
      expect(await register('App')).toBe(201);
      return inside.dbsize();
    })
    .toBeGreaterThan(0);
});

test('a certificate that nobody trusts gets nothing: it is said why, and each node counts for itself', async () => {
  const { register, said } = await serve();
  expect(await register('App')).toBe(201);
  await expect.poll(said).toMatch(/"error":"self-signed certificate".*Redis does not answer/);
  expect(await register('App')).toBe(201);
  expect(await inside.dbsize()).toBe(0);
  expect(said()).not.toContain(PASSWORD);
});
