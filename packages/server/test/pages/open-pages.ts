import { unescapeHtml } from '../../src/demo/html.ts';
import { Hono } from 'hono';
import type { GuardedOpenOptions } from '../../src/kernel/guarded-open.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { AskedLimit } from '../../src/limits/headers.ts';
import type { PagesDeps, TransactionSummary } from '../../src/pages/deps.ts';
import { createFormGuard } from '../../src/pages/form-guard.ts';
import type { PageEnv } from '../../src/pages/page-env.ts';
import { createPages } from '../../src/pages/pages.tsx';
import { wireJoining } from '../../src/wire-joining.ts';
import { openPeople } from '../people/open-people.ts';

/** The pages on a database of their own, and browsers to look at them with. */
export async function openPages(
  more: { baseUrl?: string; deps?: Partial<PagesDeps>; guard?: GuardedOpenOptions } = {},
) {
  const { baseUrl = 'http://localhost:4747' } = more;
  const opened = await openPeople(baseUrl, { guard: more.guard });
  const limits = new Map<string, { readonly allowed: boolean; readonly retryAfterSeconds: number }>();
  const asked: string[] = [];
  const transactions = new Map<string, TransactionSummary>();
  const guard = createFormGuard({ baseUrl });
  const limit = (bucket: string): AskedLimit => {
    asked.push(bucket);
    const [, name = ''] = bucket.split(':');
    const { allowed, retryAfterSeconds } = limits.get(name) ?? { allowed: true, retryAfterSeconds: 0 };
    return {
      name,
      policy: { limit: 10, windowSeconds: 60 },
      decision: { allowed, retryAfterSeconds, limit: 10, remaining: allowed ? 9 : 0, resetSeconds: 60 },
    };
  };
  const { clock, people, store } = opened;
  const joining = wireJoining({ store, clock, people, guard, baseUrl, limit });
  const { companySignIn } = opened.company;
  const describeTransaction = async (transactionId: string) => transactions.get(transactionId);
  const pages = createPages({
    people,
    companySignIn,
    accounts: opened.accounts,
    setup: opened.setup,
    guard,
    baseUrl,
    limit,
    describeTransaction,
    log: silentLog,
    ...more.deps,
  });
  const app = new Hono<PageEnv>();
  app.use((c, next) => {
    c.set('address', '192.0.2.1');
    return next();
  });
  app.route('/', pages.routes);
  app.route('/', joining.pages);
  app.route('/', opened.company.pages({ people, guard, limit, describeTransaction, baseUrl }));
  app.notFound(pages.notFound);
  return {
    ...opened,
    app,
    pages,
    ...joining.portal,
    baseUrl,
    /** What `limit` answers for the buckets of a kind: `account` or `address`. */
    limits,
    asked,
    transactions,
    browser: () => createBrowser(app, baseUrl),
  };
}

export type OpenedPages = Awaited<ReturnType<typeof openPages>>;

type Fields = Record<string, string> | [string, string][];

/** Keeps cookies and sends what a browser of today sends with a form of the page itself. */
export function createBrowser(app: Hono<PageEnv>, baseUrl: string) {
  const cookies = new Map<string, string>();

  async function request(path: string, init: RequestInit, headers: Record<string, string>) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = new Headers({ accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...headers });
    const response = await app.request(`${baseUrl}${path}`, { ...init, headers: sent });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, pair.slice(name.length + 1));
    }
    const html = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      html,
    };
  }

  const get = (path: string, headers: Record<string, string> = {}) => request(path, {}, headers);
  const post = (path: string, fields: Fields, headers: Record<string, string> = {}) =>
    request(
      path,
      { method: 'POST', body: new URLSearchParams(fields).toString() },
      {
        'content-type': 'application/x-www-form-urlencoded',
        origin: baseUrl,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
    );

  return {
    cookies,
    get,
    post,
    async signIn(email: string, password: string, more: { returnTo?: string } = {}) {
      const page = await get(
        more.returnTo === undefined ? '/sign-in' : `/sign-in?return_to=${encodeURIComponent(more.returnTo)}`,
      );
      return post('/sign-in', { ...hiddenFields(page.html), email, password });
    },
  };
}

export function hiddenFields(html: string): Record<string, string> {
  const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
}

/** What an input shows, as the visitor would read it. */
export function valueOfInput(html: string, name: string): string | undefined {
  const tag = [...html.matchAll(/<input\b[^>]*>/g)]
    .map(([input]) => input)
    .find((input) => input.includes(` name="${name}"`));
  const value = /\bvalue="([^"]*)"/.exec(tag ?? '')?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}
