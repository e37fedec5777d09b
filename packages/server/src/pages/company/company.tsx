import { Hono, type Context } from 'hono';
import type { CompanySignIn } from '../../people/company/company-sign-in.ts';
import type { CurrentUser } from '../../people/people.ts';
import type { PagesDeps } from '../deps.ts';
import { formRefused, notFound } from '../failures.tsx';
import { document } from '../layout.tsx';
import { overLimit } from '../over-limit.ts';
import type { PageEnv } from '../page-env.ts';
import { readForm } from '../read-form.ts';
import { withoutReferrer } from '../return-page.tsx';
import { parseReturnTo, type ReturnTo } from '../return-to.ts';
import { CompanyPage } from './company-page.tsx';
import { departToCompany } from './depart.tsx';
import { showRefusal } from './refusal.tsx';

export const COMPANY_CALLBACK_PATH = '/oauth/company/callback';

/** The purpose of the sign-in forms' tokens: those of this page and of `/sign-in` begin the same thing. */
export const SIGN_IN_PURPOSE = 'sign-in';

export type CompanyRoutesDeps = Pick<
  PagesDeps,
  'people' | 'guard' | 'baseUrl' | 'limit' | 'describeTransaction'
> & { readonly companySignIn: CompanySignIn };

/** `/sign-in/company/<organisation>`: through the organisation's own sign-in, and the way back from there. */
export function companyRoutes(deps: CompanyRoutesDeps): Hono<PageEnv> {
  const { baseUrl, companySignIn, describeTransaction, guard, limit, people } = deps;

  async function show(
    c: Context<PageEnv>,
    shown: { slug: string; returnTo: ReturnTo; problem?: string; status?: 200 | 403 | 422 | 429 },
  ) {
    const { problem, returnTo, slug, status = 200 } = shown;
    const found = await companySignIn.organisationAt(slug);
    if (found === undefined) return notFound(c);
    const user = await people.currentUser(c.req.raw.headers, c.get('from'));
    const { transactionId } = returnTo;
    const transaction =
      transactionId === undefined ? undefined : await describeTransaction(transactionId, c.req.raw.headers);
    const mayLink =
      user !== undefined &&
      user.viaOrgId === null &&
      !(await companySignIn.isLinked(found.organisation.id, user.userId));
    const view = {
      company: { slug, name: found.organisation.name, host: found.host },
      csrf: guard.issue(c, SIGN_IN_PURPOSE),
      returnTo: returnTo.path,
      transaction,
      problem,
      own: mayLink ? { email: user.email, csrf: guard.issue(c, linkPurpose(slug, user)) } : undefined,
    };
    return c.html(document(<CompanyPage {...view} />), status);
  }

  return new Hono<PageEnv>()
    .get('/sign-in/company/:organisation', (c) =>
      show(c, { slug: c.req.param('organisation'), returnTo: parseReturnTo(c.req.query('return_to')) }),
    )
    .post('/sign-in/company/:organisation', async (c) => {
      const slug = c.req.param('organisation');
      const form = await readForm(c, ['csrf', 'return_to', 'action']);
      const returnTo = parseReturnTo(form.return_to);
      const user = await people.currentUser(c.req.raw.headers, c.get('from'));
      const links = form.action === 'link';
      const purpose = links ? linkPurpose(slug, user) : SIGN_IN_PURPOSE;
      const checked = guard.check(c, { csrf: form.csrf, purpose });
      if (!checked.ok) {
        if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
        const problem =
          'This page was open for too long, or cookies are off for this site. Please press the button again.';
        return show(c, { slug, returnTo, problem, status: 403 });
      }
      const tooMany = overLimit(c, await limit(`sign-in:address:${c.get('address') ?? 'unknown'}`));
      if (tooMany !== undefined) return show(c, { slug, returnTo, problem: tooMany, status: 429 });
      const found = await companySignIn.organisationAt(slug);
      if (found === undefined) return notFound(c);
      const { organisation } = found;
      const left = await departToCompany(c, deps, {
        organisation,
        returnTo,
        ...(links ? { session: user } : {}),
      });
      return left instanceof Response
        ? left
        : show(c, { slug, returnTo, problem: left.problem, status: 422 });
    })
    .get(COMPANY_CALLBACK_PATH, async (c) => {
      withoutReferrer(c);
      const { headers } = c.req.raw;
      const finished = await companySignIn.finish({
        query: new URL(c.req.url).searchParams,
        // No browser of ours has an empty cookie.
        browser: guard.browserOf(c) ?? '',
        user: await people.currentUser(headers),
        headers,
        requestId: c.get('requestId'),
      });
      if (!finished.ok) return showRefusal(c, finished.error);
      for (const line of finished.value.setCookies) c.header('Set-Cookie', line, { append: true });
      return c.redirect(finished.value.returnTo, 303);
    });
}

/** Of this session: a form that another person was shown links nothing. */
function linkPurpose(slug: string, user: CurrentUser | undefined): string {
  return `company link ${slug} ${user?.sessionId ?? ''}`;
}
