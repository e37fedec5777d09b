import cluster, { type Worker } from 'node:cluster';
import { fail, ok, type Result } from '../kernel/result.ts';
import { createChannel, type Channel } from './channel.ts';
import { SUBJECTS, type Started, type StartOrder, type StopOrder } from './orders.ts';

/** A worker, as the process that began it sees it. */
export interface WorkerProcess {
  readonly number: number;
  readonly channel: Channel;
  /** How it started, or why it did not. */
  readonly started: Promise<Result<Started, { message: string }>>;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  /** Once it is gone, which it is after that time whatever it does. */
  stop(order: StopOrder, msMax: number): Promise<void>;
  kill(): void;
}

/** Begins a process. `onFault`: it could not be told something, and is there all the same. */
export function beginWorker(
  order: StartOrder,
  { onFault, say }: { onFault: (error: Error) => void; say: (line: string) => void },
): WorkerProcess {
  const worker = cluster.fork();
  const channel = channelOf(worker);
  const { number } = order;
  channel.onTold(SUBJECTS.said, (line) => say(String(line)));
  channel.onTold(SUBJECTS.asksToStart, () => channel.tell(SUBJECTS.start, order));

  const ended = new Promise<string>((resolve) => {
    worker.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    worker.on('error', (error) => {
      // One that could not be begun ends by nothing else: too many processes, or too many files.
      if (worker.process.pid === undefined) resolve(error.message);
      else onFault(error);
    });
  });
  const started = new Promise<Result<Started, { message: string }>>((resolve) => {
    channel.onTold(SUBJECTS.started, (body) => resolve(ok(body as Started)));
    channel.onTold(SUBJECTS.refused, (message) => resolve(fail({ message: String(message) })));
    void ended.then((how) => {
      channel.close();
      resolve(fail({ message: `worker ${number} ended before it served (${how})` }));
    });
  });
  const kill = () => void worker.process.kill('SIGKILL');

  return {
    number,
    channel,
    started,
    ended,
    async stop(stopOrder, msMax) {
      channel.tell(SUBJECTS.stop, stopOrder);
      const late = setTimeout(kill, msMax);
      await ended;
      clearTimeout(late);
    },
    kill,
  };
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
