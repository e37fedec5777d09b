import { Hono, type Context } from 'hono';
import type { AskedLimit } from '../../limits/headers.ts';
import type { PagesDeps } from '../deps.ts';
import { formRefused } from '../failures.tsx';
import { overLimit } from '../over-limit.ts';
import type { PageEnv } from '../page-env.ts';
import { readForm } from '../read-form.ts';
import { parseReturnTo, type ReturnTo } from '../return-to.ts';
import { departToCompany } from './depart.tsx';

const EMAIL_CHARACTERS_SHOWN = 254;

interface SignInForm {
  readonly purpose: string;
  readonly limited: (c: Context<PageEnv>, email: string) => Promise<AskedLimit>;
  /** The sign-in page again, with what was typed. */
  readonly show: (
    c: Context<PageEnv>,
    shown: { status: 200 | 403 | 422 | 429; returnTo: ReturnTo; email: string; error?: string },
  ) => Promise<Response>;
}

/** `POST /sign-in/company`: the address that was typed says which organisation's own sign-in it is. */
export function companyByEmailRoute(
  deps: Pick<PagesDeps, 'baseUrl' | 'companySignIn' | 'describeTransaction' | 'guard'>,
  { limited, purpose, show }: SignInForm,
): Hono<PageEnv> {
  return new Hono<PageEnv>().post('/sign-in/company', async (c) => {
    const form = await readForm(c, ['csrf', 'return_to', 'email', 'password']);
    const returnTo = parseReturnTo(form.return_to);
    const email = form.email.trim().slice(0, EMAIL_CHARACTERS_SHOWN);
    const again = (status: 403 | 422 | 429, error: string) => show(c, { status, returnTo, email, error });

    const checked = deps.guard.check(c, { csrf: form.csrf, purpose });
    if (!checked.ok) {
      if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, deps.baseUrl);
      return again(
        403,
        'This page was open for too long, or cookies are off for this site. Please sign in again.',
      );
    }
    const tooMany = overLimit(c, await limited(c, email));
    if (tooMany !== undefined) return again(429, tooMany);
    if (email === '') return again(422, 'Type your work email first: it says which company is yours.');
    const organisation = await deps.companySignIn.organisationFor(email);
    if (organisation === undefined) {
      return again(422, 'No company here signs in people with this address. Use your password.');
    }
    const left = await departToCompany(c, deps, { organisation, returnTo, loginHint: email });
    return left instanceof Response ? left : again(422, left.problem);
  });
}
