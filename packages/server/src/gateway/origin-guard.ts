import { isIP } from 'node:net';
import { AppError } from '../kernel/errors.ts';
import type { AnyRequest } from '../kernel/whole-exchange.ts';

const KNOWN_HOSTS_MAX = 64;

/**
 * Keeps web pages out that reach us by DNS rebinding (MCP, Streamable HTTP, Security). Such a page comes under a name
 * of its own, so the Host header tells: our public name, an address, `localhost` and names without a dot are ours; an
 * attacker's name is not. Of foreign origins, a service on this computer hears only pages of this computer, such as a
 * client's inspector. A public service hears all, as there is nothing to borrow: we read no cookie, and a page that
 * has a key or a token of its own may use it.
 */
export function createOriginGuard(mcpBaseUrl: string): (req: AnyRequest) => AppError | undefined {
  const ours = new URL(mcpBaseUrl);
  const isPublic = !isLoopbackName(ours.hostname);
  // Nearly every request comes under one of a few names: they are looked at once.
  const known = new Set<string>();

  function isOurs(host: string): boolean {
    if (known.has(host)) return true;
    const isOurName = isOurHost(host, ours.hostname);
    if (isOurName && known.size < KNOWN_HOSTS_MAX) known.add(host);
    return isOurName;
  }

  return (req) => {
    const { host, origin } = req.headers;
    if (host !== undefined && !isOurs(host)) {
      return new AppError('forbidden', 'This service does not answer to that host name.', {
        internalMessage: 'a foreign Host header was refused',
      });
    }
    if (origin === undefined || origin === ours.origin) return undefined;
    if (isPublic && host !== undefined && hostnameOf(host) === ours.hostname && URL.canParse(origin))
      return undefined;
    if (isLocalOrigin(origin)) return undefined;
    return new AppError('forbidden', 'Pages of that origin may not call this service.', {
      internalMessage: 'a foreign Origin header was refused',
    });
  };
}

function isOurHost(host: string, ourHostname: string): boolean {
  const hostname = hostnameOf(host);
  if (hostname === undefined) return false;
  return (
    hostname === ourHostname || isLoopbackName(hostname) || isAddress(hostname) || !hostname.includes('.')
  );
}

/** Lower case and without the port; an IPv6 address keeps its brackets. */
function hostnameOf(host: string): string | undefined {
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?$/i.test(host) || !URL.canParse(`http://${host}`)) {
    return undefined;
  }
  return new URL(`http://${host}`).hostname;
}

function isAddress(hostname: string): boolean {
  return isIP(hostname) !== 0 || hostname.startsWith('[');
}

function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}

/** A page served by this computer, or the inside of a program (`vscode-webview:`): what no website can pretend to be. */
function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return true;
  return isLoopbackName(url.hostname);
}
