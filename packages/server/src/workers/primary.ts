import cluster, { type Worker } from 'node:cluster';
import type { Config } from '../config.ts';
import { monotonicClock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { createLimiter } from '../limits/limiter.ts';
import { readMasterSecret } from '../master-secret.ts';
import { drainMs, openMigrated } from '../start.ts';
import { freePort } from '../store/embedded/free-port.ts';
import { createChannel, type Channel } from './channel.ts';
import { SUBJECTS, type Started, type StartOrder, type StopOrder } from './orders.ts';
import { answerTakes } from './primary-buckets.ts';
import { workerFlags } from './worker-flags.ts';
import { answerMetrics } from './worker-metrics.ts';

/** What one process has open at most: its pools, what it listens on, and a few for what comes once. */
const CONNECTIONS_PER_PROCESS = 28;
const CONNECTIONS_DEFAULT = 100;
/** Who lived for so long starts again at once; who did not waits, twice as long each time. */
const STEADY_MS = 10_000;
const RESTART_MS_MIN = 250;
const RESTART_MS_MAX = 30_000;
/** As long as a worker may take to end when it is told to, whatever hangs in it, beside its drain. */
const STOP_MS_MAX = 15_000;

export interface RunningWorkers extends Started {
  /** Calls back, at most once, when the database is gone for good. */
  onLost(handler: (message: string) => void): void;
  /** All at once, each with what it has accepted; the database last. */
  stop(order: StopOrder): Promise<void>;
  /** For who cannot wait for that. */
  stopDatabase(): Promise<void>;
}

interface Place {
  readonly number: number;
  worker: Worker;
  channel: Channel;
  sinceMs: number;
  waitMs: number;
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
  const connectionsMax = Math.max(CONNECTIONS_DEFAULT, (count + 1) * CONNECTIONS_PER_PROCESS);
  const database = await openMigrated(config, {
    say,
    log,
    connectionsMax,
    onLost: (message) => lose(message),
    takesDemoPeople: false,
  });
  if (!database.ok) return database;
  // Made here, where there is none yet: all workers read the same.
  await readMasterSecret(config.secret, config.dataDir);
  const limiter = createLimiter({ clock: monotonicClock });
  const places: Place[] = [];
  const restarts = new Set<NodeJS.Timeout>();
  // Processes share a port that all of them name.
  const port = config.port === 0 ? await freePort() : config.port;
  let isStopping = false;
  cluster.setupPrimary({ execArgv: workerFlags(process.execArgv) });

  /** Begins a process; resolves with how it started, or why it did not. */
  function begin(
    number: number,
    isFirst: boolean,
    waitMs = 0,
  ): Promise<Result<Started, { message: string }>> {
    const worker = cluster.fork();
    const channel = channelOf(worker);
    const place: Place = { number, worker, channel, waitMs, sinceMs: monotonicClock.nowMs() };
    places[number - 1] = place;
    answerTakes(channel, limiter);
    answerMetrics(channel, () => places.map((each) => each.channel));
    channel.onTold(SUBJECTS.said, (line) => say(String(line)));
    channel.onTold(SUBJECTS.asksToStart, () => {
      const order: StartOrder = { number, count, databaseUrl: url, port, isFirst };
      channel.tell(SUBJECTS.start, order);
    });
    return new Promise((resolve) => {
      let hasStarted = false;
      channel.onTold(SUBJECTS.started, (body) => {
        hasStarted = true;
        resolve(ok(body as Started));
      });
      channel.onTold(SUBJECTS.refused, (message) => resolve(fail({ message: String(message) })));
      function ended(how: string): void {
        channel.close();
        resolve(fail({ message: `worker ${number} ended before it served (${how})` }));
        if (!isStopping && (hasStarted || waitMs > 0)) replace(place, how);
      }
      worker.once('exit', (code, signal) => ended(signal ?? `status ${code}`));
      worker.on('error', (error) => {
        // One that could not be begun ends by nothing else: too many processes, or too many files.
        if (worker.process.pid === undefined) ended(error.message);
        else log.warn({ worker: number, error: error.message }, 'a worker could not be told something');
      });
    });
  }

  function replace({ number, sinceMs, waitMs }: Place, how: string): void {
    const wasSteady = monotonicClock.nowMs() - sinceMs >= STEADY_MS;
    const nextMs = wasSteady
      ? RESTART_MS_MIN
      : Math.min(Math.max(2 * waitMs, RESTART_MS_MIN), RESTART_MS_MAX);
    log.error({ worker: number, ended: how }, 'a worker ended, and another takes its place');
    const restart = setTimeout(
      () => {
        restarts.delete(restart);
        void begin(number, false, nextMs).then((begun) => {
          if (!begun.ok) log.error({ worker: number, error: begun.error.message }, 'a worker did not start');
        });
      },
      wasSteady ? 0 : waitMs,
    );
    restarts.add(restart);
  }

  async function stop(order: StopOrder): Promise<void> {
    isStopping = true;
    for (const restart of restarts) clearTimeout(restart);
    await Promise.all(
      places.map(async ({ channel, worker }) => {
        if (worker.isDead()) return;
        const gone = new Promise((resolve) => worker.once('exit', resolve));
        channel.tell(SUBJECTS.stop, order);
        const kill = setTimeout(
          () => worker.process.kill('SIGKILL'),
          STOP_MS_MAX + (order.drains ? drainMs(config) : 0),
        );
        await gone;
        clearTimeout(kill);
      }),
    );
    await close();
  }

  // However this process ends, none of them goes on without it.
  process.once('exit', () => {
    for (const { worker } of places) worker.process.kill('SIGKILL');
  });

  const { url, close } = database.value;
  const first = await begin(1, true);
  const others = first.ok
    ? await Promise.all(Array.from({ length: count - 1 }, (_, index) => begin(index + 2, false)))
    : [];
  const failed = [first, ...others].find((each) => !each.ok);
  if (!first.ok || failed?.ok === false) {
    await stop({ drains: false });
    return failed?.ok === false ? failed : fail({ message: 'the workers did not start' });
  }
  return ok({ ...first.value, onLost: (handler) => void lost.then(handler), stop, stopDatabase: close });
}

function channelOf(worker: Worker): Channel {
  return createChannel({
    send(message, done) {
      if (!worker.isConnected()) return done(new Error('the worker is gone'));
      worker.process.send(message as object, undefined, undefined, done);
    },
    onMessage: (handler) => void worker.process.on('message', handler),
  });
}
