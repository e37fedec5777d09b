import type { JsonObject } from '../http/json.ts';

/** What is known of the authorization server; endpoints are absolute URLs as it says them. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly metadata: JsonObject;
  readonly authorize: string | undefined;
  readonly token: string | undefined;
  readonly register: string | undefined;
  readonly revoke: string | undefined;
  /** It reads client id metadata documents. */
  readonly takesDocuments: boolean;
}

/** Where clients look for an issuer's metadata, in order (RFC 8414 section 3, OpenID Connect Discovery 4, MCP). */
export function metadataUrls(issuer: string): string[] {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/$/, '');
  const inserted = (name: string): string => `${url.origin}/.well-known/${name}${path}`;
  return [
    inserted('oauth-authorization-server'),
    inserted('openid-configuration'),
    ...(path === '' ? [] : [`${url.origin}${path}/.well-known/openid-configuration`]),
  ];
}

/** Where clients look for a resource's metadata without a pointer (RFC 9728 section 3.1). */
export function resourceMetadataUrls(resource: URL): { inserted: string; root: string } {
  const root = `${resource.origin}/.well-known/oauth-protected-resource`;
  return { root, inserted: resource.pathname === '/' ? root : root + resource.pathname };
}
