import type { Answer } from '../http/http.ts';
import { urlOf } from '../http/url.ts';
import { clean } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';

const REDIRECTS_MAX = 8;

/** Where a browser without a session ends that opens an authorize URL. */
export interface Visited {
  /** `away`: to another address than the one that was asked for. */
  readonly end: 'page' | 'code' | 'error' | 'refused' | 'away' | 'unreachable';
  readonly seen: string;
  readonly page: Answer | undefined;
  /** The cookies that were set on the way, as the server wrote them. */
  readonly cookies: readonly string[];
  /** The address that the browser was sent back to, with its answer. */
  readonly callback: URL | undefined;
}

/** Opens it as a browser does, without signing in, and stops where the browser would leave for the client. */
export async function visit(walk: Walk, authorizeUrl: string): Promise<Visited> {
  const asked = urlOf(new URL(authorizeUrl).searchParams.get('redirect_uri') ?? undefined);
  const jar = new Map<string, Map<string, string>>();
  const cookies: string[] = [];
  const ended = (end: Visited['end'], seen: string, more: Partial<Visited> = {}): Visited => ({
    end,
    seen,
    cookies,
    page: undefined,
    callback: undefined,
    ...more,
  });
  let url = new URL(authorizeUrl);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const own = jar.get(url.host) ?? new Map<string, string>();
    jar.set(url.host, own);
    const answer = await walk.http.send({
      method: 'GET',
      url: url.href,
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'user-agent': 'Mozilla/5.0 (X11; Linux x64) latchkey-doctor',
        ...(own.size === 0 ? {} : { cookie: [...own].map(([name, value]) => `${name}=${value}`).join('; ') }),
      },
    });
    if (!answer.ok) return ended('unreachable', describe(answer));
    for (const cookie of answer.headers('set-cookie')) {
      cookies.push(cookie);
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(cookie) ?? [];
      own.set(name.trim(), value);
    }
    const next =
      answer.status >= 300 && answer.status < 400 ? urlOf(answer.header('location'), url) : undefined;
    if (next === undefined) {
      const fine = answer.status >= 200 && answer.status < 300;
      return ended(fine ? 'page' : 'refused', describe(answer), { page: answer });
    }
    const back = backAt(next, asked);
    if (back !== undefined) {
      const error = next.searchParams.get('error');
      if (error !== null) return ended('error', `sent back with ${clean(error, 60)}`, { callback: next });
      const hasCode = next.searchParams.has('code');
      walk.secrets.add(next.searchParams.get('code') ?? undefined);
      return hasCode
        ? ended('code', 'a code, with nobody asked', { callback: next })
        : ended('away', `sent back to ${clean(next.origin)} without an answer`, { callback: next });
    }
    if (!/^https?:$/.test(next.protocol))
      return ended('away', `sent to ${clean(next.protocol)}`, { callback: next });
    url = next;
  }
  return ended('refused', 'too many redirects');
}

function backAt(next: URL, asked: URL | undefined): URL | undefined {
  if (asked === undefined) return undefined;
  return next.origin === asked.origin && next.host === asked.host && next.pathname === asked.pathname
    ? next
    : undefined;
}
