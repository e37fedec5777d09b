import cluster from 'node:cluster';
import type { Config } from '../config.ts';
import { monotonicClock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { createLimiter } from '../limits/limiter.ts';
import { readMasterSecret } from '../master-secret.ts';
import { openMigrated } from '../start.ts';
import { freePort } from '../store/embedded/free-port.ts';
import { VERSION } from '../version.ts';
import type { Started, StartOrder, StopOrder } from './orders.ts';
import { answerTakes } from './primary-buckets.ts';
import { stopMsMax } from './stop-time.ts';
import { workerFlags } from './worker-flags.ts';
import { answerMetrics } from './worker-metrics.ts';
import { beginWorker, type WorkerProcess } from './worker-process.ts';

/** What one process has open at most: its pools, what it listens on, and a few for what comes once. */
const CONNECTIONS_PER_PROCESS = 28;
const CONNECTIONS_DEFAULT = 100;
/** Who lived for so long starts again at once; who did not waits, twice as long each time. */
const STEADY_MS = 10_000;
const RESTART_MS_MIN = 250;
const RESTART_MS_MAX = 30_000;
/** Who is to take another's place is given up if it does not serve after so long. */
const START_MS_MAX = 60_000;

export interface RunningWorkers extends Started {
  /** Calls back, at most once, when the database is gone for good. */
  onLost(handler: (message: string) => void): void;
  /**
   * Begins another for each, one after the other: the former is told to go when the new one serves. One that does not
   * start leaves all that follow as they are. Asked for meanwhile, it is done once more.
   */
  replaceAll(): Promise<void>;
  /** All at once, each with what it has accepted; the database last. */
  stop(order: StopOrder): Promise<void>;
  /** For who cannot wait for that. */
  stopDatabase(): Promise<void>;
}

/**
 * Several processes that share a port, a database, limits and what is read of them as metrics. This one serves nobody: it
 * opens the database, begins the others, begins another where one has ended, and keeps their rate limits.
 */
export async function startWorkers(
  config: Config,
  { count, log, say }: { count: number; log: Log; say: (line: string) => void },
): Promise<Result<RunningWorkers, { message: string }>> {
  let lose: (message: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  // One more than there are, for the time in which two have one place, and what is left for other commands.
  const connectionsMax = Math.max(CONNECTIONS_DEFAULT, (count + 2) * CONNECTIONS_PER_PROCESS);
  const database = await openMigrated(config, {
    say,
    log,
    connectionsMax,
    onLost: (message) => lose(message),
    takesDemoPeople: false,
  });
  if (!database.ok) return database;
  const { url, close } = database.value;
  // Made here, where there is none yet: all workers read the same.
  await readMasterSecret(config.secret, config.dataDir);
  const limiter = createLimiter({ clock: monotonicClock });
  /** Who serves, or is to serve, by number from 1. */
  const places: WorkerProcess[] = [];
  /** Those on their way in or out among them. */
  const all = new Set<WorkerProcess>();
  const restarts = new Set<NodeJS.Timeout>();
  // Processes share a port that all of them name.
  const port = config.port === 0 ? await freePort() : config.port;
  let isStopping = false;
  cluster.setupPrimary({ execArgv: workerFlags(process.execArgv) });

  function begin(
    number: number,
    {
      appliesDeclared = false,
      isFirst = false,
    }: Partial<Pick<StartOrder, 'appliesDeclared' | 'isFirst'>> = {},
  ): WorkerProcess {
    const worker = beginWorker(
      { number, count, databaseUrl: url, port, release: VERSION, appliesDeclared, isFirst },
      {
        onFault: ({ message }) =>
          log.warn({ worker: number, error: message }, 'a worker could not be told something'),
        say,
      },
    );
    answerTakes(worker.channel, limiter);
    answerMetrics(worker.channel, () => places.map(({ channel }) => channel));
    all.add(worker);
    void worker.ended.then(() => all.delete(worker));
    return worker;
  }

  /** From now on it has the place of its number: where it ends, another takes it, after `waitMs` if it did not last. */
  function place(worker: WorkerProcess, waitMs = 0): void {
    const { number } = worker;
    const sinceMs = monotonicClock.nowMs();
    const hasItsPlace = () => !isStopping && places[number - 1] === worker;
    places[number - 1] = worker;
    void worker.ended.then((how) => {
      if (!hasItsPlace()) return;
      const wasSteady = monotonicClock.nowMs() - sinceMs >= STEADY_MS;
      log.error({ worker: number, ended: how }, 'a worker ended, and another takes its place');
      const restart = setTimeout(
        () => {
          restarts.delete(restart);
          if (hasItsPlace()) beginAgain(number, wasSteady ? 0 : waitMs);
        },
        wasSteady ? 0 : waitMs,
      );
      restarts.add(restart);
    });
  }

  function beginAgain(number: number, waitedMs: number): void {
    const worker = begin(number);
    place(worker, Math.min(Math.max(2 * waitedMs, RESTART_MS_MIN), RESTART_MS_MAX));
    void worker.started.then((started) => {
      if (!started.ok) log.error({ worker: number, error: started.error.message }, 'a worker did not start');
    });
  }

  async function replace(
    former: WorkerProcess,
    as: Pick<StartOrder, 'appliesDeclared'>,
  ): Promise<Result<void, { message: string }>> {
    const worker = begin(former.number, as);
    const late = setTimeout(worker.kill, START_MS_MAX);
    const started = await worker.started;
    clearTimeout(late);
    if (!started.ok) return started;
    // One that ended meanwhile may have been followed by another already.
    const current = places[former.number - 1] ?? former;
    place(worker);
    const order: StopOrder = { first: 'hand over' };
    await current.stop(order, stopMsMax(order.first, config));
    return ok(undefined);
  }

  async function replaceEach(): Promise<void> {
    for (const [index, former] of Array.from(places).entries()) {
      if (isStopping) return;
      const replaced = await replace(former, { appliesDeclared: index === 0 });
      const about = { worker: former.number };
      if (!replaced.ok)
        return log.error({ ...about, error: replaced.error.message }, 'a worker is not replaced');
      log.info(about, 'a worker was replaced');
    }
  }

  let isReplacing = false;
  let isAskedAgain = false;
  async function replaceAll(): Promise<void> {
    isAskedAgain = true;
    if (isReplacing) return;
    isReplacing = true;
    while (isAskedAgain) {
      isAskedAgain = false;
      await replaceEach();
    }
    isReplacing = false;
  }

  async function stop(order: StopOrder): Promise<void> {
    isStopping = true;
    for (const restart of restarts) clearTimeout(restart);
    await Promise.all(Array.from(all, (worker) => worker.stop(order, stopMsMax(order.first, config))));
    await close();
  }

  // However this process ends, none of them goes on without it.
  process.once('exit', () => {
    for (const { kill } of all) kill();
  });

  const first = begin(1, { appliesDeclared: true, isFirst: true });
  const firstStarted = await first.started;
  const others = firstStarted.ok ? Array.from({ length: count - 1 }, (_, index) => begin(index + 2)) : [];
  const started = await Promise.all([first, ...others].map((worker) => worker.started));
  const failed = started.find((each) => !each.ok);
  if (!firstStarted.ok || failed?.ok === false) {
    await stop({ first: 'nothing' });
    return failed?.ok === false ? failed : fail({ message: 'the workers did not start' });
  }
  for (const worker of [first, ...others]) place(worker);
  return ok({
    ...firstStarted.value,
    onLost: (handler) => void lost.then(handler),
    replaceAll,
    stop,
    stopDatabase: close,
  });
}
