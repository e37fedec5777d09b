// The service under test, in a process of its own: the demo's data on an embedded PostgreSQL at its default durability.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedDemo } from '../packages/server/src/commands/demo/seed.ts';
import { readConfig } from '../packages/server/src/config.ts';
import { silentLog } from '../packages/server/src/kernel/log.ts';
import { startLatchkey } from '../packages/server/src/start.ts';

const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
// Where root measures, the database's own account passes through here.
await chmod(folder, 0o755);
const config = readConfig({ PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
if (!config.ok) throw new Error(config.error.join('; '));
const started = await startLatchkey(config.value, { environment: 'test', say: () => {}, log: silentLog });
if (!started.ok) throw new Error(started.error.message);
await seedDemo(started.value.latchkey, 'http://127.0.0.1:9');
process.send?.({ url: started.value.latchkey.mcpBaseUrl });
process.once('message', () => {
  void (async () => {
    process.send?.({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage().rss });
    await started.value.close();
    await rm(folder, { recursive: true, force: true });
    process.disconnect();
  })();
});
