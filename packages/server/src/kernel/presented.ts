import { hashSecret } from './secret.ts';

/** What a request offers as proof of who it is. Only headers count: query, body and cookies are never looked at. */
export type Presented =
  | { readonly kind: 'nothing' | 'several' | 'unusable' }
  | ({ readonly kind: 'key' } & PresentedSecret)
  | ({ readonly kind: 'token'; readonly scheme: 'bearer' | 'dpop' } & PresentedSecret);

export interface PresentedSecret {
  readonly secret: string;
  /** As `hashSecret` makes it. */
  readonly hash: string;
}

/** The part of a request's headers that credentials are in. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  readonly 'x-api-key'?: string | readonly string[] | undefined;
}

const CREDENTIAL = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*)$/i;
const KEY_PREFIX = 'lk_';

/** Reads `Authorization: Bearer` (RFC 6750 section 2.1), `Authorization: DPoP` (RFC 9449 section 7.1) and `X-API-Key`. */
export function readPresented({ authorization, 'x-api-key': apiKey }: CredentialHeaders): Presented {
  if (authorization === undefined && apiKey === undefined) return { kind: 'nothing' };
  if (authorization !== undefined && apiKey !== undefined) return { kind: 'several' };
  if (typeof apiKey === 'string') {
    return apiKey.startsWith(KEY_PREFIX)
      ? { kind: 'key', secret: apiKey, hash: hashSecret(apiKey) }
      : { kind: 'unusable' };
  }
  const [, scheme, secret] = CREDENTIAL.exec(authorization ?? '') ?? [];
  if (secret === undefined) return { kind: 'unusable' };
  const isDpop = scheme?.toLowerCase() === 'dpop';
  const hash = hashSecret(secret);
  if (!secret.startsWith(KEY_PREFIX))
    return { kind: 'token', scheme: isDpop ? 'dpop' : 'bearer', secret, hash };
  // Keys are bound to nothing: who sends one with a proof is mistaken about what it holds.
  return isDpop ? { kind: 'unusable' } : { kind: 'key', secret, hash };
}
