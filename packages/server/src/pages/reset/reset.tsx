import { Hono, type Context } from 'hono';
import { checkPassword, type PasswordFault } from '../../people/password.ts';
import type { PasswordResets, ResetLinkOver } from '../../people/password-resets.ts';
import type { PagesDeps } from '../deps.ts';
import { errorPage, type PageStatus } from '../error-page.tsx';
import { formRefused } from '../failures.tsx';
import { document } from '../layout.tsx';
import { hidesAddress, limitsLinks, LINK_TOKEN } from '../link-guards.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm } from '../read-form.ts';
import { ForgotPage, ResetDonePage, ResetPage, type NewPasswordFault } from './reset-page.tsx';

const PURPOSE = 'reset';

export interface ResetRoutesDeps extends Pick<PagesDeps, 'people' | 'guard' | 'baseUrl' | 'limit'> {
  readonly passwordResets: PasswordResets;
}

/** `/forgot`, and `/reset/TOKEN`: a new password, twice. It works without scripts. */
export function resetRoutes({
  baseUrl,
  guard,
  limit,
  passwordResets,
  people,
}: ResetRoutesDeps): Hono<PageEnv> {
  async function show(
    c: Context<PageEnv>,
    token: string,
    shown: { status?: 200 | 403 | 422; fault?: NewPasswordFault; error?: string } = {},
  ) {
    const looked = LINK_TOKEN.test(token)
      ? await passwordResets.look(token)
      : ({ ok: false, error: 'unknown' } as const);
    if (!looked.ok) return refused(c, looked.error);
    const { error, fault, status = 200 } = shown;
    const csrf = guard.issue(c, PURPOSE);
    const view = { csrf, error, fault, action: `/reset/${token}`, email: looked.value.email };
    return c.html(document(<ResetPage {...view} />), status);
  }

  const app = new Hono<PageEnv>();
  app.get('/forgot', (c) => c.html(document(<ForgotPage />)));

  app.use('/reset/:token', hidesAddress(), limitsLinks(limit));
  app.get('/reset/:token', (c) => show(c, c.req.param('token')));
  app.post('/reset/:token', async (c) => {
    const token = c.req.param('token');
    const form = await readForm(c, ['csrf', 'password', 'password_again']);
    const checked = guard.check(c, { csrf: form.csrf, purpose: PURPOSE, hidesOrigin: true });
    if (!checked.ok) {
      if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
      const error =
        'This page was open for too long, or cookies are off for this site. Please type the password once more.';
      return show(c, token, { status: 403, error });
    }
    if (!LINK_TOKEN.test(token)) return refused(c, 'unknown');
    const { password } = form;
    const strong = checkPassword(password);
    if (!strong.ok) return show(c, token, { status: 422, fault: strong.error });
    if (password !== form.password_again) return show(c, token, { status: 422, fault: 'not_the_same' });
    const used = await passwordResets.use({ token, password, requestId: c.get('requestId') });
    if (!used.ok)
      return isAboutLink(used.error)
        ? refused(c, used.error)
        : show(c, token, { status: 422, fault: used.error });
    // Whoever is signed in here is signed out with all the rest, or is somebody else who had better be.
    const { setCookies } = await people.signOut(c.req.raw.headers);
    for (const line of setCookies) c.header('Set-Cookie', line, { append: true });
    return c.html(document(<ResetDonePage />));
  });

  return app;
}

const WORDS: Readonly<Record<ResetLinkOver, { status: PageStatus; title: string; message: string }>> = {
  used: {
    status: 410,
    title: 'This link was used',
    message: 'A password was chosen with it. It is good once.',
  },
  expired: {
    status: 410,
    title: 'This link has expired',
    message: 'It is older than 24 hours. Your password is what it was.',
  },
  withdrawn: {
    status: 410,
    title: 'This link does not hold any more',
    message: 'Whoever made it may no longer do so. Your password is what it was.',
  },
  unknown: {
    status: 404,
    title: 'This link is not known',
    message: 'It is not complete, or a newer one has taken its place.',
  },
};

function refused(c: Context<PageEnv>, fault: ResetLinkOver) {
  const { message, status, title } = WORDS[fault];
  return errorPage(c, status, {
    title,
    message,
    next: (
      <>
        Ask for a new link: <a href="/forgot">how to get one</a>.
      </>
    ),
    code: `reset_${fault}`,
    requestId: c.get('requestId'),
  });
}

function isAboutLink(fault: ResetLinkOver | PasswordFault): fault is ResetLinkOver {
  return fault in WORDS;
}
