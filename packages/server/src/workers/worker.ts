import type { Half } from '../app-options.ts';
import type { Config } from '../config.ts';
import { endSoon } from '../commands/end-soon.ts';
import { fail } from '../kernel/result.ts';
import { startLatchkey, type StartedLatchkey } from '../start.ts';
import { VERSION } from '../version.ts';
import { createChannel, type Channel } from './channel.ts';
import { SUBJECTS, type StartOrder, type Started, type StopOrder } from './orders.ts';
import { stopMsMax } from './stop-time.ts';
import { createPrimaryBuckets } from './primary-buckets.ts';
import { metricsOfWorkers } from './worker-metrics.ts';

/**
 * One of several processes that share a port: the whole service, on a database that the process which began it has
 * opened. It starts and stops when it is told to, and stops too when nobody is there any more who could tell it.
 */
export async function runWorker(config: Config, { only }: { only: Half | undefined }): Promise<void> {
  const channel = openChannel();
  // Whoever stops the service tells the process that began this one, which tells us. A terminal tells all at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const stopped = new Promise<StopOrder>((resolve) => {
    channel.onTold(SUBJECTS.stop, (order) => resolve(order as StopOrder));
    process.once('disconnect', () => resolve({ first: 'nothing' }));
  });
  const order = await new Promise<StartOrder | undefined>((resolve) => {
    channel.onTold(SUBJECTS.start, (body) => resolve(body as StartOrder));
    void stopped.then(() => resolve(undefined));
    channel.tell(SUBJECTS.asksToStart);
  });
  if (order === undefined) return leave();

  const started =
    order.release === VERSION
      ? await start(config, { channel, only, order })
      : fail({
          message: `the files on the disk are of release ${VERSION}, and ${order.release} is serving: stop the service and start it again`,
        });
  if (!started.ok) {
    channel.tell(SUBJECTS.refused, started.error.message);
    process.exitCode = 1;
    return leave();
  }
  const service = started.value;
  channel.tell(SUBJECTS.started, await describe(service, order, only));
  const { first } = await stopped;
  setTimeout(
    () => {
      const last = service.waitsFor() ?? `the ${first}`;
      process.stderr.write(`latchkey: worker ${order.number} is not stopped: it waited for ${last}.\n`);
      process.exit(1);
    },
    stopMsMax(first, config),
  ).unref();
  if (first === 'drain') await service.drain();
  if (first === 'hand over') await service.handOver();
  await service.close();
  channel.close();
  leave();
  endSoon();
}

/** The pipe alone would keep it alive. */
function leave(): void {
  if (process.connected) process.disconnect();
}

function start(
  config: Config,
  { channel, only, order }: { channel: Channel; only: Half | undefined; order: StartOrder },
) {
  const { appliesDeclared, count, databaseUrl, number, port } = order;
  return startLatchkey(
    { ...config, port },
    {
      environment: 'live',
      only,
      say: (line) => channel.tell(SUBJECTS.said, line),
      databaseUrl,
      appliesDeclared,
      worker: { number, count, buckets: createPrimaryBuckets(channel), ...metricsOfWorkers(channel) },
    },
  );
}

async function describe(
  { latchkey }: StartedLatchkey,
  { isFirst }: StartOrder,
  only: Half | undefined,
): Promise<Started> {
  const setup = isFirst && only !== 'gateway' ? await latchkey.setup.prepareSetup() : undefined;
  const { mcpBaseUrl, webBaseUrl } = latchkey;
  return { mcpBaseUrl, webBaseUrl, setupToken: setup?.token };
}

function openChannel(): Channel {
  return createChannel({
    send(message, done) {
      if (process.send === undefined || !process.connected) return done(new Error('nobody is there'));
      process.send(message, undefined, undefined, done);
    },
    onMessage: (handler) => void process.on('message', handler),
  });
}
