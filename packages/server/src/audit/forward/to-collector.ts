import { request } from 'undici';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { Log } from '../../kernel/log.ts';
import type { Arrival, SendRows } from './forward.ts';
import { logsRequest } from './log-records.ts';

const ANSWER_BYTES_MAX = 16 * 1024;

/**
 * To the operator's OpenTelemetry collector. Whatever is no 2xx is tried again, what its specification calls final too:
 * a collector that is set up wrong today must not cost a part of the trail.
 */
export function createSendToCollector({
  endpoint,
  headers,
  log,
  resource,
  timeoutMs,
}: {
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  log: Log;
  resource: Readonly<Record<string, string>>;
  timeoutMs: number;
}): SendRows {
  return async (_claimed, rows, signal): Promise<Arrival> => {
    try {
      const answer = await request(endpoint, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(logsRequest(rows, resource)),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const said = await beginningOf(answer.body);
      if (answer.statusCode < 200 || answer.statusCode > 299) {
        const retryAfterSeconds = Number(answer.headers['retry-after']);
        return {
          ok: false,
          failure: `status ${answer.statusCode}`,
          ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
        };
      }
      const rejected = rejectedOf(said);
      // Its specification forbids to send these again.
      if (rejected > 0) log.error({ rejected }, 'the collector took a part of the audit rows alone');
      return { ok: true };
    } catch (error) {
      const cause = deepestCause(error);
      const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
      return { ok: false, failure: code === 'TimeoutError' ? 'deadline' : code };
    }
  };
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function rejectedOf(said: string): number {
  try {
    const parsed = JSON.parse(said) as { partialSuccess?: { rejectedLogRecords?: unknown } } | null;
    const rejected = Number(parsed?.partialSuccess?.rejectedLogRecords ?? 0);
    return Number.isFinite(rejected) ? rejected : 0;
  } catch {
    return 0;
  }
}
