import { lookup } from 'node:dns/promises';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type ConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isGloballyRoutable } from './global-address.ts';
import { fail, ok, type Result } from './result.ts';

const HEADER_BYTES_MAX = 8 * 1024;
const HTTPS_PORT = 443;

export interface GuardedOpenOptions {
  /** All addresses of a name. */
  resolve?: (hostname: string) => Promise<string[]>;
  /** Ports that may be connected to. */
  ports?: readonly number[];
  /** Certificates to trust beside the usual ones. */
  ca?: string;
  /** Opens the connection to an address that was found fit. */
  dial?: (address: string, port: number, reading: Pick<ConnectOpts, 'onread'>) => Socket;
}

/**
 * Asks an https URL that a stranger named, without becoming a way into our own network: the name is resolved once,
 * every answer must be globally routable, and that very address is connected to, with the certificate of the name. A
 * redirect is an answer like any other. It rejects if nobody answers, or the signal fires.
 */
export function createGuardedOpen({
  resolve = resolveAll,
  ports = [HTTPS_PORT],
  ca,
  dial = (address, port) => connectTcp({ host: address, port }),
}: GuardedOpenOptions = {}) {
  return async function open(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    /** Posted; undefined: it is only read. */
    body?: string,
  ): Promise<Result<IncomingMessage, { reason: 'url' } | { reason: 'address' }>> {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (target === undefined || !mayBeAsked(target, ports)) return fail({ reason: 'url' });
    const { hostname } = target;
    const addresses = await abortable(resolve(hostname), signal);
    const [address] = addresses;
    if (address === undefined || !addresses.every(isGloballyRoutable)) return fail({ reason: 'address' });
    const response = await new Promise<IncomingMessage>((fulfil, reject) => {
      const sent = request(
        target,
        {
          signal,
          method: body === undefined ? 'GET' : 'POST',
          maxHeaderSize: HEADER_BYTES_MAX,
          headers: { host: target.host, 'user-agent': 'Latchkey', ...headers },
          // Taken only where no agent is named; an agent would resolve the name again.
          createConnection: () =>
            connectTls({
              socket: dial(address, portOf(target), {}),
              servername: hostname,
              host: hostname,
              ...(ca === undefined ? {} : { ca }),
            }),
        },
        fulfil,
      );
      sent.on('error', reject);
      sent.end(body);
    });
    return ok(response);
  };
}

function mayBeAsked(url: URL, ports: readonly number[]): boolean {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  // An address is no name that a certificate vouches for.
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 && ports.includes(portOf(url));
}

function portOf(url: URL): number {
  return url.port === '' ? HTTPS_PORT : Number(url.port);
}

export async function resolveAll(hostname: string): Promise<string[]> {
  const answers = await lookup(hostname, { all: true });
  return answers.map(({ address }) => address);
}

/** A resolver cannot be called off, but it need not be waited for. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((fulfil, reject) => {
    if (signal.aborted) reject(new Error('nobody waits for it'));
    signal.addEventListener('abort', () => reject(new Error('the deadline passed')), { once: true });
    work.then(fulfil, reject);
  });
}
