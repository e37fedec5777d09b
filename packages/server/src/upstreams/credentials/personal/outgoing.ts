import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { isGloballyRoutable } from '../../../kernel/global-address.ts';
import { createGuardedOpen, resolveAll, type GuardedOpenOptions } from '../../../kernel/guarded-open.ts';
import { parseJson } from '../../../kernel/json.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';

const BYTES_MAX = 64 * 1024;
const DEADLINE_MS = 10_000;
const HEADER_BYTES_MAX = 16 * 1024;
const HTTPS_PORT = 443;

/** What the operator wrote down. All else that an address came from is a stranger's word. */
export interface Declared {
  /** Of the upstream itself. */
  readonly audience: string;
  /** Further addresses of the connector's settings. */
  readonly urls: string[];
  /** `public`: an organisation's admin wrote them, not the operator: no private address is asked. */
  readonly reach?: 'public' | undefined;
}

export interface Outgoing {
  /** Sent as a form or as JSON; undefined: it is only read. */
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Incoming {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Undefined: it is no JSON. */
  readonly json: unknown;
}

export interface OutgoingFault {
  readonly reason: 'url' | 'address' | 'deadline' | 'too_large' | 'unreachable';
}

export type Send = (
  url: string,
  declared: Declared,
  outgoing?: Outgoing,
) => Promise<Result<Incoming, OutgoingFault>>;

/**
 * Asks authorization servers of upstreams. An address that a discovered document names is asked under the address guard
 * (see guarded-open.ts): private ones are reached only where the operator declared the upstream itself on one, and those
 * of a link (cloud metadata) never. No redirect is followed; 64 KiB and 10 seconds are the most. Never throws.
 */
export function createOutgoing({
  deadlineMs = DEADLINE_MS,
  ...guard
}: GuardedOpenOptions & { deadlineMs?: number } = {}): Send {
  const { resolve = resolveAll } = guard;

  async function isPrivate(url: URL): Promise<boolean> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) return !isGloballyRoutable(host);
    const addresses = await resolve(host);
    return addresses.every((address) => !isGloballyRoutable(address));
  }

  async function open(
    url: URL,
    { audience, reach, urls }: Declared,
    { body, headers = {} }: Outgoing,
    signal: AbortSignal,
  ): Promise<Result<IncomingMessage, OutgoingFault>> {
    const isOwn = [audience, ...urls].some((one) => URL.canParse(one) && new URL(one).origin === url.origin);
    const mayBePrivate = reach !== 'public';
    const isDirect =
      mayBePrivate &&
      (isOwn
        ? url.protocol === 'http:' || (await isPrivate(url))
        : isPrivateBySight(new URL(audience)) && (await isPrivate(new URL(audience))));
    if (isDirect) return openDirectly(url, { body, headers }, signal);
    const ports = isOwn ? [HTTPS_PORT, Number(url.port === '' ? HTTPS_PORT : url.port)] : [HTTPS_PORT];
    return createGuardedOpen({ ports, ...guard })(url.href, headers, signal, body);
  }

  return async (url, declared, outgoing = {}) => {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (target === undefined || target.username !== '' || target.password !== '')
      return fail({ reason: 'url' });
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(outgoing.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(outgoing.body)) }),
      ...outgoing.headers,
    };
    try {
      const response = await within(
        open(target, declared, { ...outgoing, headers }, controller.signal),
        controller.signal,
      );
      return response.ok ? await readAnswer(response.value) : response;
    } catch {
      return fail({ reason: controller.signal.aborted ? 'deadline' : 'unreachable' });
    } finally {
      clearTimeout(timer);
      controller.abort();
    }
  };
}

/** Who writes http, a bare address or a name without a dot means a network of their own. */
function isPrivateBySight({ hostname, protocol }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return protocol === 'http:' || isIP(host) !== 0 || !host.includes('.') || host.endsWith('.localhost');
}

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

function isLinkLocal(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

const lookupNoLinkLocal: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, []);
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isLinkLocal(address))) {
      return callback(new Error('the address is not asked'), []);
    }
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

async function openDirectly(
  url: URL,
  { body, headers }: Outgoing,
  signal: AbortSignal,
): Promise<Result<IncomingMessage, OutgoingFault>> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return fail({ reason: 'url' });
  if (isLinkLocal(url.hostname.replace(/^\[|\]$/g, ''))) return fail({ reason: 'address' });
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  const response = await new Promise<IncomingMessage>((fulfil, reject) => {
    const sent = request(
      url,
      {
        signal,
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'user-agent': 'Latchkey', ...headers } satisfies OutgoingHttpHeaders,
        lookup: lookupNoLinkLocal,
        maxHeaderSize: HEADER_BYTES_MAX,
        agent: false,
      },
      fulfil,
    );
    sent.on('error', reject);
    sent.end(body);
  });
  return ok(response);
}

async function readAnswer(response: IncomingMessage): Promise<Result<Incoming, OutgoingFault>> {
  const { headers, statusCode: status = 0 } = response;
  // A server that answers with a stream is asked for its head alone.
  if (/^text\/event-stream/i.test(headers['content-type'] ?? '')) {
    response.destroy();
    return ok({ status, headers, json: undefined });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > BYTES_MAX) return fail({ reason: 'too_large' });
    chunks.push(chunk);
  }
  return ok({ status, headers, json: parseJson(Buffer.concat(chunks).toString('utf8')) });
}

/** A resolver cannot be called off, but it need not be waited for. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((fulfil, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the deadline passed')), { once: true });
    work.then(fulfil, reject);
  });
}
