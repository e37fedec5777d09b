import type { Child, FC } from 'hono/jsx';
import type { TransactionSummary } from './deps.ts';
import { Page } from './layout.tsx';
import { Purpose } from './sign-in-page.tsx';

/** On the way to where somebody signs in. A redirect from a form would be blocked, so the page goes by itself. */
export const DeparturePage: FC<{
  href: string;
  host: string;
  /** What they go for. */
  heading: Child;
  /** What they are about to connect, if it is that. */
  transaction?: TransactionSummary | undefined;
}> = ({ heading, host, href, transaction }) => (
  <Page
    title={`Going to ${host}`}
    refresh={href}
    strip={transaction === undefined ? undefined : <Purpose {...transaction} />}
  >
    <h1>{heading}</h1>
    <p class="lead">
      You sign in at <bdi>{host}</bdi>, and come back here afterwards.
    </p>
    <p>
      <a class="button" href={href} rel="noreferrer">
        Continue to <bdi>{host}</bdi>
      </a>
    </p>
    <p class="small">If nothing happens, use the button.</p>
  </Page>
);
