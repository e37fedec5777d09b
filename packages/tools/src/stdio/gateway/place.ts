import { fail, ok } from '../../result.ts';
import type { Result } from '../../result.ts';

/** A place at the MCP door of a Latchkey. */
export interface Place {
  readonly origin: string;
  /** `/mcp`, `/mcp/acme`, `/mcp/acme/t/billing`, … */
  readonly path: string;
}

/** Reads a Latchkey's address, or the URL of a connector there; else says why a key is not sent to it. */
export function readPlace(text: string): Result<Place, string> {
  const safe = readSafeUrl(text);
  if (!safe.ok) return safe;
  const { origin, pathname, search } = safe.value;
  if (search !== '') return fail('it has a query, and a connector URL has none');
  const path = pathname.replace(/\/+$/, '');
  return ok({ origin, path: path === '' ? '/mcp' : path });
}

/** A URL that a credential may be sent to: https, or this machine. */
export function readSafeUrl(text: string): Result<URL, string> {
  if (!URL.canParse(text)) return fail('it is not a URL such as https://mcp.example.com');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return fail('it is not an https URL');
  if (url.username !== '' || url.password !== '') return fail('it has a credential in it; give that apart');
  if (url.hash !== '') return fail('it has a fragment, which no server sees');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return fail('it is http, and a key sent there could be read on the way; use https');
  return ok(url);
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
