import type { IncomingMessage } from 'node:http';

/** What a request offers as proof of who it is. Only headers count: query, body and cookies are never looked at. */
export type Presented =
  | { readonly kind: 'nothing' | 'several' | 'unusable' }
  | { readonly kind: 'key' | 'token'; readonly secret: string };

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const KEY_PREFIX = 'lk_';

/** Reads `Authorization: Bearer` (RFC 6750 section 2.1) and `X-API-Key`. */
export function readPresented(req: IncomingMessage): Presented {
  const { authorization } = req.headers;
  const apiKey = req.headers['x-api-key'];
  if (authorization === undefined && apiKey === undefined) return { kind: 'nothing' };
  if (authorization !== undefined && apiKey !== undefined) return { kind: 'several' };
  if (typeof apiKey === 'string') {
    return apiKey.startsWith(KEY_PREFIX) ? { kind: 'key', secret: apiKey } : { kind: 'unusable' };
  }
  const secret = BEARER.exec(authorization ?? '')?.[1];
  if (secret === undefined) return { kind: 'unusable' };
  return { kind: secret.startsWith(KEY_PREFIX) ? 'key' : 'token', secret };
}
