import type { Context } from 'hono';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { CompanySignIn } from '../../people/company/company-sign-in.ts';
import type { ProviderFault } from '../../people/company/relying-party.ts';
import type { CurrentUser } from '../../people/people.ts';
import type { PagesDeps } from '../deps.ts';
import { DeparturePage } from '../departure-page.tsx';
import type { FormGuard } from '../form-guard.ts';
import { document } from '../layout.tsx';
import type { PageEnv } from '../page-env.ts';
import { withoutReferrer } from '../return-page.tsx';
import type { ReturnTo } from '../return-to.ts';

/** Sends the browser to the organisation's provider, or says why that cannot be. */
export async function departToCompany(
  c: Context<PageEnv>,
  deps: {
    readonly companySignIn: CompanySignIn;
    readonly guard: FormGuard;
    readonly describeTransaction: PagesDeps['describeTransaction'];
  },
  departure: {
    readonly organisation: { readonly id: OrganisationId; readonly name: string };
    readonly returnTo: ReturnTo;
    readonly loginHint?: string | undefined;
    readonly session?: CurrentUser | undefined;
  },
): Promise<Response | { problem: string }> {
  const { loginHint, organisation, returnTo, session } = departure;
  const begun = await deps.companySignIn.begin({
    orgId: organisation.id,
    browser: deps.guard.browser(c),
    returnTo: returnTo.path,
    loginHint,
    session,
  });
  if (!begun.ok) return { problem: problemOf(begun.error, organisation.name) };
  const { transactionId } = returnTo;
  const transaction =
    transactionId === undefined
      ? undefined
      : await deps.describeTransaction(transactionId, c.req.raw.headers);
  withoutReferrer(c);
  const { host, url } = begun.value;
  const heading = (
    <>
      Signing in with <bdi>{organisation.name}</bdi>
    </>
  );
  return c.html(
    document(<DeparturePage href={url} host={host} heading={heading} transaction={transaction} />),
  );
}

function problemOf({ reason }: ProviderFault, name: string): string {
  return reason === 'unreachable'
    ? `The sign-in of ${name} does not answer at the moment. Try again in a minute.`
    : `The sign-in of ${name} is not set up right. Tell one of its admins.`;
}
