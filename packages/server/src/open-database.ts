import type { Config } from './config.ts';
import type { Log } from './kernel/log.ts';
import { ok, type Result } from './kernel/result.ts';
import { startEmbedded } from './store/embedded/start-embedded.ts';

export interface OpenedDatabase {
  url: string;
  close(): Promise<void>;
}

/** The external database of DATABASE_URL, or the embedded one in the data directory. */
export async function openDatabase(
  config: Config,
  { say, log, onLost }: { say: (line: string) => void; log: Log; onLost: (message: string) => void },
): Promise<Result<OpenedDatabase, { message: string }>> {
  if (config.databaseUrl !== undefined) return ok({ url: config.databaseUrl, close: async () => {} });
  const started = await startEmbedded({
    dataDir: config.dataDir,
    say,
    log,
    onLost: ({ message }) => onLost(message),
  });
  if (!started.ok) return started;
  const server = started.value;
  if (server.adopted) say('Took over the database that an earlier Latchkey left running.');
  return ok({ url: server.url, close: () => server.stop() });
}
