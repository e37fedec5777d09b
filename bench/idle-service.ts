// The service with its own limits, on an embedded PostgreSQL, in a process of its own: organisations with keys to call by.
// It is the built service: what compiles TypeScript on the way hangs a name on each closure, a quarter kilobyte apiece.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Config from '../packages/server/src/config.ts';
import type * as Ids from '../packages/server/src/kernel/ids.ts';
import type * as Log from '../packages/server/src/kernel/log.ts';
import type * as Start from '../packages/server/src/start.ts';

const BUILT = new URL('../packages/server/dist/', import.meta.url).href;
const { readConfig } = (await import(`${BUILT}config.js`)) as typeof Config;
const { newId } = (await import(`${BUILT}kernel/ids.js`)) as typeof Ids;
const { silentLog } = (await import(`${BUILT}kernel/log.js`)) as typeof Log;
const { startLatchkey } = (await import(`${BUILT}start.js`)) as typeof Start;

const ORGANISATIONS = 10;
const KEYS_EACH = 40;

const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
// Where root measures, the database's own account passes through here.
await chmod(folder, 0o755);
const config = readConfig({ PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
if (!config.ok) throw new Error(config.error.join('; '));
const started = await startLatchkey(config.value, { environment: 'test', say: () => {}, log: silentLog });
if (!started.ok) throw new Error(started.error.message);
const { latchkey, close } = started.value;

const credentials: { key: string; slug: string }[] = [];
for (let count = 0; count < ORGANISATIONS; count += 1)
  credentials.push(...(await newOrganisation(`bench-${count}`)));
process.send?.({ url: latchkey.mcpBaseUrl, credentials });

process.on('message', (message) => {
  if (message === 'memory') {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    process.send?.({ resident: rss, heap: heapUsed });
  } else void stop();
});

async function newOrganisation(slug: string) {
  const { keys, people } = latchkey;
  const owner = await people.createUser({
    email: `${slug}@bench.test`,
    name: slug,
    password: 'latchkey-bench',
  });
  if (!owner.ok) throw new Error(owner.error.reason);
  const { userId } = owner.value;
  const made = await people.createOrganisation({ slug, name: slug, tokenMode: 'token', ownerId: userId });
  if (!made.ok) throw new Error(made.error.reason);
  const { orgId } = made.value;
  return Promise.all(
    Array.from({ length: KEYS_EACH }, async (_, index) => {
      const { secret } = await keys.create({
        orgId,
        holder: { userId },
        name: `Key ${index}`,
        access: 'full',
        expiresInDays: undefined,
        createdBy: userId,
        requestId: newId('req'),
      });
      return { key: secret, slug };
    }),
  );
}

async function stop(): Promise<void> {
  await close();
  await rm(folder, { recursive: true, force: true });
  process.disconnect();
}
