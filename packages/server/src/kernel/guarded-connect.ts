import { connect as connectTcp, isIP, type ConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isGloballyRoutable } from './global-address.ts';
import { resolveAll, type GuardedOpenOptions } from './guarded-open.ts';
import { createNetworks } from './networks.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;

export interface GuardedConnectOptions extends Omit<GuardedOpenOptions, 'ports'> {
  /** Networks of our own that may be reached all the same, as the operator says. */
  privateNetworks?: readonly string[];
  /** How its sockets read. */
  reading?: Pick<ConnectOpts, 'onread'>;
}

/** What an HTTP client asks for when it needs a connection (undici `buildConnector`). */
export interface ConnectRequest {
  readonly hostname: string;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string | undefined;
}

export type ConnectCallback = (
  ...outcome: [error: null, socket: Socket] | [error: Error, socket: null]
) => void;

/**
 * Connects to a host that an organisation's admin named, without becoming a way into our own network: the name is
 * resolved once, every answer must be globally routable (or in a network that the operator lists), and that very
 * address is connected to. What goes over the public internet is encrypted.
 */
export function createGuardedConnect({
  resolve = resolveAll,
  ca,
  dial = (address, port, how) => connectTcp({ host: address, port, ...how }),
  privateNetworks = [],
  reading = {},
}: GuardedConnectOptions = {}) {
  const networks = createNetworks(privateNetworks);

  async function addressOf(hostname: string, isPlain: boolean): Promise<string> {
    const literal = hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(literal) === 0 ? await resolve(hostname) : [literal];
    const [address] = addresses;
    const isFit = (one: string): boolean =>
      networks.find(one) !== undefined || (!isPlain && isGloballyRoutable(one));
    if (address === undefined || !addresses.every(isFit)) throw new Error('the address may not be reached');
    return address;
  }

  return function connect(request: ConnectRequest, callback: ConnectCallback): void {
    const { hostname, protocol, servername } = request;
    const isPlain = protocol !== 'https:';
    const port = Number(request.port) || (isPlain ? 80 : 443);
    let raw: Socket | undefined;
    let isOver = false;
    const end = (...outcome: Parameters<ConnectCallback>): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (outcome[1] === null) raw?.destroy();
      callback(...outcome);
    };
    const timer = setTimeout(() => end(new Error('connecting took too long'), null), CONNECT_TIMEOUT_MS);
    addressOf(hostname, isPlain).then(
      (address) => {
        if (isOver) return;
        raw = dial(address, port, isPlain ? reading : {});
        raw.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
        const name = servername || (isIP(hostname) === 0 ? hostname : undefined);
        const socket = isPlain
          ? raw
          : connectTls({
              ...reading,
              socket: raw,
              ALPNProtocols: ['http/1.1'],
              host: hostname,
              ...(name === undefined ? {} : { servername: name }),
              ...(ca === undefined ? {} : { ca }),
            });
        raw.once('error', (error) => end(error, null));
        socket.once('error', (error) => end(error, null));
        socket.once(isPlain ? 'connect' : 'secureConnect', () => end(null, socket));
      },
      (error: unknown) => end(error instanceof Error ? error : new Error('unresolved'), null),
    );
  };
}
