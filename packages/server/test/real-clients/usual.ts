import type { RealClient, Seen } from './real-client.ts';

export const GRANTS = ['authorization_code', 'refresh_token'];
export const PUBLIC = { grant_types: GRANTS, response_types: ['code'], token_endpoint_auth_method: 'none' };

const resourceOf = ({ resource, typed }: Seen) => resource ?? typed;
export const withResource = (seen: Seen) => ({ resource: resourceOf(seen) });
export const nothing = () => ({});
export const everyScopeOf = ({ server }: Seen) => server.scopes_supported.join(' ');

/** What the SDKs do, on which most of these are built; each says where it differs. */
export const usual = {
  path: '/mcp/ORG',
  discovers: ['POINTER', '/.well-known/oauth-authorization-server'],
  authorize: (seen) => ({ scope: seen.challenged, ...withResource(seen) }),
  token: withResource,
  refresh: withResource,
  oauthHeaders: {},
} satisfies Partial<RealClient>;
