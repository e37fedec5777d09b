import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { fail, ok, type Result } from '../kernel/result.ts';
import { equalSecrets, hmac, randomToken } from '../kernel/secret.ts';
import { hostCookie } from '../people/host-cookie.ts';

export type FormFault =
  /** Sent from a page of another site, or from one that hides where it is from. */
  | { readonly reason: 'cross_site'; readonly from: string }
  /** The token is missing, another browser's, or another form's. */
  | { readonly reason: 'csrf' };

export interface FormGuard {
  /** The token for a form's hidden `csrf` field, good for one purpose. Sets the browser's cookie if it has none. */
  issue(c: Context, purpose: string): string;
  /** The 256 random bits by which we know this browser, made and set if need be. Store only a hash of them. */
  browser(c: Context): string;
  /** As it came with the request, if it came. */
  browserOf(c: Context): string | undefined;
  /** Whether a form that was posted is one of ours, filled in by the browser that we gave it to. */
  check(
    c: Context,
    form: {
      csrf: string;
      purpose: string;
      /** The form's page has `no-referrer`, under which a browser says `Origin: null`. */
      hidesOrigin?: boolean;
    },
  ): Result<{ browser: string }, FormFault>;
}

export const BROWSER_COOKIE = 'latchkey_browser';
const BROWSER_COOKIE_SECONDS = 365 * 24 * 60 * 60;
const BROWSER = /^[A-Za-z0-9_-]{43}$/;

/** Guards the forms of the web host at `baseUrl` (an origin). */
export function createFormGuard({ baseUrl }: { baseUrl: string }): FormGuard {
  const cookie = hostCookie(baseUrl, BROWSER_COOKIE);
  // So that two forms on the first page that a browser sees share the one cookie.
  const made = new WeakMap<Request, string>();

  function browserOf(c: Context): string | undefined {
    const value = getCookie(c, cookie.name);
    return value !== undefined && BROWSER.test(value) ? value : undefined;
  }

  function browser(c: Context): string {
    const known = browserOf(c) ?? made.get(c.req.raw);
    if (known !== undefined) return known;
    const fresh = randomToken();
    made.set(c.req.raw, fresh);
    setCookie(c, cookie.name, fresh, { ...cookie.attributes, maxAge: BROWSER_COOKIE_SECONDS });
    return fresh;
  }

  return {
    issue: (c, purpose) => tokenFor(browser(c), purpose),
    browser,
    browserOf,
    check(c, { csrf, purpose, hidesOrigin = false }) {
      const foreign = foreignSender(c.req.raw.headers, baseUrl, hidesOrigin);
      if (foreign !== undefined) return fail({ reason: 'cross_site', from: foreign });
      const own = browserOf(c);
      if (own === undefined || !equalSecrets(csrf, tokenFor(own, purpose))) return fail({ reason: 'csrf' });
      return ok({ browser: own });
    },
  };
}

/** The cookie is the key: who does not hold it cannot make the token, and the token does not give the cookie away. */
function tokenFor(browser: string, purpose: string): string {
  return hmac(Buffer.from(browser), `csrf ${purpose}`);
}

/**
 * Where a form came from, if not from us. Every browser of today sends Sec-Fetch-Site to https and to loopback; older
 * ones and plain http send Origin alone; scripts and old HTTP libraries send neither, and carry no one's cookies.
 */
function foreignSender(headers: Headers, baseUrl: string, hidesOrigin: boolean): string | undefined {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  // What nobody can forge is said beside it; where it is not, on plain http, the token alone has to do.
  if (hidesOrigin && origin === 'null') return site === null || site === 'same-origin' ? undefined : site;
  if (origin !== null && origin !== baseUrl) return origin;
  if (site !== null && site !== 'same-origin') return site;
  if (site !== null && origin === null) return 'a sender without Origin';
  return undefined;
}
