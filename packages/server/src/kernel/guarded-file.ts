import type { IncomingMessage } from 'node:http';
import { createGuardedOpen, type GuardedOpenOptions } from './guarded-open.ts';
import { fail, ok, type Result } from './result.ts';

const DEADLINE_MS = 30_000;
const REDIRECTS_MAX = 3;
const AT_ONCE_MAX = 8;

export interface GuardedFile {
  bytes: Buffer;
  contentType: string | undefined;
}

export type FileFault =
  | { reason: 'url' }
  | { reason: 'address' }
  | { reason: 'deadline' }
  | { reason: 'cancelled' }
  | { reason: 'too_large' }
  | { reason: 'compressed' }
  | { reason: 'redirects' }
  | { reason: 'status'; status: number }
  | { reason: 'busy' }
  | { reason: 'unreachable' };

export interface FileReaderOptions extends GuardedOpenOptions {
  /** For everything: names, redirects, content. */
  deadlineMs?: number;
  /** Files that are read at the same time; each may fill the memory up to its limit. */
  atOnceMax?: number;
  /** Default 3. */
  redirectsMax?: number;
}

/**
 * Reads a file from an https URL that a stranger named (see guarded-open.ts). Nothing but the address is sent along: no
 * cookie, no credential. A redirect is followed three times at most, unless said otherwise, and checked as the first address was.
 */
export function createFileReader({
  deadlineMs = DEADLINE_MS,
  atOnceMax = AT_ONCE_MAX,
  redirectsMax = REDIRECTS_MAX,
  ...options
}: FileReaderOptions = {}) {
  const open = createGuardedOpen(options);
  let underWay = 0;

  async function follow(
    url: string,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Result<GuardedFile, FileFault>> {
    let address = url;
    for (let hop = 0; hop <= redirectsMax; hop += 1) {
      const opened = await open(address, { accept: '*/*', 'accept-encoding': 'identity' }, signal);
      if (!opened.ok) return opened;
      const { statusCode = 0, headers } = opened.value;
      if (statusCode === 200) return readContent(opened.value, bytesMax);
      opened.value.destroy();
      const { location } = headers;
      const leadsOn = [301, 302, 303, 307, 308].includes(statusCode) && location !== undefined;
      if (!leadsOn) return fail({ reason: 'status', status: statusCode });
      if (!URL.canParse(location, address)) return fail({ reason: 'url' });
      address = new URL(location, address).href;
    }
    return fail({ reason: 'redirects' });
  }

  /** Never throws. */
  return async function readFile(
    url: string,
    { bytesMax, signal }: { bytesMax: number; signal: AbortSignal },
  ): Promise<Result<GuardedFile, FileFault>> {
    if (underWay >= atOnceMax) return fail({ reason: 'busy' });
    underWay += 1;
    const controller = new AbortController();
    const stop = () => controller.abort();
    const timer = setTimeout(stop, deadlineMs);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await follow(url, bytesMax, controller.signal);
    } catch {
      if (signal.aborted) return fail({ reason: 'cancelled' });
      return fail({ reason: controller.signal.aborted ? 'deadline' : 'unreachable' });
    } finally {
      underWay -= 1;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      // Whatever was not read is not waited for.
      controller.abort();
    }
  };
}

export type ReadFile = ReturnType<typeof createFileReader>;

/** As it comes: what is compressed all the same could be a thousand times as large as its limit. */
async function readContent(
  response: IncomingMessage,
  bytesMax: number,
): Promise<Result<GuardedFile, FileFault>> {
  const { headers } = response;
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') return fail({ reason: 'compressed' });
  if (Number(headers['content-length'] ?? 0) > bytesMax) return fail({ reason: 'too_large' });
  // One that grows in place: whoever sends may make the chunks so small that each costs a hundred times what is in it.
  const content = new ArrayBuffer(0, { maxByteLength: bytesMax });
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const { byteLength } = content;
    if (byteLength + chunk.byteLength > bytesMax) return fail({ reason: 'too_large' });
    content.resize(byteLength + chunk.byteLength);
    new Uint8Array(content).set(chunk, byteLength);
  }
  return ok({ bytes: Buffer.from(new Uint8Array(content)), contentType: headers['content-type'] });
}
