import { parse } from 'hono/utils/cookie';
import type { Approvals } from '../grants/approvals.ts';
import { hostOfClientId } from '../grants/client-documents/client-id-url.ts';
import type { Clients } from '../grants/clients.ts';
import { destinationOf } from '../grants/destination.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { hostCookie } from '../people/host-cookie.ts';
import type { PagesDeps } from './deps.ts';
import { BROWSER_COOKIE } from './form-guard.ts';

/** What the sign-in page says about the connection that waits behind it, to the browser that it belongs to alone. */
export function createDescribeTransaction({
  approvals,
  clients,
  organisationOf,
  baseUrl,
}: {
  approvals: Approvals;
  clients: Clients;
  organisationOf: (orgId: OrganisationId) => Promise<{ name: string; slug: string } | undefined>;
  baseUrl: string;
}): PagesDeps['describeTransaction'] {
  const { name: cookieName } = hostCookie(baseUrl, BROWSER_COOKIE);
  return async (transactionId, headers) => {
    const browser = parse(headers.get('cookie') ?? '', cookieName)[cookieName];
    const authorization = await approvals.find(transactionId, browser);
    if (authorization === undefined) return undefined;
    const client = await clients.find(authorization.clientId);
    if (client === undefined) return undefined;
    const { resourceOrgId } = authorization;
    const organisation = resourceOrgId === null ? undefined : await organisationOf(resourceOrgId);
    return {
      clientName: client.name,
      clientHost: client.kind === 'metadata_document' ? hostOfClientId(client.id) : undefined,
      destinationHost: destinationOf(authorization.redirectUri),
      organisationName: organisation?.name,
      organisationSlug: organisation?.slug,
    };
  };
}
