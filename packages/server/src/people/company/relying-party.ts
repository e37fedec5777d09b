import { LRUCache } from 'lru-cache';
import {
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';
import { GuardedFetchError, type GuardedFetch } from '../../kernel/guarded-fetch.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

const CONFIGURATIONS_MAX = 500;
const KEPT_MS = 5 * 60 * 1000;
const TIMEOUT_SECONDS = 10;

/** What we are at an organisation's provider. */
export interface Registration {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  readonly scopes: string;
}

/** What the provider says of who signed in. Nothing of it is believed beyond what `admit` makes of it. */
export interface CompanyClaims {
  readonly subject: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly name: string | undefined;
  readonly all: Readonly<Record<string, unknown>>;
}

/** What binds the answer to the question. */
export interface Binding {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export type ProviderFault =
  /** The person, or the provider, said no: an OAuth error code. */
  | { readonly reason: 'denied'; readonly error: string }
  /** The provider did not know us, or the code. */
  | { readonly reason: 'token_refused'; readonly error: string }
  | { readonly reason: 'unreachable'; readonly detail: string }
  /** What came back does not hold: another issuer, another nonce, a signature, a time. */
  | { readonly reason: 'invalid'; readonly detail: string };

/** Our side of OpenID Connect. Every request goes through the guard. */
export function createRelyingParty({ fetch, redirectUri }: { fetch: GuardedFetch; redirectUri: string }) {
  const kept = new LRUCache<string, Configuration>({ max: CONFIGURATIONS_MAX, ttl: KEPT_MS });

  async function configure(registration: Registration): Promise<Configuration> {
    const { clientId, clientSecret, issuer } = registration;
    const key = JSON.stringify([issuer, clientId, clientSecret]);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const found = await discovery(new URL(issuer), clientId, undefined, None(), {
      [customFetch]: (url, options) => fetch(url, options),
      timeout: TIMEOUT_SECONDS,
    });
    const metadata = found.serverMetadata();
    // The library lets some well-known multi-tenant addresses pass that speak for anybody.
    if (metadata.issuer !== issuer) throw new ProviderError('its metadata is of another issuer');
    const configuration = new Configuration(
      { ...metadata },
      clientId,
      { client_id: clientId },
      authenticationOf(metadata, clientSecret),
    );
    configuration[customFetch] = (url, options) => fetch(url, options);
    configuration.timeout = TIMEOUT_SECONDS;
    // A signature is asked for although the token came by TLS.
    enableNonRepudiationChecks(configuration);
    kept.set(key, configuration);
    return configuration;
  }

  return {
    redirectUri,

    /** Where the browser goes. */
    async authorizationUrl(
      registration: Registration,
      { nonce, state, verifier }: Binding,
      loginHint?: string,
    ): Promise<Result<{ url: string; host: string }, ProviderFault>> {
      try {
        const url = buildAuthorizationUrl(await configure(registration), {
          redirect_uri: redirectUri,
          scope: registration.scopes,
          state,
          nonce,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(loginHint === undefined ? {} : { login_hint: loginHint }),
        });
        if (url.protocol !== 'https:')
          throw new ProviderError('it sends people to an address that is not https');
        return ok({ url: url.href, host: url.host });
      } catch (error) {
        return fail(faultOf(error));
      }
    },

    /**
     * What the answer says, once all of it holds: `state`, `iss` (RFC 9207), then the ID token's signature, issuer,
     * audience, times and nonce (OpenID Connect Core section 3.1.3.7).
     */
    async redeem(
      registration: Registration,
      { nonce, state, verifier }: Binding,
      query: URLSearchParams,
    ): Promise<Result<CompanyClaims, ProviderFault>> {
      try {
        const configuration = await configure(registration);
        const answer = new URL(redirectUri);
        answer.search = query.toString();
        const tokens = await authorizationCodeGrant(configuration, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new ProviderError('there is no ID token');
        const all: Record<string, unknown> = { ...claims };
        if (claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined) {
          Object.assign(all, await fetchUserInfo(configuration, tokens.access_token, claims.sub), {
            iss: claims.iss,
            sub: claims.sub,
          });
        }
        return ok({
          subject: claims.sub,
          email: textOf(all['email']),
          // A text is no yes: OpenID Connect Core section 5.1 has a boolean.
          emailVerified: all['email_verified'] === true,
          name: textOf(all['name']),
          all,
        });
      } catch (error) {
        return fail(faultOf(error));
      }
    },
  };
}

export type RelyingParty = ReturnType<typeof createRelyingParty>;

class ProviderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProviderError';
  }
}

/** What it lists, or Basic, which everybody has to know (OpenID Connect Discovery section 3). */
function authenticationOf(
  { token_endpoint_auth_methods_supported: methods }: Readonly<ServerMetadata>,
  clientSecret: string | undefined,
): ClientAuth {
  if (clientSecret === undefined) return None();
  const usesPost =
    methods?.includes('client_secret_post') === true && !methods.includes('client_secret_basic');
  return usesPost ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const CODE = /^[a-z0-9_]{1,60}$/;

function faultOf(error: unknown): ProviderFault {
  if (error instanceof AuthorizationResponseError) {
    return { reason: 'denied', error: CODE.test(error.error) ? error.error : 'refused' };
  }
  if (error instanceof ResponseBodyError) {
    return { reason: 'token_refused', error: CODE.test(error.error) ? error.error : 'refused' };
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof GuardedFetchError) return { reason: 'unreachable', detail: cause.message };
  }
  return { reason: 'invalid', detail: error instanceof Error ? error.message : 'unknown' };
}
