import { Hono, type Context } from 'hono';
import { parseJson } from '../kernel/json.ts';
import { hashSecret } from '../kernel/secret.ts';
import { signatureSchema } from '../people/passkeys/responses.ts';
import type { PagesDeps } from './deps.ts';
import { formRefused } from './failures.tsx';
import { overLimit } from './over-limit.ts';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { parseReturnTo, type ReturnTo } from './return-to.ts';

type ShowSignIn = (
  c: Context<PageEnv>,
  shown: { status: 403 | 422 | 429; returnTo: ReturnTo; email: string; error: string },
) => Response | Promise<Response>;

/** What the passkey button of the sign-in page asks for, and the form that it sends. */
export function passkeySignInRoutes(
  { accounts, baseUrl, guard, limit }: Pick<PagesDeps, 'accounts' | 'baseUrl' | 'guard' | 'limit'>,
  { purpose, show }: { purpose: string; show: ShowSignIn },
): Hono<PageEnv> {
  return new Hono<PageEnv>()
    .post('/sign-in/passkey/options', async (c) => {
      const { csrf } = await readForm(c, ['csrf']);
      const checked = guard.check(c, { csrf, purpose });
      if (!checked.ok) return formRefused(c, checked.error, baseUrl);
      const tooMany = overLimit(c, await limit(`passkey:address:${c.get('address') ?? 'unknown'}`));
      if (tooMany !== undefined) return c.body(null, 429);
      return c.json(await accounts.passkeySignInOptions(hashSecret(checked.value.browser)));
    })
    .post('/sign-in/passkey', async (c) => {
      const form = await readForm(c, ['csrf', 'return_to', 'response']);
      const returnTo = parseReturnTo(form.return_to);
      const again = (status: 403 | 422 | 429, error: string) =>
        show(c, { status, returnTo, email: '', error });

      const checked = guard.check(c, { csrf: form.csrf, purpose });
      if (!checked.ok) {
        if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
        return again(
          403,
          'This page was open for too long, or cookies are off for this site. Please try again.',
        );
      }
      const tooMany = overLimit(c, await limit(`sign-in:address:${c.get('address') ?? 'unknown'}`));
      if (tooMany !== undefined) return again(429, tooMany);
      const response = signatureSchema.safeParse(parseJson(form.response));
      const signedIn = response.success
        ? await accounts.signInByPasskey({
            response: response.data,
            browser: hashSecret(checked.value.browser),
            headers: c.req.raw.headers,
          })
        : undefined;
      if (signedIn?.ok !== true)
        return again(422, 'That passkey was not accepted. Try again, or sign in with your password.');
      for (const line of signedIn.value.setCookies) c.header('Set-Cookie', line, { append: true });
      return c.redirect(returnTo.path, 303);
    });
}
