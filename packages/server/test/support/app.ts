import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppOptions } from '../../src/app-options.ts';
import type { App } from '../../src/app.ts';
import { seedDemo } from '../../src/commands/demo/seed.ts';
import { startReelport } from '../../src/demo/reelport/start-reelport.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { silentLog, type Log } from '../../src/kernel/log.ts';
import { startLatchkey } from '../../src/start.ts';
import { createTestDatabase } from './database.ts';

export interface RunningDemo {
  latchkey: App;
  /** `http://localhost:<port>`: doors, authorization server, pages, dashboard. */
  url: string;
  databaseUrl: string;
  close(): Promise<void>;
}

/** The whole service with the demo's people, organisations and API, in this process, on a database of its own. */
export async function startDemo(
  options: {
    clock?: Clock;
    log?: Log;
    limits?: NonNullable<AppOptions['limits']>;
    connectorPaths?: string[];
    trustedProxies?: string[];
    sharedEgress?: string[];
    unconfirmedClientsMax?: number;
    secret?: string;
    addressGuard?: NonNullable<AppOptions['addressGuard']>;
    resolveTxt?: NonNullable<AppOptions['resolveTxt']>;
    documentBudget?: NonNullable<AppOptions['documentBudget']>;
    dashboardDirectory?: string;
  } = {},
): Promise<RunningDemo> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-app-'));
  const { connectorPaths = [], trustedProxies = [], sharedEgress = [], ...others } = options;
  const { log = silentLog, secret, ...rest } = others;
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: undefined,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: database.url,
      dataDir,
      secret,
      connectorPaths,
      trustedProxies,
      sharedEgress,
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'test', say: () => {}, log, ...rest },
  );
  if (!started.ok) throw new Error(started.error.message);
  const { latchkey } = started.value;
  const reelport = await startReelport({
    databaseUrl: database.url,
    issuer: latchkey.mcpBaseUrl,
    jwksUrl: `${latchkey.mcpBaseUrl}/.well-known/jwks.json`,
    log: silentLog,
  });
  await seedDemo(latchkey, reelport.url);
  return {
    latchkey,
    url: latchkey.mcpBaseUrl,
    databaseUrl: database.url,
    async close() {
      await reelport.close();
      await started.value.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
