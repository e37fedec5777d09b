import { lookup } from 'node:dns/promises';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { isGloballyRoutable } from './global-address.ts';
import { fail, ok, type Result } from './result.ts';

const DOCUMENT_BYTES_MAX = 5 * 1024;
const HEADER_BYTES_MAX = 8 * 1024;
const DEADLINE_MS = 5000;
const HTTPS_PORT = 443;

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

export interface AddressGuardOptions {
  /** All addresses of a name. */
  resolve?: (hostname: string) => Promise<string[]>;
  /** Ports that may be connected to. */
  ports?: readonly number[];
  /** Certificates to trust beside the usual ones. */
  ca?: string;
  /** Opens the connection to an address that was found fit. */
  dial?: (address: string, port: number) => Socket;
  deadlineMs?: number;
}

/**
 * Reads a small JSON document from an https URL that a stranger named, without becoming a way into our own network:
 * the name is resolved once, every answer must be globally routable, and that very address is connected to, with the
 * certificate of the name. No redirect is followed, 5 KiB (or what the caller says) and 5 seconds are the most. Whatever is in doubt is refused.
 */
export function createAddressGuard({
  resolve = resolveAll,
  ports = [HTTPS_PORT],
  ca,
  dial = (address, port) => connectTcp({ host: address, port }),
  deadlineMs = DEADLINE_MS,
}: AddressGuardOptions = {}) {
  async function read(
    url: URL,
    { etag, bytesMax }: { etag: string | undefined; bytesMax: number },
    signal: AbortSignal,
  ): Promise<Result<GuardedDocument, GuardFault>> {
    const addresses = await abortable(resolve(url.hostname), signal);
    const [address] = addresses;
    if (address === undefined || !addresses.every(isGloballyRoutable)) return fail({ reason: 'address' });
    const response = await open(url, address, etag, signal);
    return readResponse(response, etag, bytesMax);
  }

  function open(url: URL, address: string, etag: string | undefined, signal: AbortSignal) {
    const { hostname } = url;
    return new Promise<IncomingMessage>((fulfil, reject) => {
      const sent = request(
        url,
        {
          signal,
          maxHeaderSize: HEADER_BYTES_MAX,
          headers: {
            host: url.host,
            accept: 'application/json',
            'accept-encoding': 'gzip, br',
            'user-agent': 'Latchkey',
            ...(etag === undefined ? {} : { 'if-none-match': etag }),
          },
          // Taken only where no agent is named; an agent would resolve the name again.
          createConnection: () =>
            connectTls({
              socket: dial(address, portOf(url)),
              servername: hostname,
              host: hostname,
              ...(ca === undefined ? {} : { ca }),
            }),
        },
        fulfil,
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  /** `url` is taken as it is given. `etag` is what an earlier answer had; `bytesMax`, if not 5 KiB. Never throws. */
  return async function fetchDocument(
    url: string,
    { etag, bytesMax = DOCUMENT_BYTES_MAX }: { etag?: string | undefined; bytesMax?: number } = {},
  ): Promise<Result<GuardedDocument, GuardFault>> {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (target === undefined || !mayBeAsked(target, ports)) return fail({ reason: 'url' });
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    try {
      return await read(target, { etag, bytesMax }, controller.signal);
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

function mayBeAsked(url: URL, ports: readonly number[]): boolean {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  // An address is no name that a certificate vouches for.
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 && ports.includes(portOf(url));
}

function portOf(url: URL): number {
  return url.port === '' ? HTTPS_PORT : Number(url.port);
}

async function resolveAll(hostname: string): Promise<string[]> {
  const answers = await lookup(hostname, { all: true });
  return answers.map(({ address }) => address);
}

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

/** A resolver cannot be called off, but it need not be waited for. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((fulfil, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the deadline passed')), { once: true });
    work.then(fulfil, reject);
  });
}
