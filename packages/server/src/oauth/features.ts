import { DPOP_ALGORITHMS } from '../grants/dpop/proof.ts';
import { TOKEN_EXCHANGE_GRANT } from '../grants/acting-clients.ts';
import { ASSERTION_ALGORITHMS } from '../grants/client-keys.ts';
import { SCOPE_CALL, SCOPE_READ } from '../kernel/access.ts';
import { ID_JAG_PROFILE, JWT_BEARER_GRANT } from './token/jwt-bearer.ts';

/** What this authorization server can do. The metadata is computed from it and the endpoints read it too. */
export const FEATURES = {
  responseTypes: ['code'],
  responseModes: ['query'],
  grantTypes: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    TOKEN_EXCHANGE_GRANT,
    JWT_BEARER_GRANT,
  ],
  /** Whose assertions the jwt-bearer grant takes: identity providers', as MCP's enterprise-managed authorization has it. */
  grantProfiles: [ID_JAG_PROFILE],
  /** Machines are made in the portal, by an admin: nobody registers one. */
  registrationGrantTypes: ['authorization_code', 'refresh_token'],
  codeChallengeMethods: ['S256'],
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  registrationAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
  confidentialAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  assertionAlgorithms: ASSERTION_ALGORITHMS,
  dpopAlgorithms: DPOP_ALGORITHMS,
  scopes: [SCOPE_READ, SCOPE_CALL, 'offline_access'],
} as const;

export type RegistrationAuthMethod = (typeof FEATURES.registrationAuthMethods)[number];

export function isRegistrationAuthMethod(method: string): method is RegistrationAuthMethod {
  return FEATURES.registrationAuthMethods.some((known) => known === method);
}

/** Authorization server metadata (RFC 8414 section 2, RFC 9207 section 3). The issuer is the origin, no path. */
export function authorizationServerMetadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: FEATURES.responseTypes,
    response_modes_supported: FEATURES.responseModes,
    grant_types_supported: FEATURES.grantTypes,
    authorization_grant_profiles_supported: FEATURES.grantProfiles,
    code_challenge_methods_supported: FEATURES.codeChallengeMethods,
    token_endpoint_auth_methods_supported: FEATURES.clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: FEATURES.assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: FEATURES.clientAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: FEATURES.assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: FEATURES.confidentialAuthMethods,
    introspection_endpoint_auth_signing_alg_values_supported: FEATURES.assertionAlgorithms,
    dpop_signing_alg_values_supported: FEATURES.dpopAlgorithms,
    scopes_supported: FEATURES.scopes,
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}

/** Protected resource metadata (RFC 9728 section 2). `resource` is the URL as the client typed it. */
export function protectedResourceMetadata(issuer: string, resource: string) {
  return {
    resource,
    authorization_servers: [issuer],
    // `offline_access` is not a permission on the resource, so it is not listed here.
    scopes_supported: [SCOPE_READ, SCOPE_CALL],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: FEATURES.dpopAlgorithms,
    dpop_bound_access_tokens_required: false,
  };
}
