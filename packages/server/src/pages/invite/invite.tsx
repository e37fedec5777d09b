import { Hono, type Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { userFaults, type UserFault } from '../../people/create-user.ts';
import { hostCookie } from '../../people/host-cookie.ts';
import type { Invitations } from '../../people/invitations/invitations.ts';
import type { CurrentUser } from '../../people/people.ts';
import type { NamedInvitation } from '../../people/invitations/invitation-state.ts';
import { SIGN_OUT_PURPOSE } from '../account-line.tsx';
import type { PagesDeps } from '../deps.ts';
import { formRefused } from '../failures.tsx';
import { document } from '../layout.tsx';
import { hidesAddress, limitsLinks, LINK_TOKEN } from '../link-guards.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm } from '../read-form.ts';
import {
  JoinPage,
  MemberAlreadyPage,
  NewcomerPage,
  ViaCompanyPage,
  WrongAccountPage,
  type NewAccountTyped,
} from './invite-page.tsx';
import { inviteRefused } from './refused.tsx';

const PURPOSE = 'invite';
/** For as long as somebody takes to sign in. */
const COOKIE_SECONDS = 60 * 60;
const NOTHING: NewAccountTyped = { name: '', email: '' };

export interface InviteRoutesDeps extends Pick<PagesDeps, 'people' | 'guard' | 'baseUrl' | 'limit'> {
  readonly invitations: Invitations;
}

interface Shown {
  readonly status?: 200 | 403 | 422;
  readonly typed?: NewAccountTyped;
  readonly faults?: readonly UserFault[];
  readonly error?: string;
}

/** `/invite/TOKEN`: joins an organisation, with an account or by making one. It works without scripts. */
export function inviteRoutes({
  baseUrl,
  guard,
  invitations,
  limit,
  people,
}: InviteRoutesDeps): Hono<PageEnv> {
  const cookie = hostCookie(baseUrl, 'latchkey_invitation');

  /** The page as it stands for this visitor. */
  async function show(c: Context<PageEnv>, token: string, shown: Shown = {}) {
    const looked = LINK_TOKEN.test(token) ? await invitations.look(token) : undefined;
    if (looked === undefined) return inviteRefused(c, 'unknown', '');
    const { fault, invitation } = looked;
    const user = await people.currentUser(c.req.raw.headers, c.get('from'));
    const status = shown.status ?? 200;
    const signOutCsrf = guard.issue(c, SIGN_OUT_PURPOSE);
    // So that the way back from the sign-in page has no token in it.
    setCookie(c, cookie.name, token, { ...cookie.attributes, maxAge: COOKIE_SECONDS });
    if (user !== undefined && (await invitations.belongs(invitation.orgId, user.userId)))
      return c.html(document(<MemberAlreadyPage {...{ invitation, signOutCsrf, email: user.email }} />));
    if (fault !== undefined) return inviteRefused(c, fault, invitation.organisation.name);
    const action = `/invite/${token}`;
    const csrf = guard.issue(c, PURPOSE);
    const { error } = shown;
    if (user === undefined) {
      const { faults = [], typed = NOTHING } = shown;
      const view = { invitation, csrf, action, typed, faults, error };
      return c.html(document(<NewcomerPage {...view} />), status);
    }
    if (isShut(invitation, user))
      return c.html(document(<ViaCompanyPage {...{ invitation, signOutCsrf }} />));
    const view = { invitation, email: user.email, signOutCsrf };
    return isFor(invitation, user.email)
      ? c.html(document(<JoinPage {...view} {...{ csrf, action, error }} />), status)
      : c.html(document(<WrongAccountPage {...view} />), status);
  }

  function arrive(c: Context<PageEnv>, slug: string) {
    deleteCookie(c, cookie.name, cookie.attributes);
    return c.redirect(`/app/${slug}`, 303);
  }

  async function create(c: Context<PageEnv>, token: string, form: NewAccountTyped & { password: string }) {
    const { email, name, password } = form;
    const typed = { email, name };
    const looked = await invitations.look(token);
    if (looked === undefined || looked.fault !== undefined) return show(c, token);
    const user = { name, password, email: looked.invitation.email ?? email };
    const faults = userFaults(user);
    const again =
      'Nothing was created yet. Please look at what is marked below, and type the password again.';
    if (faults.length > 0) return show(c, token, { status: 422, typed, faults, error: again });
    const joined = await invitations.joinAsNew({ token, user, requestId: c.get('requestId') });
    if (!joined.ok)
      return isUserFault(joined.error)
        ? show(c, token, { status: 422, typed, faults: [joined.error] })
        : show(c, token);
    const signedIn = await people.signIn({ email: joined.value.email, password, headers: c.req.raw.headers });
    if (signedIn.ok)
      for (const line of signedIn.value.setCookies) c.header('Set-Cookie', line, { append: true });
    return arrive(c, joined.value.slug);
  }

  const app = new Hono<PageEnv>();
  for (const path of ['/invite', '/invite/*']) app.use(path, hidesAddress());

  /** The way back from the sign-in page. */
  app.get('/invite', (c) => {
    const token = getCookie(c, cookie.name) ?? '';
    return c.redirect(LINK_TOKEN.test(token) ? `/invite/${token}` : '/app', 303);
  });

  app.use('/invite/:token', limitsLinks(limit));
  app.get('/invite/:token', (c) => show(c, c.req.param('token')));

  app.post('/invite/:token', async (c) => {
    const token = c.req.param('token');
    const form = await readForm(c, ['csrf', 'act', 'name', 'email', 'password']);
    const checked = guard.check(c, { csrf: form.csrf, purpose: PURPOSE, hidesOrigin: true });
    if (!checked.ok) {
      if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
      const error =
        'This page was open for too long, or cookies are off for this site. Please send the form once more.';
      return show(c, token, { status: 403, typed: form, error });
    }
    if (!LINK_TOKEN.test(token)) return inviteRefused(c, 'unknown', '');
    const user = await people.currentUser(c.req.raw.headers, c.get('from'));
    if (form.act === 'create' && user === undefined) return create(c, token, form);
    // Signed out meanwhile, or signed in in another tab: the page as it is now says what can be done.
    if (form.act !== 'join' || user === undefined) return show(c, token);
    const looked = await invitations.look(token);
    if (looked === undefined || isShut(looked.invitation, user)) return show(c, token);
    const joined = await invitations.join({
      token,
      userId: user.userId,
      email: user.email,
      requestId: c.get('requestId'),
    });
    return joined.ok ? arrive(c, joined.value.slug) : show(c, token);
  });

  return app;
}

/** Whoever runs another organisation's provider could be anybody they name. */
function isShut({ orgId }: NamedInvitation, { viaOrgId }: CurrentUser): boolean {
  return viaOrgId !== null && viaOrgId !== orgId;
}

function isFor({ email }: NamedInvitation, account: string): boolean {
  return email === null || email === account;
}

const USER_FAULTS: ReadonlySet<string> = new Set<UserFault>([
  'email_invalid',
  'email_taken',
  'password_too_short',
  'password_too_long',
]);

function isUserFault(fault: string): fault is UserFault {
  return USER_FAULTS.has(fault);
}
