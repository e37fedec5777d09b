import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createGuardedOpen, type GuardedOpenOptions } from './guarded-open.ts';
import { fail, ok, type Result } from './result.ts';

const DOCUMENT_BYTES_MAX = 5 * 1024;
const DEADLINE_MS = 5000;

export interface GuardedDocument {
  /** Parsed JSON; undefined: it is still what `etag` stands for (304). */
  body: unknown;
  etag: string | undefined;
  /** As the server says, in seconds; undefined: it says nothing. */
  maxAgeSeconds: number | undefined;
}

export type GuardFault =
  | { reason: 'url' }
  | { reason: 'address' }
  | { reason: 'deadline' }
  | { reason: 'too_large' }
  | { reason: 'status'; status: number }
  | { reason: 'not_json' }
  | { reason: 'unreachable'; detail: string };

export interface AddressGuardOptions extends GuardedOpenOptions {
  deadlineMs?: number;
}

/**
 * Reads a small JSON document from an https URL that a stranger named (see guarded-open.ts). No redirect is followed,
 * 5 KiB and 5 seconds are the most. Whatever is in doubt is refused.
 */
export function createAddressGuard({ deadlineMs = DEADLINE_MS, ...options }: AddressGuardOptions = {}) {
  const open = createGuardedOpen(options);

  /** `url` is taken as it is given. `etag` is what an earlier answer had; `bytesMax`, if not 5 KiB. Never throws. */
  return async function fetchDocument(
    url: string,
    { etag, bytesMax = DOCUMENT_BYTES_MAX }: { etag?: string | undefined; bytesMax?: number } = {},
  ): Promise<Result<GuardedDocument, GuardFault>> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    try {
      const headers = {
        accept: 'application/json',
        'accept-encoding': 'gzip, br',
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
      };
      const response = await open(url, headers, controller.signal);
      return response.ok ? await readResponse(response.value, etag, bytesMax) : response;
    } catch (error) {
      if (controller.signal.aborted) return fail({ reason: 'deadline' });
      return fail({ reason: 'unreachable', detail: error instanceof Error ? error.message : 'unknown' });
    } finally {
      clearTimeout(timer);
      controller.abort();
    }
  };
}

export type FetchDocument = ReturnType<typeof createAddressGuard>;

async function readResponse(
  response: IncomingMessage,
  etag: string | undefined,
  bytesMax: number,
): Promise<Result<GuardedDocument, GuardFault>> {
  const { statusCode = 0, headers } = response;
  const known = {
    etag: headers.etag,
    maxAgeSeconds: maxAgeOf(headers['cache-control']),
  };
  if (statusCode === 304 && etag !== undefined)
    return ok({ body: undefined, ...known, etag: headers.etag ?? etag });
  if (statusCode !== 200) return fail({ reason: 'status', status: statusCode });
  if (!/^application\/(?:[a-z0-9.-]+\+)?json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
    return fail({ reason: 'not_json' });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return fail({ reason: 'too_large' });
    chunks.push(chunk);
  }
  const text = decode(Buffer.concat(chunks), headers['content-encoding'], bytesMax);
  if (text === undefined) return fail({ reason: 'too_large' });
  try {
    const body: unknown = JSON.parse(text);
    return body === undefined ? fail({ reason: 'not_json' }) : ok({ body, ...known });
  } catch {
    return fail({ reason: 'not_json' });
  }
}

/** Undefined: it is not what it says, or more than it may be. At most `bytesMax` go in, and come out. */
function decode(body: Buffer, encoding: string | undefined, bytesMax: number): string | undefined {
  const limit = { maxOutputLength: bytesMax };
  try {
    switch (encoding?.toLowerCase() ?? 'identity') {
      case 'identity':
        return body.toString('utf8');
      case 'gzip':
        return gunzipSync(body, limit).toString('utf8');
      case 'br':
        return brotliDecompressSync(body, limit).toString('utf8');
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

function maxAgeOf(cacheControl: string | undefined): number | undefined {
  if (cacheControl === undefined) return undefined;
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return 0;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
