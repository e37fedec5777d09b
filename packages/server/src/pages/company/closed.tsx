import type { Context } from 'hono';
import type { Reach } from '../../people/company/reach.ts';
import { AccountLine } from '../account-line.tsx';
import { document, Page } from '../layout.tsx';
import type { PageEnv } from '../page-env.ts';
import { companyPath } from './company-path.ts';

/** An app wants to be connected to an organisation that the person belongs to, but not in this session. */
export function showClosed(
  c: Context<PageEnv>,
  { because, organisation: { name, slug } }: Reach['closed'][number],
  { email, returnTo, signOutCsrf }: { email: string; returnTo: string; signOutCsrf: string },
) {
  const isRequired = because === 'company_required';
  return c.html(
    document(
      <Page
        title={isRequired ? 'One more sign-in' : 'Not open in this session'}
        aside={<AccountLine email={email} csrf={signOutCsrf} returnTo={returnTo} />}
      >
        <h1>
          {isRequired ? (
            <>
              <bdi>{name}</bdi> asks for its own sign-in
            </>
          ) : (
            <>
              <bdi>{name}</bdi> is not open in this session
            </>
          )}
        </h1>
        {isRequired ? (
          <>
            <p class="lead">Its members connect apps only after signing in through their company.</p>
            <p>
              <a class="button" href={companyPath(slug, returnTo)}>
                Continue with <bdi>{name}</bdi>
              </a>
            </p>
          </>
        ) : (
          <p class="lead">
            You signed in through another company, and that opens that company’s organisation alone. Use
            another account, or this one by your own means.
          </p>
        )}
      </Page>,
    ),
    403,
  );
}
