import { Hono } from 'hono';
import { SIGN_OUT_PURPOSE } from './account-line.tsx';
import type { PagesDeps } from './deps.ts';
import { formRefused } from './failures.tsx';
import { document, Page } from './layout.tsx';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { parseReturnTo, signInPath } from './return-to.ts';

/** `/sign-out` ends the session, and leads on to another account where the visitor was in the middle of something. */
export function signOutRoutes({
  people,
  baseUrl,
  guard,
}: Pick<PagesDeps, 'people' | 'baseUrl' | 'guard'>): Hono<PageEnv> {
  return new Hono<PageEnv>()
    .post('/sign-out', async (c) => {
      const form = await readForm(c, ['csrf', 'return_to']);
      // It also stands on pages whose address is a secret.
      const checked = guard.check(c, { csrf: form.csrf, purpose: SIGN_OUT_PURPOSE, hidesOrigin: true });
      if (!checked.ok) return formRefused(c, checked.error, baseUrl);
      const { setCookies } = await people.signOut(c.req.raw.headers);
      for (const setCookie of setCookies) c.header('Set-Cookie', setCookie, { append: true });
      const wanted = form.return_to === '' ? undefined : parseReturnTo(form.return_to);
      return c.redirect(wanted === undefined ? '/signed-out' : signInPath(wanted.path), 303);
    })
    .get('/signed-out', (c) =>
      c.html(
        document(
          <Page title="Signed out">
            <h1>You are signed out</h1>
            <p class="lead">
              Apps that you connected stay connected. You can end them under Connections in the dashboard.
            </p>
            <p>
              <a class="button" href="/sign-in">
                Sign in again
              </a>
            </p>
          </Page>,
        ),
      ),
    );
}
