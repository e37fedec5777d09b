import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CORES } from './programs.ts';
import type { Wire } from './work.ts';

const CONNECTIONS = 64;

export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Of one answer, with its head. */
  readonly bytesEach: number;
  readonly p99Ms: number;
}

/** Sends the same request over and over on so many connections, each the next when the answer to the last is there. */
export async function runWrk(
  folder: string,
  { body, headers, url }: Wire,
  seconds: number,
  connections = CONNECTIONS,
): Promise<Load> {
  const script = join(folder, 'request.lua');
  writeFileSync(
    script,
    `wrk.method = "POST"
wrk.body = ${JSON.stringify(body)}
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  .join('\n')}
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"micros":%d,"bytes":%d,"p99":%d,"faults":%d}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`,
  );
  const { stdout } = await promisify(execFile)('taskset', [
    '-c',
    CORES.generator,
    'wrk',
    '-t1',
    `-c${connections}`,
    '--timeout',
    '30s',
    // It takes whole seconds and s, m, h; half a second is for trials.
    `-d${Math.max(1, Math.round(seconds))}s`,
    '-s',
    script,
    url,
  ]);
  const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<
    'requests' | 'micros' | 'bytes' | 'p99' | 'faults',
    number
  >;
  if (said.faults > 0) throw new Error(`${said.faults} answers of ${said.requests} were none, or errors`);
  return {
    requests: said.requests,
    seconds: said.micros / 1e6,
    bytesEach: said.bytes / said.requests,
    p99Ms: said.p99 / 1000,
  };
}
