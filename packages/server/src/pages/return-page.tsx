import type { Context } from 'hono';
import type { FC } from 'hono/jsx';
import { Page } from './layout.tsx';

/** On the way back to the app. It refreshes by itself; the link is for app schemes, which leave this page standing. */
export const ReturnPage: FC<{ href: string; destination: string; allowed: boolean }> = ({
  href,
  destination,
  allowed,
}) => (
  <Page title={`Returning to ${destination}`} refresh={href}>
    <h1>{allowed ? 'Connected' : 'Not connected'}</h1>
    <p class="lead">
      {allowed ? 'The connection was approved.' : 'Nothing was shared.'} Returning to <bdi>{destination}</bdi>
      …
    </p>
    <p>
      <a class="button" href={href} rel="noreferrer">
        Continue to {destination}
      </a>
    </p>
    <p class="small">If nothing happens, use the button. You can close this page afterwards.</p>
  </Page>
);

/** The address of the app stays out of other sites' logs. */
export function withoutReferrer(c: Context): void {
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cache-Control', 'no-store');
}
