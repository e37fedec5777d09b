import { Hono, type Context } from 'hono';
import { cleanDisplayName } from '../people/display-name.ts';
import type { SetupFault, SetupForm } from '../people/setup.ts';
import type { PagesDeps } from './deps.ts';
import { errorPage } from './error-page.tsx';
import { formRefused } from './failures.tsx';
import { document } from './layout.tsx';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { SetupDonePage } from './setup-done-page.tsx';
import { SetupPage, type SetupTyped } from './setup-page.tsx';

const PURPOSE = 'setup';
const NOTHING: SetupTyped = { token: '', email: '', name: '', organisationName: '', slug: '' };

/** `/setup`: the first account and organisation, for whoever can read the console. Gone once it is done. */
export function setupRoutes({
  people,
  setup,
  baseUrl,
  mcpBaseUrl = baseUrl,
  guard,
}: Pick<PagesDeps, 'people' | 'setup' | 'baseUrl' | 'mcpBaseUrl' | 'guard'>): Hono<PageEnv> {
  async function show(
    c: Context<PageEnv>,
    typed: SetupTyped,
    shown: { status: 200 | 403 | 422; faults?: readonly SetupFault[]; notice?: string },
  ) {
    const tokenIsGood = typed.token !== '' && (await setup.tokenIsGood(typed.token));
    const csrf = guard.issue(c, PURPOSE);
    const { status, faults = [], notice } = shown;
    const view = { csrf, typed, tokenIsGood, mcpBaseUrl, faults, notice };
    return c.html(document(<SetupPage {...view} />), status);
  }

  async function done(c: Context<PageEnv>, form: SetupForm, slug: string) {
    const { email, password, organisationName } = form;
    const signedIn = await people.signIn({ email, password, headers: c.req.raw.headers });
    if (signedIn.ok) {
      for (const line of signedIn.value.setCookies) c.header('Set-Cookie', line, { append: true });
    }
    const view = {
      connectorUrl: `${mcpBaseUrl}/mcp/${slug}`,
      organisationName: cleanDisplayName(organisationName),
      slug,
    };
    return c.html(document(<SetupDonePage {...view} />));
  }

  return new Hono<PageEnv>()
    .get('/setup', async (c) => {
      if (!(await setup.isOpen())) return gone(c);
      return show(c, { ...NOTHING, token: c.req.query('token') ?? '' }, { status: 200 });
    })
    .post('/setup', async (c) => {
      const sent = await readForm(c, [
        ...(['csrf', 'token', 'email', 'name', 'password'] as const),
        ...(['organisation_name', 'slug'] as const),
      ]);
      const { token, email, name, password, organisation_name: organisationName } = sent;
      const form = { token: token.trim(), email, name, password, organisationName, slug: sent.slug.trim() };
      const { password: _neverSentBack, ...typed } = form;

      const checked = guard.check(c, { csrf: sent.csrf, purpose: PURPOSE });
      if (!checked.ok) {
        if (checked.error.reason === 'cross_site') return formRefused(c, checked.error, baseUrl);
        const notice =
          'This page was open for too long, or cookies are off for this site. Please type the password again and send the form once more.';
        return show(c, typed, { status: 403, notice });
      }
      const completed = await setup.completeSetup(form);
      if (completed.ok) return done(c, form, completed.value.slug);
      const refusal = completed.error;
      switch (refusal.reason) {
        case 'already_done':
          return gone(c);
        case 'token_wrong':
          return show(c, typed, {
            status: 403,
            notice: 'Nothing was created: the set-up token is not the right one.',
          });
        case 'form_invalid':
          return show(c, typed, {
            status: 422,
            faults: refusal.faults,
            notice:
              'Nothing was created yet. Please look at what is marked below, and type the password again.',
          });
      }
    });
}

function gone(c: Context<PageEnv>) {
  return errorPage(c, 410, {
    title: 'Latchkey is already set up',
    message: 'The first account exists, so this page has done its work.',
    next: <a href="/sign-in">Go to the sign-in page</a>,
    code: 'gone',
    requestId: c.get('requestId'),
  });
}
