import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ClosedOrganisation as Closed } from '../api/types.ts';
import { closedText } from '../text/closed-organisations.ts';
import { Frame } from './frame.tsx';

/** An organisation of somebody's that asks for another way to sign in, and that way. */
export function ClosedOrganisation({ account, closed }: { closed: Closed; account: ReactNode }) {
  const text = closedText[closed.because];
  return (
    <Frame bar={account}>
      <title>{`${text.title(closed.name)} · Latchkey`}</title>
      <div className="sheet narrow">
        <h1 id="page-title" tabIndex={-1}>
          {text.title(closed.name)}
        </h1>
        <p>{text.why}</p>
        <p>
          <a className="button" href={wayInto(closed)}>
            {text.how(closed.name)}
          </a>
        </p>
        <Link to="/">{closedText.elsewhere}</Link>
      </div>
    </Frame>
  );
}

/** A page of the server's own, which leads back to the organisation. */
export function wayInto({ because, slug }: Closed): string {
  const returnTo = `return_to=${encodeURIComponent(`/app/${slug}`)}`;
  return because === 'company_required'
    ? `/sign-in/company/${slug}?${returnTo}`
    : `/sign-in?confirm=1&${returnTo}`;
}
