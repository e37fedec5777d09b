/** Every route of the portal below an organisation, with a body that it would take. */
export const ORGANISATION_ROUTES: readonly { method: 'GET' | 'POST'; path: string; body?: unknown }[] = [
  { method: 'GET', path: '' },
  { method: 'POST', path: '/sign-everyone-out', body: {} },
  { method: 'GET', path: '/keys' },
  { method: 'POST', path: '/keys', body: { name: 'CI', access: 'read', expires_in_days: 30 } },
  { method: 'POST', path: '/keys/:key/revoke', body: {} },
  { method: 'GET', path: '/agents' },
  { method: 'POST', path: '/agents', body: { name: 'Nightly', role: 'viewer' } },
  {
    method: 'POST',
    path: '/agents/:agent/keys',
    body: { name: 'Nightly', access: 'read', expires_in_days: 30 },
  },
  { method: 'POST', path: '/agents/:agent/suspend', body: {} },
  { method: 'POST', path: '/agents/:agent/resume', body: {} },
  { method: 'POST', path: '/agents/:agent/delete', body: {} },
  { method: 'GET', path: '/clients' },
  {
    method: 'POST',
    path: '/clients',
    body: { name: 'Importer', auth_method: 'client_secret_post', agent_role: 'member' },
  },
  { method: 'POST', path: '/clients/:client/token-exchange', body: { allowed: true } },
  { method: 'POST', path: '/clients/:client/delete', body: {} },
  { method: 'GET', path: '/trusted-issuers' },
  {
    method: 'POST',
    path: '/trusted-issuers',
    body: { issuer: 'https://idp.test', access: 'read', jwks_uri: 'https://idp.test/keys' },
  },
  { method: 'POST', path: '/trusted-issuers/remove', body: { issuer: 'https://idp.test' } },
  { method: 'GET', path: '/identity-links' },
  {
    method: 'POST',
    path: '/identity-links',
    body: { issuer: 'https://idp.test', subject: 'u-1', member: 'somebody@acme.test' },
  },
  {
    method: 'POST',
    path: '/identity-links/remove',
    body: { issuer: 'https://idp.test', subject: 'u-1' },
  },
];

export const ALL_ROUTES: readonly { method: 'GET' | 'POST'; path: string; body?: unknown }[] = [
  { method: 'GET', path: '/me' },
  ...ORGANISATION_ROUTES.map((route) => ({ ...route, path: `/organisations/:org${route.path}` })),
];
