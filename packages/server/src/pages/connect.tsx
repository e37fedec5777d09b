import { Hono, type Context } from 'hono';
import type { Connects, ConnectPlace } from '../connectors/connects.ts';
import type { AskedLimit } from '../limits/headers.ts';
import type { CurrentUser, People } from '../people/people.ts';
import { SIGN_OUT_PURPOSE } from './account-line.tsx';
import { ConnectPage, serviceName } from './connect-page.tsx';
import { DeparturePage } from './departure-page.tsx';
import { errorPage } from './error-page.tsx';
import { formRefused, notFound } from './failures.tsx';
import type { FormGuard } from './form-guard.ts';
import { document } from './layout.tsx';
import { overLimit } from './over-limit.ts';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { withoutReferrer } from './return-page.tsx';
import { signInPath } from './return-to.ts';

export interface ConnectDeps {
  people: People;
  connects: Connects;
  guard: FormGuard;
  baseUrl: string;
  /** Takes one from the person's bucket: each way out asks somebody else's server. */
  limitConnects: (userId: string) => Promise<AskedLimit>;
}

const PARAMETERS = ['state', 'code', 'iss', 'error'] as const;

/** `/connect/…`, where people connect accounts of their own at upstreams, and the way back from there. */
export function createConnect(deps: ConnectDeps): Hono<PageEnv> {
  const { connects, guard, people } = deps;
  const app = new Hono<PageEnv>();

  app.get('/connect/:organisation/:connector', async (c) => {
    const user = await people.currentUser(c.req.raw.headers, c.get('from'));
    if (user === undefined) return c.redirect(signInPath(c.req.path), 303);
    const place = await placeOf(c, user);
    return place === undefined ? notFound(c) : show(c, place, user);
  });

  app.post('/connect/:organisation/:connector', async (c) => {
    const form = await readForm(c, ['csrf', 'action']);
    const user = await people.currentUser(c.req.raw.headers, c.get('from'));
    const checked = guard.check(c, { csrf: form.csrf, purpose: purposeOf(c.req.path, user) });
    if (!checked.ok && checked.error.reason === 'cross_site')
      return formRefused(c, checked.error, deps.baseUrl);
    if (user === undefined) return c.redirect(signInPath(c.req.path), 303);
    if (!checked.ok) return formRefused(c, checked.error, deps.baseUrl);
    const place = await placeOf(c, user);
    if (place === undefined) return notFound(c);
    if (form.action === 'disconnect') {
      await connects.disconnect(place, user.userId, c.get('requestId'));
      return c.redirect(c.req.path, 303);
    }
    const left = await leaveToConnect(c, deps, { place, user, returnTo: c.req.path });
    return left instanceof Response ? left : show(c, place, user, left);
  });

  app.get('/oauth/upstream/callback', async (c) => {
    const user = await people.currentUser(c.req.raw.headers, c.get('from'));
    const browser = guard.browserOf(c);
    if (user === undefined || browser === undefined) return strayed(c);
    const query = new URL(c.req.url).searchParams;
    // Of a parameter that comes twice, two readers could see two different ones (RFC 6749 section 3.1).
    if (PARAMETERS.some((name) => query.getAll(name).length > 1)) return strayed(c);
    const [state, code, iss, error] = PARAMETERS.map((name) => query.get(name) ?? undefined);
    const finished = await connects.finish({
      parameters: { state, code, iss, error },
      ...user,
      browser,
      requestId: c.get('requestId'),
    });
    if (finished.ok) return c.redirect(finished.value.returnTo, 303);
    return finished.error.reason === 'unknown'
      ? strayed(c)
      : refused(c, finished.error.error, finished.error.returnTo);
  });

  function placeOf(c: Context<PageEnv>, user: CurrentUser): Promise<ConnectPlace | undefined> {
    const { connector = '', organisation = '' } = c.req.param() as Partial<Record<string, string>>;
    return connects.find(user, organisation, connector);
  }

  function show(c: Context<PageEnv>, place: ConnectPlace, user: CurrentUser, stayed?: Stayed) {
    const { path } = c.req;
    if (stayed !== undefined) c.status(stayed.status);
    const csrf = guard.issue(c, purposeOf(path, user));
    const signOutCsrf = guard.issue(c, SIGN_OUT_PURPOSE);
    const view = { place, path, email: user.email, csrf, signOutCsrf, problem: stayed?.problem };
    return c.html(document(<ConnectPage {...view} />));
  }

  return app;
}

/** Why a browser was not sent anywhere. */
export interface Stayed {
  readonly problem: string;
  readonly status: 422 | 429;
}

/** Sends the browser to the upstream's authorization server, or says why that cannot be. */
export async function leaveToConnect(
  c: Context<PageEnv>,
  { connects, guard, limitConnects }: Pick<ConnectDeps, 'connects' | 'guard' | 'limitConnects'>,
  { place, returnTo, user }: { place: ConnectPlace; returnTo: string; user: CurrentUser },
): Promise<Response | Stayed> {
  const tooMany = overLimit(c, await limitConnects(user.userId));
  if (tooMany !== undefined) return { problem: tooMany, status: 429 };
  const { sessionId, userId } = user;
  const begun = await connects.begin(place, { userId, sessionId, browser: guard.browser(c), returnTo });
  if (!begun.ok) return { problem: begun.error, status: 422 };
  withoutReferrer(c);
  const { host, url } = begun.value;
  const heading = (
    <>
      Connecting your <bdi>{serviceName(place)}</bdi> account
    </>
  );
  return c.html(document(<DeparturePage href={url} host={host} heading={heading} />));
}

function purposeOf(path: string, user: CurrentUser | undefined): string {
  return `connect ${path} ${user?.sessionId ?? ''}`;
}

function strayed(c: Context<PageEnv>) {
  return errorPage(c, 400, {
    title: 'This was not begun here',
    message:
      'It was begun in another browser or by another account, more than ten minutes ago, or is finished already. Nothing was connected.',
    next: 'Begin again from the page where you connect the account.',
    code: 'connect_unknown',
    requestId: c.get('requestId'),
  });
}

const WORDS: Readonly<Record<string, string>> = {
  access_denied: 'You, or the service, said no.',
  another_issuer: 'The answer came from another server than the one that was asked.',
  not_a_member: 'You no longer belong to the organisation.',
  unreachable: 'The service did not answer. Try again in a moment.',
};

function refused(c: Context<PageEnv>, error: string, returnTo: string) {
  return errorPage(c, 400, {
    title: 'The account was not connected',
    message: WORDS[error] ?? 'The service refused it.',
    next: <a href={returnTo}>Go back</a>,
    code: `connect_${error}`,
    requestId: c.get('requestId'),
  });
}
