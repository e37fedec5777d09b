// What is in a database before the service under test is begun: put there by the service itself, at the address that it will have.
import { join } from 'node:path';
import { silentLog } from '../../packages/server/src/kernel/log.ts';
import { startLatchkey, type StartedLatchkey } from '../../packages/server/src/start.ts';

export interface ToFurnish {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly secret: string;
  readonly url: string;
}

/** What `put` makes of a service that serves nobody; it is closed when that is done. */
export async function furnish<T>(
  { databaseUrl, folder, secret, url }: ToFurnish,
  put: (latchkey: StartedLatchkey['latchkey']) => Promise<T>,
): Promise<T> {
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: url,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl,
      dataDir: join(folder, 'seed'),
      secret,
      connectorPaths: [],
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'live', say: () => {}, log: silentLog },
  );
  if (!started.ok) throw new Error(started.error.message);
  const { close, latchkey } = started.value;
  try {
    return await put(latchkey);
  } finally {
    await close();
  }
}
