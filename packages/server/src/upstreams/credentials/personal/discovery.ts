import { z } from 'zod';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { OAuthCredential } from '../credential.ts';
import type { Declared, Incoming, Send } from './outgoing.ts';

/** Where a person gives us access to an upstream, and where that becomes tokens. */
export interface AuthorizationServer {
  /** Undefined: the operator gave the endpoints and did not say whose they are. */
  readonly issuer: string | undefined;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string | undefined;
  readonly registrationEndpoint: string | undefined;
  /** It says who answers (RFC 9207), so an answer that does not is not its own. */
  readonly namesItself: boolean;
  /** It reads clients' own documents (draft-ietf-oauth-client-id-metadata-document). */
  readonly readsClientDocuments: boolean;
  /** How clients may prove themselves; undefined: it does not say. */
  readonly authMethods: readonly string[] | undefined;
  /** What tokens are asked for (RFC 8707). */
  readonly resource: string | undefined;
  readonly scopes: readonly string[];
}

// Visible ASCII: what else a URL parser forgives, a database or a header does not.
const url = z.string().regex(/^[!-~]{1,2048}$/);
const words = z.array(z.string().max(200)).max(500);

const resourceSchema = z.object({
  resource: url,
  authorization_servers: z.array(url).min(1).max(20),
  scopes_supported: words.optional(),
});

const serverSchema = z.object({
  issuer: url,
  authorization_endpoint: url,
  token_endpoint: url,
  revocation_endpoint: url.optional(),
  registration_endpoint: url.optional(),
  code_challenge_methods_supported: words.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  token_endpoint_auth_methods_supported: words.optional(),
  scopes_supported: words.optional(),
});

/** The addresses of the settings that need no document. */
export function declaredOf(audience: string, settings: OAuthCredential): Declared {
  const { authorizationEndpoint, issuer, reach, revocationEndpoint, tokenEndpoint } = settings;
  const urls = [issuer, authorizationEndpoint, tokenEndpoint, revocationEndpoint];
  return { audience, urls: urls.filter((one) => one !== undefined), ...(reach && { reach }) };
}

/**
 * From an upstream to its authorization server: what the operator says, or else RFC 9728 (the challenge, the well-known
 * places), then RFC 8414. The failure is a sentence for the log and for who may mend it.
 */
export async function discover(
  send: Send,
  audience: string,
  settings: OAuthCredential,
): Promise<Result<AuthorizationServer, string>> {
  const { authorizationEndpoint, issuer, resource, revocationEndpoint, scopes, tokenEndpoint } = settings;
  if (authorizationEndpoint !== undefined && tokenEndpoint !== undefined) {
    return ok({
      issuer,
      authorizationEndpoint,
      tokenEndpoint,
      revocationEndpoint,
      registrationEndpoint: undefined,
      namesItself: false,
      readsClientDocuments: false,
      authMethods: undefined,
      resource,
      scopes,
    });
  }
  const declared = declaredOf(audience, settings);
  const found = await findResource(send, audience, declared);
  if (!found.ok) return found;
  const { challengedScopes, document } = found.value;
  // A server of 2025-03-26 is its own authorization server.
  const named = document?.authorization_servers ?? [new URL(audience).origin];
  const wanted = issuer ?? named[0] ?? '';
  if (issuer !== undefined && document !== undefined && !named.includes(issuer)) {
    return fail(`the upstream does not name the issuer ${issuer}`);
  }
  const server = await findServer(send, wanted, declared);
  if (!server.ok) return server;
  const metadata = server.value;
  if (!metadata.code_challenge_methods_supported?.includes('S256')) {
    return fail('its authorization server does not say that it does PKCE with S256');
  }
  const asked = scopes.length > 0 ? scopes : (challengedScopes ?? document?.scopes_supported ?? []);
  const offline = metadata.scopes_supported?.includes('offline_access') === true ? ['offline_access'] : [];
  return ok({
    issuer: metadata.issuer,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    revocationEndpoint: metadata.revocation_endpoint,
    registrationEndpoint: metadata.registration_endpoint,
    namesItself: metadata.authorization_response_iss_parameter_supported === true,
    readsClientDocuments: metadata.client_id_metadata_document_supported === true,
    authMethods: metadata.token_endpoint_auth_methods_supported,
    resource: resource ?? document?.resource ?? audience,
    scopes: [...new Set([...asked, ...(scopes.length > 0 ? [] : offline)])]
      .filter(isScope)
      .slice(0, SCOPES_MAX),
  });
}

const SCOPES_MAX = 50;

type ResourceDocument = z.infer<typeof resourceSchema>;

/** RFC 9728: where a challenge says (section 5.1), or at the places that follow from the address (section 3.1). */
async function findResource(
  send: Send,
  audience: string,
  declared: Declared,
): Promise<
  Result<{ document: ResourceDocument | undefined; challengedScopes: string[] | undefined }, string>
> {
  const probe = await send(audience, declared, {
    headers: { accept: 'application/json, text/event-stream' },
  });
  const challenge = probe.ok && probe.value.status === 401 ? challengeOf(probe.value) : {};
  const { origin, pathname } = new URL(audience);
  const wellKnown = '/.well-known/oauth-protected-resource';
  const path = pathname.replace(/\/$/, '');
  const places =
    challenge.metadata === undefined
      ? [...new Set([origin + wellKnown + path, origin + wellKnown])]
      : [challenge.metadata];
  for (const place of places) {
    const answer = await send(place, declared);
    if (!answer.ok && answer.error.reason === 'address') {
      return fail('its description stands at an address that is not asked');
    }
    const parsed = answer.ok && answer.value.status === 200 && resourceSchema.safeParse(answer.value.json);
    if (!parsed || !parsed.success) continue;
    // Section 3.3: the description of another resource is none of ours.
    if (!covers(parsed.data.resource, audience)) return fail('its description is that of another resource');
    return ok({ document: parsed.data, challengedScopes: challenge.scopes });
  }
  if (challenge.metadata !== undefined) return fail('its description cannot be read');
  return ok({ document: undefined, challengedScopes: challenge.scopes });
}

/** RFC 6750 section 3, RFC 9728 section 5.1. */
function challengeOf({ headers }: Incoming): {
  metadata?: string | undefined;
  scopes?: string[] | undefined;
} {
  const header = headers['www-authenticate'] ?? '';
  const parameter = (name: string): string | undefined => {
    const match = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]{1,2048})"|([^\\s",]{1,2048}))`, 'i').exec(
      header,
    );
    return match?.[1] ?? match?.[2];
  };
  const scopes = parameter('scope')?.split(' ');
  const isUsable =
    scopes?.every((scope) => /^[!#-[\]-~]{1,200}$/.test(scope)) === true && scopes.length <= 50;
  return { metadata: parameter('resource_metadata'), scopes: isUsable ? scopes : undefined };
}

/** RFC 6749 section 3.3. */
function isScope(scope: string): boolean {
  return /^[!#-[\]-~]{1,200}$/.test(scope);
}

function covers(resource: string, audience: string): boolean {
  if (!URL.canParse(resource)) return false;
  const [whole, part] = [new URL(resource), new URL(audience)];
  const base = whole.pathname.replace(/\/$/, '');
  return whole.origin === part.origin && (part.pathname === base || part.pathname.startsWith(`${base}/`));
}

/** RFC 8414 section 3, and where OpenID Connect Discovery has it. */
async function findServer(
  send: Send,
  issuer: string,
  declared: Declared,
): Promise<Result<z.infer<typeof serverSchema>, string>> {
  if (!URL.canParse(issuer)) return fail('its authorization server has no usable address');
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of new Set(places)) {
    const answer = await send(place, declared);
    if (!answer.ok && (answer.error.reason === 'address' || answer.error.reason === 'url')) {
      return fail('its authorization server is at an address that is not asked');
    }
    const parsed = answer.ok && answer.value.status === 200 && serverSchema.safeParse(answer.value.json);
    if (!parsed || !parsed.success) continue;
    // RFC 8414 section 3.3: or one server could speak for another.
    if (parsed.data.issuer !== issuer) return fail('its authorization server calls itself by another name');
    const endpoints = [parsed.data.authorization_endpoint, parsed.data.token_endpoint];
    const isSecure = new URL(issuer).protocol === 'https:';
    const isFit = endpoints.every(
      (one) =>
        URL.canParse(one) && new RegExp(isSecure ? '^https:$' : '^https?:$').test(new URL(one).protocol),
    );
    return isFit ? ok(parsed.data) : fail('its authorization server has endpoints that are not asked');
  }
  return fail('the description of its authorization server cannot be read');
}
