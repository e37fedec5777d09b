import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { AdmitFault } from '../../people/company/admit.ts';
import type { ArrivalRefusal } from '../../people/company/company-sign-in.ts';
import { errorPage, type PageStatus } from '../error-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { signInPath } from '../return-to.ts';
import { companyPath } from './company-path.ts';

/** Why somebody who came back from a company's sign-in is not signed in here, and what they can do about it. */
export function showRefusal(c: Context<PageEnv>, refusal: ArrivalRefusal) {
  const page = (status: PageStatus, code: string, title: string, message: Child, next?: Child) =>
    errorPage(c, status, { title, message, next, code: `company_${code}`, requestId: c.get('requestId') });

  if (refusal.reason === 'unknown') {
    return page(
      400,
      'unknown',
      'This was not begun here',
      'It was begun in another browser, more than ten minutes ago, or is finished already. Nobody was signed in.',
      <a href="/sign-in">Go to the sign-in page</a>,
    );
  }
  const { organisation, returnTo } = refusal;
  const name = <bdi>{organisation.name}</bdi>;
  const again = <a href={companyPath(organisation.slug, returnTo)}>Try again with {name}</a>;
  switch (refusal.reason) {
    case 'other_session':
      return page(
        409,
        'other_session',
        'You are signed in as somebody else now',
        'Nothing was linked. Sign in to the account that you want to link, and begin again.',
        again,
      );
    case 'provider': {
      const { fault } = refusal;
      if (fault.reason === 'denied') {
        return page(400, fault.error, 'You were not signed in', <>{name} said no, or you did.</>, again);
      }
      if (fault.reason === 'unreachable') {
        return page(
          502,
          'unreachable',
          'You were not signed in',
          <>The sign-in of {name} did not answer.</>,
          again,
        );
      }
      return page(
        400,
        fault.reason === 'invalid' ? 'invalid' : fault.error,
        'You were not signed in',
        <>What the sign-in of {name} answered does not hold, so it was not believed.</>,
        <>
          Tell one of the admins of {name}, with the request below. {again}
        </>,
      );
    }
    case 'person':
      return refusePerson(refusal.fault, refusal.email);
  }

  function refusePerson(fault: AdmitFault, email: string | undefined) {
    const title = 'You were not signed in';
    const address = email === undefined ? 'your address' : <bdi>{email}</bdi>;
    const ask = <>Ask one of the admins of {name}.</>;
    switch (fault) {
      case 'account_exists':
        return page(
          409,
          fault,
          'There is an account with this address already',
          <>
            {address} has an account here that {name} does not manage. Sign in to it once by your own means,
            and link it to {name}.
          </>,
          <a href={signInPath(companyPath(organisation.slug, returnTo))}>Sign in and link it</a>,
        );
      case 'email_unverified':
        return page(
          403,
          fault,
          title,
          <>
            {name} does not say that {address} is yours.
          </>,
          ask,
        );
      case 'domain':
        return page(
          403,
          fault,
          title,
          <>
            {address} is not of a domain that {name} has shown to be its own.
          </>,
          ask,
        );
      case 'linked_otherwise':
        return page(403, fault, title, <>This account is linked to another person at {name}.</>, ask);
      case 'not_invited':
        return page(
          403,
          fault,
          title,
          <>You are not a member of {name}, and signing in does not make you one.</>,
          ask,
        );
      case 'removed':
        return page(403, fault, title, <>You were removed from {name}.</>, ask);
      case 'disabled':
      case 'suspended':
        return page(403, 'not_possible', title, 'This account cannot be used at the moment.', ask);
      case 'changed':
        return page(409, fault, title, <>The sign-in of {name} was changed meanwhile.</>, again);
    }
  }
}
