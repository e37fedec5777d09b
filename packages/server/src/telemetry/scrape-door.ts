import type { IncomingMessage, RequestListener } from 'node:http';
import { isIP } from 'node:net';
import { AppError, errorBody } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { equalSecrets, hashSecret } from '../kernel/secret.ts';
import { expose, formatOf, type FamilyText, type Format } from './exposition.ts';

export const METRICS_PATH = '/metrics';

export interface ScrapeRules {
  /** LATCHKEY_METRICS_TOKEN: whoever shows it may read. */
  readonly token?: string | undefined;
  /** There is no token, and whoever reaches this process over its own loopback interface may read. */
  readonly allowsLoopback: boolean;
}

interface Refused {
  readonly error: AppError;
  readonly headers?: readonly string[];
}

/**
 * Who may read the metrics: who shows the token; without one, only who is on the same machine and no proxy for somebody
 * else. To all others there is nothing here. How busy a service is, and what fails in it, is nobody's business.
 */
export function createScrapeDoor(
  collect: (format: Format) => readonly FamilyText[] | Promise<readonly FamilyText[]>,
  { allowsLoopback, token }: ScrapeRules,
): RequestListener {
  const expected = token === undefined ? undefined : hashSecret(token);

  function refusalOf(req: IncomingMessage): Refused | undefined {
    if (expected !== undefined) {
      const [, shown] = /^Bearer +([\x21-\x7e]+)$/i.exec(req.headers.authorization ?? '') ?? [];
      // Hashed, so that not even its length is told.
      if (shown !== undefined && equalSecrets(hashSecret(shown), expected)) return undefined;
      return { error: TOKEN_NEEDED, headers: ['WWW-Authenticate', 'Bearer realm="metrics"'] };
    }
    return allowsLoopback && isFromHere(req) ? undefined : { error: NOT_HERE };
  }

  return (req, res) => {
    const [path] = (req.url ?? '').split('?', 1);
    const requestId = newId('req');
    const own = ['X-Request-Id', requestId, 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
    let refused: Refused | undefined = path === METRICS_PATH ? refusalOf(req) : { error: NOT_HERE };
    if (refused === undefined && req.method !== 'GET' && req.method !== 'HEAD')
      refused = { error: GET_ONLY, headers: ['Allow', 'GET, HEAD'] };
    if (refused !== undefined) {
      const body = errorBody(refused.error, requestId);
      const length = ['Content-Length', String(Buffer.byteLength(body))];
      res.writeHead(refused.error.status, [
        ...own,
        'Content-Type',
        'application/json',
        ...(refused.headers ?? []),
        ...length,
      ]);
      res.end(req.method === 'HEAD' ? undefined : body);
      return;
    }
    const format = formatOf(req.headers.accept);
    const answer = (families: readonly FamilyText[]): void => {
      const { contentType, text } = expose(families, format);
      const length = String(Buffer.byteLength(text));
      res.writeHead(200, [...own, 'Content-Type', contentType, 'Vary', 'Accept', 'Content-Length', length]);
      res.end(req.method === 'HEAD' ? undefined : text);
    };
    const families = collect(format);
    if (families instanceof Promise) void families.then(answer, () => res.destroy());
    else answer(families);
  };
}

/**
 * The connection comes from this machine, and the request was made for it: a page in a browser would name its own host
 * (DNS rebinding), a proxy says for whom it asks.
 */
function isFromHere({ headers, socket }: IncomingMessage): boolean {
  if (!isLoopbackHost(socket.remoteAddress ?? '')) return false;
  if (!isLoopbackHost(hostOf(headers.host ?? ''))) return false;
  if (headers.origin !== undefined) return false;
  return !PROXY_HEADERS.some((name) => headers[name] !== undefined);
}

const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
];

function hostOf(authority: string): string {
  return URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`).hostname : '';
}

/** An address or a name that leads nowhere but to this machine. */
export function isLoopbackHost(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

const NOT_HERE = new AppError('not_found', 'There is nothing at this address.');
const TOKEN_NEEDED = new AppError(
  'unauthenticated',
  'Metrics are read with LATCHKEY_METRICS_TOKEN as a bearer token.',
);
const GET_ONLY = new AppError('method_not_allowed', 'Metrics are read with GET.');
