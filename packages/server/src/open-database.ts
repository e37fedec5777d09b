import type { Config } from './config.ts';
import type { Log } from './kernel/log.ts';
import { ok, type Result } from './kernel/result.ts';
import { findRunning } from './store/embedded/find-running.ts';
import { startEmbedded } from './store/embedded/start-embedded.ts';

export interface OpenedDatabase {
  url: string;
  close(): Promise<void>;
}

/** The external database of DATABASE_URL, or the embedded one in the data directory. */
export async function openDatabase(
  config: Config,
  {
    connectionsMax,
    say,
    log,
    onLost,
  }: {
    say: (line: string) => void;
    log: Log;
    onLost: (message: string) => void;
    /** Of the embedded one. Unset: a hundred. */
    connectionsMax?: number;
  },
): Promise<Result<OpenedDatabase, { message: string }>> {
  if (config.databaseUrl !== undefined) return ok({ url: config.databaseUrl, close: async () => {} });
  const started = await startEmbedded({
    dataDir: config.dataDir,
    say,
    log,
    connectionsMax,
    onLost: ({ message }) => onLost(message),
  });
  if (!started.ok) return started;
  const server = started.value;
  if (server.adopted) say('Took over the database that an earlier Latchkey left running.');
  return ok({ url: server.url, close: () => server.stop() });
}

/**
 * The same for a command that may run beside the service: where the embedded server is up, it is used as it is, and
 * closing leaves it alone. Where it is not, it is started for as long as the command takes.
 */
export async function openDatabaseBeside(
  config: Config,
  options: Parameters<typeof openDatabase>[1],
): Promise<Result<OpenedDatabase, { message: string }>> {
  const running = config.databaseUrl === undefined ? await findRunning(config.dataDir) : undefined;
  if (running !== undefined) return ok({ url: running, close: async () => {} });
  return openDatabase(config, options);
}
