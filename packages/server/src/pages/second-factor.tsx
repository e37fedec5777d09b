import { Hono, type Context } from 'hono';
import type { PagesDeps } from './deps.ts';
import { formRefused } from './failures.tsx';
import { document } from './layout.tsx';
import { overLimit, tooManyAttempts } from './over-limit.ts';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { parseReturnTo, signInPath, type ReturnTo } from './return-to.ts';
import { SecondFactorPage } from './second-factor-page.tsx';
import { Purpose } from './sign-in-page.tsx';

const PURPOSE = 'second-factor';

/** Where the right password leads whoever has a second factor. */
export function secondFactorPath({ path }: ReturnTo): string {
  return signInPath(path).replace('/sign-in', '/sign-in/2fa');
}

/** `/sign-in/2fa`: the code of an authenticator app, or a backup code. Nobody is signed in before. */
export function secondFactorRoutes({
  accounts,
  baseUrl,
  describeTransaction,
  guard,
  limit,
}: Pick<PagesDeps, 'accounts' | 'baseUrl' | 'describeTransaction' | 'guard' | 'limit'>): Hono<PageEnv> {
  async function show(
    c: Context<PageEnv>,
    shown: { status: 200 | 403 | 422 | 429; returnTo: ReturnTo; remember: boolean; error?: string },
  ) {
    const { error, remember, returnTo, status } = shown;
    const { transactionId } = returnTo;
    const transaction =
      transactionId === undefined ? undefined : await describeTransaction(transactionId, c.req.raw.headers);
    const view = {
      csrf: guard.issue(c, PURPOSE),
      returnTo: returnTo.path,
      strip: transaction === undefined ? undefined : <Purpose {...transaction} />,
      remember,
      startOver: signInPath(returnTo.path),
      error,
    };
    return c.html(document(<SecondFactorPage {...view} />), status);
  }

  return new Hono<PageEnv>()
    .get('/sign-in/2fa', async (c) => {
      const returnTo = parseReturnTo(c.req.query('return_to'));
      if (!(await accounts.isPending(c.req.raw.headers))) return c.redirect(signInPath(returnTo.path), 303);
      return show(c, { status: 200, returnTo, remember: false });
    })
    .post('/sign-in/2fa', async (c) => {
      const form = await readForm(c, ['csrf', 'return_to', 'code', 'remember']);
      const returnTo = parseReturnTo(form.return_to);
      const remember = form.remember === 'yes';
      const again = (status: 403 | 422 | 429, error: string) =>
        show(c, { status, returnTo, remember, error });

      const checked = guard.check(c, { csrf: form.csrf, purpose: PURPOSE });
      if (!checked.ok) {
        if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
        return again(403, 'Cookies are off for this site, or the page is old. Please type the code again.');
      }
      const tooMany = overLimit(c, await limit(`sign-in:address:${c.get('address') ?? 'unknown'}`));
      if (tooMany !== undefined) return again(429, tooMany);

      const finished = await accounts.finishSignIn({ code: form.code, remember, headers: c.req.raw.headers });
      if (finished.ok) {
        for (const line of finished.value.setCookies) c.header('Set-Cookie', line, { append: true });
        return c.redirect(returnTo.path, 303);
      }
      switch (finished.error.reason) {
        case 'over':
          return c.redirect(signInPath(returnTo.path), 303);
        case 'too_many':
          c.header('Retry-After', String(finished.error.retryAfterSeconds));
          return again(429, tooManyAttempts(finished.error.retryAfterSeconds));
        case 'wrong_code':
          return again(422, 'That code is not right, or it was used before. Type the one that shows now.');
      }
    });
}
