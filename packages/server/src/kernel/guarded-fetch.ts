import type { IncomingMessage } from 'node:http';
import { createGuardedOpen, type GuardedOpenOptions } from './guarded-open.ts';

const BYTES_MAX = 512 * 1024;
const DEADLINE_MS = 8000;

/** Why nothing was fetched; `reason` is for whoever set the address. */
export class GuardedFetchError extends Error {
  readonly reason: 'url' | 'address' | 'deadline' | 'too_large' | 'method' | 'unreachable';

  constructor(reason: GuardedFetchError['reason'], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = 'GuardedFetchError';
    this.reason = reason;
  }
}

export interface GuardedFetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `fetch` for libraries that are handed one, by way of guarded-open.ts: https to public addresses alone, no redirect
 * followed, half a megabyte and eight seconds at most. Rejects with `GuardedFetchError`.
 */
export function createGuardedFetch(options: GuardedOpenOptions = {}) {
  const open = createGuardedOpen(options);

  return async function guardedFetch(url: string, init: GuardedFetchInit = {}): Promise<Response> {
    const { body, headers = {}, method = 'GET' } = init;
    const text = bodyText(body);
    if (method !== (text === undefined ? 'GET' : 'POST')) {
      throw new GuardedFetchError('method', `${method} is not sent`);
    }
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    const signal = init.signal === undefined ? deadline : AbortSignal.any([deadline, init.signal]);
    try {
      // In clear: what is small when packed need not be when unpacked.
      const sent = {
        ...headers,
        'accept-encoding': 'identity',
        ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      };
      const opened = await open(url, sent, signal, text);
      if (!opened.ok) throw new GuardedFetchError(opened.error.reason, 'this address is not asked');
      return await toResponse(opened.value);
    } catch (error) {
      if (error instanceof GuardedFetchError) throw error;
      if (signal.aborted) throw new GuardedFetchError('deadline', 'no answer in time', error);
      throw new GuardedFetchError('unreachable', error instanceof Error ? error.message : 'unknown', error);
    }
  };
}

export type GuardedFetch = ReturnType<typeof createGuardedFetch>;

function bodyText(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new GuardedFetchError('method', 'only texts and forms are sent');
}

async function toResponse(message: IncomingMessage): Promise<Response> {
  const { headers, statusCode: status = 502 } = message;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > BYTES_MAX) throw new GuardedFetchError('too_large', 'the answer is too large');
    chunks.push(chunk);
  }
  const kept = new Headers();
  for (const name of ['content-type', 'www-authenticate', 'dpop-nonce', 'cache-control', 'age'] as const) {
    const value = headers[name];
    if (typeof value === 'string') kept.set(name, value);
  }
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers: kept });
}
