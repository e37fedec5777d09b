import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request, type Dispatcher } from 'undici';
import { hostOf, isPublicAddress } from './addresses.ts';
import { faultOf, isClosedConnection, PrivateAddressError, type HttpFault } from './faults.ts';
import type { Reach } from './reach.ts';

export interface Sent {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default: the ten seconds that Claude waits for discovery. */
  readonly timeoutMs?: number;
  /** The answer is read until this says that it is enough; for streams. */
  readonly until?: (body: string) => boolean;
  /** On a connection of its own, and never sent twice. Otherwise one that the server had closed is made anew. */
  readonly fresh?: boolean;
  /** Nothing but status and headers is wanted; the body may never end. */
  readonly headOnly?: boolean;
}

export interface Answer {
  readonly ok: true;
  readonly url: string;
  readonly status: number;
  header(name: string): string | undefined;
  /** All lines of a header that may come more than once. */
  headers(name: string): readonly string[];
  readonly body: string;
  /** There was more than we read. */
  readonly cut: boolean;
  readonly ms: number;
}

export interface NoAnswer {
  readonly ok: false;
  readonly url: string;
  readonly fault: HttpFault;
  readonly words: string;
  readonly ms: number;
}

/** One request, for the report. No header and no body of it: they hold secrets. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  /** Absent: there was no answer. */
  readonly status?: number;
  readonly ms: number;
}

export interface Http {
  send(sent: Sent): Promise<Answer | NoAnswer>;
  exchanges(): readonly Exchange[];
  close(): Promise<void>;
}

export const DISCOVERY_TIMEOUT_MS = 10_000;
export const REFRESH_TIMEOUT_MS = 30_000;
export const TOOL_TIMEOUT_MS = 60_000;
const BODY_MAX = 2 * 1024 * 1024;
const EXCHANGES_MAX = 1_000;

/**
 * Requests as a careful client sends them: IPv4 first, no redirect followed, every answer capped in size and time. What
 * a server names is fetched only if it is public, unless `allowPrivate`: a connector on the internet has no business in
 * the network of whoever examines it. Every timeout is multiplied by `patience`.
 */
export function createHttp({ patience = 1, ...reach }: Reach & { patience?: number }): Http {
  const exchanges: Exchange[] = [];
  const agent = new Agent({
    connect: { lookup: guardedLookup(reach), timeout: DISCOVERY_TIMEOUT_MS * patience },
    headersTimeout: TOOL_TIMEOUT_MS * patience,
    bodyTimeout: TOOL_TIMEOUT_MS * patience,
    maxHeaderSize: 32 * 1024,
  });

  async function send(sent: Sent): Promise<Answer | NoAnswer> {
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    const record = (status: number | undefined): void => {
      if (exchanges.length >= EXCHANGES_MAX) return;
      exchanges.push({
        method: sent.method,
        url: withoutSecrets(sent.url),
        ms: elapsed(),
        ...(status === undefined ? {} : { status }),
      });
    };
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), (sent.timeoutMs ?? DISCOVERY_TIMEOUT_MS) * patience);
    try {
      const url = new URL(sent.url);
      if (url.protocol !== 'https:' && url.protocol !== 'http:') {
        return { ok: false, url: sent.url, fault: 'not-a-url', words: 'it is no http URL', ms: 0 };
      }
      const host = hostOf(url);
      if (isIP(host) !== 0 && host !== reach.own?.host && !reach.allowPrivate && !isPublicAddress(host))
        throw new PrivateAddressError(host);
      const ask = (reset: boolean): Promise<Dispatcher.ResponseData> =>
        request(url, {
          dispatcher: agent,
          method: sent.method,
          headers: { ...sent.headers },
          signal: abort.signal,
          reset,
          ...(sent.body === undefined ? {} : { body: sent.body }),
        });
      const answer = await ask(sent.fresh === true).catch((error: unknown) => {
        if (sent.fresh !== true && isClosedConnection(error)) return ask(true);
        throw error;
      });
      if (sent.headOnly === true) answer.body.on('error', () => {}).destroy();
      const { body, cut } =
        sent.headOnly === true ? { body: '', cut: true } : await readBody(answer.body, sent.until);
      record(answer.statusCode);
      const headers = (name: string): readonly string[] => {
        const value = answer.headers[name];
        return value === undefined ? [] : Array.isArray(value) ? value : [value];
      };
      return {
        ok: true,
        url: sent.url,
        status: answer.statusCode,
        headers,
        header: (name) => (headers(name).length === 0 ? undefined : headers(name).join(', ')),
        body,
        cut,
        ms: elapsed(),
      };
    } catch (error) {
      record(undefined);
      return { ok: false, url: sent.url, ...faultOf(error, abort.signal.aborted), ms: elapsed() };
    } finally {
      clearTimeout(timer);
    }
  }

  return { send, exchanges: () => exchanges, close: () => agent.destroy() };
}

async function readBody(
  stream: Dispatcher.ResponseData['body'],
  until: Sent['until'],
): Promise<{ body: string; cut: boolean }> {
  const decoder = new TextDecoder();
  let body = '';
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    body += decoder.decode(chunk, { stream: true });
    // Leaving the loop closes the connection.
    if (until?.(body) === true) return { body, cut: false };
    if (size > BODY_MAX) return { body, cut: true };
  }
  return { body, cut: false };
}

function guardedLookup({ allowPrivate, own }: Reach): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (list: readonly LookupAddress[]): void => {
      const [first] = list;
      if (options.all === true) callback(null, [...list]);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    };
    if (hostname === own?.host && own.addresses.length > 0) {
      const pinned = own.addresses.map((address) => ({ address, family: isIP(address) }));
      return answer(pinned.toSorted((one, other) => one.family - other.family));
    }
    lookup(hostname, { ...options, all: true, order: 'ipv4first' }, (error, found) => {
      const bad = allowPrivate ? undefined : found?.find(({ address }) => !isPublicAddress(address));
      if (error !== null) callback(error, '', 4);
      else if (bad !== undefined) callback(new PrivateAddressError(bad.address), '', 4);
      else answer(found);
    });
  };
}

/** A URL for reports: what its query says may be a code or a key. */
function withoutSecrets(url: string): string {
  return url.replace(/[?#].*$/s, '?…').replace(/\/\/[^/@]*@/, '//…@');
}
