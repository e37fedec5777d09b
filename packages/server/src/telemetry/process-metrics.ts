import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from './registry.ts';

/** How long the figures of the event loop look back: the same for everybody who reads them. */
const WINDOW_MS = 10_000;
const QUANTILES = ['0.5', '0.99', '1'] as const;

/** How this process is, under the names that every dashboard knows. Read when somebody looks. */
export function addProcessMetrics(
  registry: Registry,
  about: { readonly version: string; readonly serves: string },
): { close(): void } {
  const loop = watchEventLoop();
  registry.read(
    'gauge',
    {
      name: 'latchkey_build_info',
      help: 'Which release this is, on which Node.js, and which half it serves; always 1',
      labels: { version: [about.version], node: [process.version], serves: [about.serves] },
    },
    (put) => put(1, about.version, process.version, about.serves),
  );
  registry.read(
    'gauge',
    {
      name: 'latchkey_event_loop_delay_seconds',
      help: 'How late timers came in the last 10 seconds, by quantile',
      labels: { quantile: QUANTILES },
    },
    (put) => QUANTILES.forEach((quantile, index) => put(loop.delays()[index] ?? 0, quantile)),
  );
  registry.read(
    'gauge',
    {
      name: 'latchkey_event_loop_utilization_ratio',
      help: 'How much of the last 10 seconds the event loop was busy: 1 is all of one core',
    },
    (put) => put(loop.utilization()),
  );
  registry.read(
    'counter',
    { name: 'process_cpu_seconds_total', help: 'Processor time of this process, user and system' },
    (put) => {
      const { system, user } = process.cpuUsage();
      put((system + user) / 1e6);
    },
  );
  registry.read(
    'gauge',
    { name: 'process_start_time_seconds', help: 'When this process began, in seconds since the epoch' },
    (put) => put(Math.round(performance.timeOrigin) / 1000),
  );
  addMemory(registry);
  addFileDescriptors(registry);
  return { close: loop.close };
}

function addMemory(registry: Registry): void {
  const kinds = [
    ['process_resident_memory_bytes', 'Memory that this process holds', 'rss'],
    ['nodejs_heap_size_used_bytes', 'Heap in use', 'heapUsed'],
    ['nodejs_heap_size_total_bytes', 'Heap that was taken from the system', 'heapTotal'],
    ['nodejs_external_memory_bytes', 'Memory of buffers and the like, outside the heap', 'external'],
  ] as const;
  for (const [name, help, key] of kinds)
    registry.read('gauge', { name, help }, (put) => put(process.memoryUsage()[key]));
}

/** Linux tells both as files; elsewhere they are -1, because 0 would be a lie. */
function addFileDescriptors(registry: Registry): void {
  registry.read(
    'gauge',
    {
      name: 'process_open_fds',
      help: 'Open file descriptors: sockets, files; -1 where the system does not tell',
    },
    (put) => put(orUnknown(() => readdirSync('/proc/self/fd').length)),
  );
  const max = orUnknown(() => {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return Number(soft ?? -1);
  });
  registry.read(
    'gauge',
    {
      name: 'process_max_fds',
      help: 'How many file descriptors may be open; -1 where the system does not tell',
    },
    (put) => put(max),
  );
}

function orUnknown(find: () => number): number {
  try {
    return find();
  } catch {
    return -1;
  }
}

/** Windows of fixed length rather than "since the last scrape": two scrapers would take the peaks from each other. */
function watchEventLoop() {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  let delays: readonly number[] = read();
  let began = performance.eventLoopUtilization();
  let busy = 0;

  /** Node counts the whole interval between two looks: what is above it is the delay. */
  function read(): readonly number[] {
    if (histogram.count === 0) return [0, 0, 0];
    return [histogram.percentile(50), histogram.percentile(99), histogram.max].map((ns) =>
      Math.max(0, ns / 1e9 - 0.02),
    );
  }

  const timer = setInterval(() => {
    delays = read();
    histogram.reset();
    busy = performance.eventLoopUtilization(began).utilization;
    began = performance.eventLoopUtilization();
  }, WINDOW_MS).unref();

  return {
    delays: () => delays,
    utilization: () => busy,
    close() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
