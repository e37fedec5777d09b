import { Hono, type Context } from 'hono';
import type { Approvals, AuthorizationResponse } from '../grants/approvals.ts';
import { destinationOf } from '../grants/destination.ts';
import { responseUrl } from '../grants/response-url.ts';
import type { Handoff } from '../oauth/handoff.ts';
import { document } from './layout.tsx';
import type { PageEnv } from './page-env.ts';
import { expired, handoffRefused, otherBrowser } from './refusals.ts';
import { ReturnPage, withoutReferrer } from './return-page.tsx';

export interface AuthorizeReturnDeps {
  approvals: Approvals;
  toGateway: Handoff;
  /** The cookie by which the gateway knows the browser that began. */
  gateBrowserOf: (headers: Headers) => string | undefined;
}

/** `/authorize/return`, on the gateway: the browser comes back from the web host and goes on to the app. */
export function createAuthorizeReturn(deps: AuthorizeReturnDeps): Hono<PageEnv> {
  return new Hono<PageEnv>().get('/authorize/return', async (c) => {
    const claimed = await deps.toGateway.claim(c.req.query('handoff') ?? '');
    if (!claimed.ok) return handoffRefused(c, claimed.error);
    const response = await deps.approvals.answerOf(claimed.value);
    return response === undefined ? expired(c) : finish(c, claimed.value, response, deps);
  });
}

/** Somebody else's approval must not connect the app that this browser has open, nor the other way round. */
export async function finish(
  c: Context<PageEnv>,
  transactionId: string,
  response: AuthorizationResponse,
  { approvals, gateBrowserOf }: Pick<AuthorizeReturnDeps, 'approvals' | 'gateBrowserOf'>,
) {
  if (!(await approvals.isGateBrowser(transactionId, gateBrowserOf(c.req.raw.headers))))
    return otherBrowser(c);
  return goTo(c, responseUrl(response.redirectUri, response.parameters), response);
}

/** Shows where the answer goes, and takes the browser to `href` on its way there. */
export function goTo(c: Context<PageEnv>, href: string, response: AuthorizationResponse) {
  withoutReferrer(c);
  const destination = destinationOf(response.redirectUri);
  return c.html(
    document(<ReturnPage href={href} destination={destination} allowed={'code' in response.parameters} />),
  );
}
