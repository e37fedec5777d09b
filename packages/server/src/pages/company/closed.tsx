import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { ClosedMembership } from '../../people/company/reach.ts';
import { AccountLine } from '../account-line.tsx';
import { document, Page } from '../layout.tsx';
import type { PageEnv } from '../page-env.ts';
import { companyPath } from './company-path.ts';

interface Visitor {
  readonly email: string;
  /** This request, as it was answered so far: nothing that was chosen is lost by signing in. */
  readonly returnTo: string;
  readonly signOutCsrf: string;
}

interface Closed {
  readonly title: string;
  readonly heading: Child;
  readonly why: Child;
  readonly way?: Child;
}

/** An app wants to be connected to an organisation that the person belongs to, but not in this session. */
export function showClosed(c: Context<PageEnv>, shut: ClosedMembership, visitor: Visitor) {
  const { heading, title, way, why } = closed(shut, visitor);
  const { email, returnTo, signOutCsrf } = visitor;
  return c.html(
    document(
      <Page title={title} aside={<AccountLine email={email} csrf={signOutCsrf} returnTo={returnTo} />}>
        <h1>{heading}</h1>
        <p class="lead">{why}</p>
        {way === undefined ? null : way}
      </Page>,
    ),
    403,
  );
}

function closed({ because, organisation }: ClosedMembership, { returnTo }: Visitor): Closed {
  const name = <bdi>{organisation.name}</bdi>;
  switch (because) {
    case 'company_required':
      return {
        title: 'One more sign-in',
        heading: <>{name} asks for its own sign-in</>,
        why: 'Its members connect apps only after signing in through their company.',
        way: (
          <p>
            <a class="button" href={companyPath(organisation.slug, returnTo)}>
              Continue with {name}
            </a>
          </p>
        ),
      };
    case 'no_second_factor':
      return {
        title: 'A second factor is needed',
        heading: <>{name} asks for a second factor</>,
        why: 'A password alone is not enough there. Set up an authenticator app or a passkey on your account page, which takes a minute. Then come back to this page: it stays open for ten minutes.',
        way: (
          <>
            <p>
              <a
                class="button"
                href={`/app/${organisation.slug}/account`}
                target="_blank"
                rel="noopener noreferrer"
              >
                Set one up on your account page
              </a>
            </p>
            <p>
              <a href={returnTo}>I have set one up: go on</a>
            </p>
          </>
        ),
      };
    case 'second_factor_not_shown':
      return {
        title: 'Sign in with your second factor',
        heading: <>{name} asks for your second factor</>,
        why: 'You have one, but signed in without it this time. Sign in again, with your code or your passkey.',
        way: <SignInAgain returnTo={returnTo} />,
      };
    case 'sign_in_too_old':
      return {
        title: 'Sign in again',
        heading: <>{name} asks you to sign in again</>,
        why: 'You signed in longer ago than it lets count. What you chose here stays chosen.',
        way: <SignInAgain returnTo={returnTo} />,
      };
    case 'address':
      return {
        title: 'Not from here',
        heading: <>{name} does not answer from your address</>,
        why: 'Its admins have listed the networks from which it may be used, and this is none of them. Connect to one of those, such as the office or its VPN, and load this page again.',
      };
    case 'suspended':
    case 'other_company':
      return {
        title: 'Not open in this session',
        heading: <>{name} is not open in this session</>,
        why: 'You signed in through another company, and that opens that company’s organisation alone. Use another account, or this one by your own means.',
      };
  }
}

const SignInAgain = ({ returnTo }: { returnTo: string }) => (
  <p>
    <a class="button" href={`/sign-in?confirm=1&return_to=${encodeURIComponent(returnTo)}`}>
      Sign in again
    </a>
  </p>
);
