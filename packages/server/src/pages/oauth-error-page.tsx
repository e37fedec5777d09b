import type { Context } from 'hono';
import type { PageEnv } from './page-env.ts';
import { document } from './layout.tsx';
import { ErrorPage } from './error-page.tsx';
import { pageHeaders } from './security-headers.ts';

/** What the authorization server has to tell a person. `back` is a link that tells the client; nobody is sent there. */
export interface OAuthError {
  readonly title: string;
  readonly message: string;
  /** For whoever is told about it. */
  readonly code: string;
  readonly back?: { readonly href: string; readonly destination: string };
}

/** For the gateway host, where no middleware of the pages runs. The caller has set the status. */
export function createOAuthErrorPage(baseUrl: string) {
  const headers = Object.entries(pageHeaders(baseUrl));
  return (c: Context<PageEnv>, { title, message, code, back }: OAuthError): Response | Promise<Response> => {
    for (const [name, value] of headers) c.header(name, value);
    // The address of this page holds the client's request.
    c.header('Referrer-Policy', 'no-referrer');
    const next =
      back === undefined ? undefined : (
        <a href={back.href} rel="noreferrer">
          Return to <bdi>{back.destination}</bdi> without connecting
        </a>
      );
    const view = { title, message, next, code, requestId: c.get('requestId') };
    return c.html(document(<ErrorPage {...view} />));
  };
}
