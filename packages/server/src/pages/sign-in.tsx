import { Hono, type Context } from 'hono';
import { hashSecret } from '../kernel/secret.ts';
import type { LimitAnswer, PagesDeps } from './deps.ts';
import { formRefused } from './failures.tsx';
import { document } from './layout.tsx';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { parseReturnTo, type ReturnTo } from './return-to.ts';
import { SignInPage } from './sign-in-page.tsx';

const PURPOSE = 'sign-in';
const EMAIL_CHARACTERS_SHOWN = 254;

/** `/sign-in`: email and password, no script. */
export function signInRoutes({
  people,
  setup,
  baseUrl,
  limit,
  describeTransaction,
  guard,
}: Omit<PagesDeps, 'log' | 'mcpBaseUrl'>): Hono<PageEnv> {
  async function show(
    c: Context<PageEnv>,
    shown: { status: 200 | 403 | 422 | 429; returnTo: ReturnTo; email: string; error?: string },
  ) {
    const { status, returnTo, email, error } = shown;
    const { transactionId } = returnTo;
    const transaction =
      transactionId === undefined ? undefined : await describeTransaction(transactionId, c.req.raw.headers);
    const csrf = guard.issue(c, PURPOSE);
    const view = { csrf, returnTo: returnTo.path, email, transaction, error };
    return c.html(document(<SignInPage {...view} />), status);
  }

  /** By address first: who floods us from one place does not lock an account. */
  async function limited(c: Context<PageEnv>, email: string): Promise<LimitAnswer> {
    const address = await limit(`sign-in:address:${c.get('address') ?? 'unknown'}`);
    return address.allowed ? limit(`sign-in:account:${hashSecret(email.trim().toLowerCase())}`) : address;
  }

  return new Hono<PageEnv>()
    .get('/sign-in', async (c) => {
      const returnTo = parseReturnTo(c.req.query('return_to'));
      if (await setup.isOpen()) return c.redirect('/setup', 303);
      if ((await people.currentUser(c.req.raw.headers)) !== undefined) return c.redirect(returnTo.path, 303);
      return show(c, { status: 200, returnTo, email: '' });
    })
    .post('/sign-in', async (c) => {
      const form = await readForm(c, ['csrf', 'return_to', 'email', 'password']);
      const returnTo = parseReturnTo(form.return_to);
      const email = form.email.slice(0, EMAIL_CHARACTERS_SHOWN);

      const checked = guard.check(c, { csrf: form.csrf, purpose: PURPOSE });
      if (!checked.ok) {
        if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
        const error =
          'This page was open for too long, or cookies are off for this site. Please sign in again.';
        return show(c, { status: 403, returnTo, email, error });
      }
      const { allowed, retryAfterSeconds } = await limited(c, form.email);
      if (!allowed) {
        c.header('Retry-After', String(retryAfterSeconds));
        const error = `Too many attempts. Try again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}.`;
        return show(c, { status: 429, returnTo, email, error });
      }
      const { headers } = c.req.raw;
      const signedIn = await people.signIn({ email: form.email, password: form.password, headers });
      if (!signedIn.ok) {
        const error = 'The email address or the password is not right.';
        return show(c, { status: 422, returnTo, email, error });
      }
      for (const setCookie of signedIn.value.setCookies) c.header('Set-Cookie', setCookie, { append: true });
      return c.redirect(returnTo.path, 303);
    });
}
