// The built service on an embedded PostgreSQL at its default durability, in a process of its own, with the connector
// that is measured. Limits are so high that they count every call and refuse none.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppOptions } from '../../packages/server/src/app-options.ts';
import type * as ImportConnector from '../../packages/server/src/connectors/import-connector.ts';
import type * as Config from '../../packages/server/src/config.ts';
import type * as DemoData from '../../packages/server/src/demo/demo-data.ts';
import type * as QuietAsyncHooks from '../../packages/server/src/kernel/quiet-async-hooks.ts';
import type * as YoungObjects from '../../packages/server/src/kernel/young-objects.ts';
import type * as Log from '../../packages/server/src/kernel/log.ts';
import type * as Start from '../../packages/server/src/start.ts';
import { apiDocument } from './work.ts';

export interface Ready {
  readonly url: string;
  readonly email: string;
  readonly postgres: string;
}

/** How many rows there are of calls, by phase. */
export type RowsByPhase = Readonly<Record<string, number>>;

const BUILT = new URL('../../packages/server/dist/', import.meta.url).href;
const { readConfig } = (await import(`${BUILT}config.js`)) as typeof Config;
const { importConnector } = (await import(
  `${BUILT}connectors/import-connector.js`
)) as typeof ImportConnector;
const { DEMO_PASSWORD } = (await import(`${BUILT}demo/demo-data.js`)) as typeof DemoData;
const { silentLog } = (await import(`${BUILT}kernel/log.js`)) as typeof Log;
const { quietAsyncHooks } = (await import(`${BUILT}kernel/quiet-async-hooks.js`)) as typeof QuietAsyncHooks;
const { beginYoung } = (await import(`${BUILT}kernel/young-objects.js`)) as typeof YoungObjects;
const { startLatchkey } = (await import(`${BUILT}start.js`)) as typeof Start;

// As the command line does, unless V8 was told otherwise (burst.ts).
quietAsyncHooks();
if (!process.execArgv.includes('--allocation-site-pretenuring')) beginYoung();

type Recording = Parameters<NonNullable<AppOptions['aroundAudit']>>[0];
let isRecording = true;

const NO_LIMIT = { limit: 1_000_000_000, windowSeconds: 60 };
const EMAIL = 'owner@bench.test';

const [upstream = ''] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
// Where root measures, the database's own account passes through here.
await chmod(folder, 0o755);
const config = readConfig({ PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
if (!config.ok) throw new Error(config.error.join('; '));
const started = await startLatchkey(config.value, {
  environment: 'test',
  say: () => {},
  log: silentLog,
  limits: { perKey: NO_LIMIT, perOrganisation: NO_LIMIT },
  aroundAudit,
});
if (!started.ok) throw new Error(started.error.message);
const { latchkey, close } = started.value;
const { people, store } = latchkey;

const owner = await people.createUser({ email: EMAIL, name: 'Owner', password: DEMO_PASSWORD });
if (!owner.ok) throw new Error(owner.error.reason);
const ownerId = owner.value.userId;
const made = await people.createOrganisation({ slug: 'bench', name: 'Bench', tokenMode: 'token', ownerId });
if (!made.ok) throw new Error(made.error.reason);
const imported = await importConnector(store, {
  orgId: null,
  slug: 'items',
  name: 'Items',
  baseUrl: upstream,
  document: apiDocument(upstream),
});
if (!imported.ok) throw new Error(imported.error.message);
const { rows } = await store.pool.query<{ version: string }>(
  `select current_setting('server_version') as version`,
);
process.send?.({ url: latchkey.mcpBaseUrl, email: EMAIL, postgres: rows[0]?.version ?? '' } satisfies Ready);

// Whoever measures may be ended: the database is not left behind.
const onDisconnect = () => void stop();
process.once('disconnect', onDisconnect);
process.on('message', (message) => {
  if (message === 'rows') void countRows().then((counted) => process.send?.(counted));
  else if (message === 'record' || message === 'forget') {
    isRecording = message === 'record';
    process.send?.(message);
  } else void stop();
});

async function countRows(): Promise<RowsByPhase> {
  const { rows: phases } = await store.pool.query<{ phase: string; count: string }>(
    `select phase, count(*) from audit_events where action = 'tool.call' and outcome is distinct from 'refused' group by phase`,
  );
  return Object.fromEntries(phases.map(({ count, phase }) => [phase, Number(count)]));
}

/** For the share that the audit has in the cost of a call, and for nothing else: it records, or it does not. */
function aroundAudit(audit: Recording): Recording {
  return {
    ...audit,
    record: (entry) => (isRecording ? audit.record(entry) : undefined),
    outcome: (entry) => (isRecording ? audit.outcome(entry) : undefined),
    intent: (entry) => (isRecording ? audit.intent(entry) : Promise.resolve()),
  };
}

async function stop(): Promise<void> {
  process.off('disconnect', onDisconnect);
  await close();
  await rm(folder, { recursive: true, force: true });
  if (process.connected) process.disconnect();
}
