import { Hono, type Context } from 'hono';
import { hashSecret } from '../kernel/secret.ts';
import type { AskedLimit } from '../limits/headers.ts';
import { companyByEmailRoute } from './company/by-email.ts';
import type { PagesDeps } from './deps.ts';
import { formRefused } from './failures.tsx';
import { document } from './layout.tsx';
import { overLimit } from './over-limit.ts';
import type { PageEnv } from './page-env.ts';
import { passkeySignInRoutes } from './passkey-sign-in.ts';
import { readForm } from './read-form.ts';
import { organisationOf, parseReturnTo, type ReturnTo } from './return-to.ts';
import { secondFactorPath } from './second-factor.tsx';
import { PASSKEY_CSP } from './security-headers.ts';
import { SignInPage } from './sign-in-page.tsx';

const PURPOSE = 'sign-in';
const EMAIL_CHARACTERS_SHOWN = 254;

/** `/sign-in`: email and password, no script; or a passkey, by one. */
export function signInRoutes(deps: Omit<PagesDeps, 'log' | 'mcpBaseUrl'>): Hono<PageEnv> {
  const { accounts, baseUrl, companySignIn, describeTransaction, guard, limit, people, setup } = deps;
  async function show(
    c: Context<PageEnv>,
    shown: { status: 200 | 403 | 422 | 429; returnTo: ReturnTo; email: string; error?: string },
  ) {
    const { status, returnTo, email, error } = shown;
    const { transactionId } = returnTo;
    const transaction =
      transactionId === undefined ? undefined : await describeTransaction(transactionId, c.req.raw.headers);
    const csrf = guard.issue(c, PURPOSE);
    const slug = transaction?.organisationSlug ?? organisationOf(returnTo);
    const company = slug === undefined ? undefined : await companySignIn.organisationAt(slug);
    const companies = { first: company?.organisation, byEmail: await companySignIn.isInUse() };
    const { isAvailable: hasPasskeys } = accounts.passkeys;
    if (hasPasskeys) c.header('Content-Security-Policy', PASSKEY_CSP);
    const view = { csrf, returnTo: returnTo.path, email, transaction, companies, hasPasskeys, error };
    return c.html(document(<SignInPage {...view} />), status);
  }

  /** By address first: who floods us from one place does not lock an account. */
  async function limited(c: Context<PageEnv>, email: string): Promise<AskedLimit> {
    const address = await limit(`sign-in:address:${c.get('address') ?? 'unknown'}`);
    return address.decision.allowed
      ? limit(`sign-in:account:${hashSecret(email.trim().toLowerCase())}`)
      : address;
  }

  return new Hono<PageEnv>()
    .get('/sign-in', async (c) => {
      const returnTo = parseReturnTo(c.req.query('return_to'));
      if (await setup.isOpen()) return c.redirect('/setup', 303);
      const user = await people.currentUser(c.req.raw.headers, c.get('from'));
      // Whoever is to show again who they are signs in anew.
      if (user !== undefined && c.req.query('confirm') !== '1') return c.redirect(returnTo.path, 303);
      return show(c, { status: 200, returnTo, email: user?.email ?? '' });
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
      const tooMany = overLimit(c, await limited(c, form.email));
      if (tooMany !== undefined) return show(c, { status: 429, returnTo, email, error: tooMany });
      const { headers } = c.req.raw;
      const signedIn = await people.signIn({ email: form.email, password: form.password, headers });
      if (!signedIn.ok) {
        const error = 'The email address or the password is not right.';
        return show(c, { status: 422, returnTo, email, error });
      }
      for (const setCookie of signedIn.value.setCookies) c.header('Set-Cookie', setCookie, { append: true });
      const isDone = signedIn.value.step === 'done';
      return c.redirect(isDone ? returnTo.path : secondFactorPath(returnTo), 303);
    })
    .route('/', companyByEmailRoute(deps, { purpose: PURPOSE, limited, show }))
    .route('/', passkeySignInRoutes(deps, { purpose: PURPOSE, show }));
}
