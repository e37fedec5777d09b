import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ClosedOrganisation as Closed } from '../api/types.ts';
import { closedText } from '../text/closed-organisations.ts';
import { Frame } from './frame.tsx';
import { uiText } from '../text/ui.ts';

/** An organisation of somebody's that asks for another way to sign in, and that way. */
export function ClosedOrganisation({ account, closed }: { closed: Closed; account: ReactNode }) {
  const text = closedText[closed.because];
  return (
    <Frame bar={account}>
      <title>{uiText.tab(text.title(closed.name))}</title>
      <div className="sheet narrow">
        <h1 id="page-title" tabIndex={-1}>
          {text.title(closed.name)}
        </h1>
        <p>{text.why}</p>
        {wayInto(closed) === undefined ? null : (
          <p>
            <a className="button" href={wayInto(closed)}>
              {text.how(closed.name)}
            </a>
          </p>
        )}
        <Link to="/">{closedText.elsewhere}</Link>
      </div>
    </Frame>
  );
}

/** A page of the server's own, which leads back to the organisation. Undefined: nothing that somebody does leads in. */
export function wayInto({ because, slug }: Closed): string | undefined {
  if (because === 'suspended' || because === 'address') return undefined;
  if (because === 'no_second_factor') return `/app/${slug}/account`;
  const returnTo = `return_to=${encodeURIComponent(`/app/${slug}`)}`;
  return because === 'company_required'
    ? `/sign-in/company/${slug}?${returnTo}`
    : `/sign-in?confirm=1&${returnTo}`;
}
