import type { FC } from 'hono/jsx';
import type { TransactionSummary } from '../deps.ts';
import { Page } from '../layout.tsx';
import { Purpose } from '../sign-in-page.tsx';
import { signInPath } from '../return-to.ts';
import { companyPath } from './company-path.ts';

/** An organisation whose people sign in elsewhere, and where. */
export interface Company {
  readonly slug: string;
  readonly name: string;
  /** The host of its provider. */
  readonly host: string;
}

export interface CompanyPageProps {
  readonly company: Company;
  readonly csrf: string;
  readonly returnTo: string;
  readonly transaction: TransactionSummary | undefined;
  readonly problem?: string | undefined;
  /** Who is signed in by their own means, and is not linked yet; with a token of this session. */
  readonly own?: { readonly email: string; readonly csrf: string } | undefined;
}

/** `/sign-in/company/<organisation>`. Nothing begins before a button is pressed. */
export const CompanyPage: FC<CompanyPageProps> = ({ company, csrf, own, problem, returnTo, transaction }) => (
  <Page
    title={`Continue with ${company.name}`}
    strip={transaction === undefined ? undefined : <Purpose {...transaction} />}
    aside={
      own === undefined ? (
        <p>
          <a href={signInPath(returnTo)}>Use an email address and a password instead</a>
        </p>
      ) : undefined
    }
  >
    <h1>
      Continue with <bdi>{company.name}</bdi>
    </h1>
    {problem === undefined ? null : (
      <p class="problem" role="alert">
        {problem}
      </p>
    )}
    <p class="lead">
      <bdi>{company.name}</bdi> signs its people in at{' '}
      <b>
        <bdi>{company.host}</bdi>
      </b>
      . You come back here afterwards.
    </p>
    {own === undefined ? null : <LinkOwn company={company} returnTo={returnTo} {...own} />}
    <form method="post" action={companyPath(company.slug)}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="return_to" value={returnTo} />
      <input type="hidden" name="action" value="sign-in" />
      <button class={own === undefined ? 'wide' : 'wide secondary'} type="submit">
        {own === undefined ? (
          <>
            Continue with <bdi>{company.name}</bdi>
          </>
        ) : (
          'Continue without linking'
        )}
      </button>
    </form>
  </Page>
);

const LinkOwn: FC<{ company: Company; csrf: string; email: string; returnTo: string }> = ({
  company,
  csrf,
  email,
  returnTo,
}) => (
  <form method="post" action={companyPath(company.slug)}>
    <input type="hidden" name="csrf" value={csrf} />
    <input type="hidden" name="return_to" value={returnTo} />
    <input type="hidden" name="action" value="link" />
    <p>
      You are signed in here as{' '}
      <b>
        <bdi>{email}</bdi>
      </b>
      . Link this account, and from then on <bdi>{company.name}</bdi> can sign you in to it, for{' '}
      <bdi>{company.name}</bdi> alone. Your password, and your other organisations, stay as they are.
    </p>
    <button class="wide" type="submit">
      Link this account
    </button>
  </form>
);
