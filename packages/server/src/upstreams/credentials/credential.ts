import { z } from 'zod';

const CHARACTERS_MAX = 8 * 1024;
/** What a header may hold (RFC 9110 section 5.5), without spaces at its ends: a line break would begin another header. */
const HEADER_VALUE = /^[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?$/;
/** RFC 6750 section 2.1. */
const TOKEN = /^[\w.~+/-]+=*$/;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;
/** What says how a message is to be read, or who we are: no credential stands there. */
const NOT_FOR_CREDENTIALS =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept(?:-.*)?|x-request-id|mcp-.*|forwarded|x-forwarded-.*|via|proxy-.*|date|origin|referer|user-agent)$/i;

const secretText = (pattern: RegExp, must: string) =>
  z.string().max(CHARACTERS_MAX, { error: 'is too long' }).regex(pattern, { error: must });

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .max(2048)
  .refine((url) => !url.includes('#'), { error: 'must not have a fragment' });
/** RFC 6749 section 3.3. */
const scope = z.string().regex(/^[!#-[\]-~]{1,200}$/, { error: 'must be a scope: no spaces, no quotes' });
/** RFC 6749 appendix A: printable ASCII. */
const clientId = z.string().regex(/^[ -~]{1,2048}$/, { error: 'must be printable ASCII' });
const clientSecret = secretText(/^[ -~]+$/, 'must be printable ASCII');
const clientMethod = z.enum(['client_secret_basic', 'client_secret_post', 'none']);

/** How an upstream is asked, secrets and all. */
export const credentialSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('assertion') }),
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('bearer'),
    token: secretText(TOKEN, 'must be a token: letters, digits and - . _ ~ + / alone, in one line'),
  }),
  z.strictObject({
    kind: z.literal('basic'),
    // RFC 7617 section 2.
    username: z.string().regex(/^[^:\p{Cc}]{0,500}$/u, { error: 'must be one line without a colon' }),
    password: secretText(/^[^\p{Cc}]*$/u, 'must be one line without control characters'),
  }),
  z.strictObject({
    kind: z.literal('header'),
    name: z
      .string()
      .regex(HEADER_NAME, { error: 'must be the name of a header' })
      .refine((name) => !NOT_FOR_CREDENTIALS.test(name), { error: 'must be a header for credentials' })
      .transform((name) => name.toLowerCase()),
    value: secretText(HEADER_VALUE, 'must be one line without spaces at its ends'),
  }),
  z.strictObject({
    kind: z.literal('query'),
    name: z.string().regex(/^[\w.~[\]-]{1,100}$/, { error: 'must be the name of a query parameter' }),
    value: secretText(/^[^\p{Cc}]+$/u, 'must be one line without control characters'),
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    /** Which of the authorization servers that the upstream names; or, with the endpoints, which one they are of. */
    issuer: httpUrl.optional(),
    authorizationEndpoint: httpUrl.optional(),
    tokenEndpoint: httpUrl.optional(),
    revocationEndpoint: httpUrl.optional(),
    clientId: clientId.optional(),
    clientSecret: clientSecret.optional(),
    authMethod: clientMethod.optional(),
    scopes: z.array(scope).max(50).default([]),
    /** RFC 8707; absent: as the upstream names itself, or none where the endpoints are given. */
    resource: httpUrl.optional(),
    /** An organisation's admin named these addresses, who may name none of our own network's. */
    reach: z.literal('public').optional(),
  }),
  z.strictObject({
    kind: z.literal('token_exchange'),
    tokenEndpoint: httpUrl,
    clientId,
    clientSecret: clientSecret.optional(),
    authMethod: clientMethod.optional(),
    audience: z.string().max(2048).optional(),
    resource: httpUrl.optional(),
    scopes: z.array(scope).max(50).default([]),
  }),
]);

export type Credential = z.infer<typeof credentialSchema>;
export type OAuthCredential = Extract<Credential, { kind: 'oauth' }>;
export type ExchangeCredential = Extract<Credential, { kind: 'token_exchange' }>;

/** What of a credential is sealed. All else may be read by whoever reads the database. */
const SECRET_FIELDS: readonly string[] = ['token', 'password', 'value', 'clientSecret'];

/** A credential as two: what is stored as it is, and what is sealed (undefined: nothing). */
export function split(credential: Credential): {
  settings: Record<string, unknown>;
  secrets: Record<string, unknown> | undefined;
} {
  const { kind: _, ...fields } = credential;
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const secrets = entries.filter(([name]) => SECRET_FIELDS.includes(name));
  return {
    settings: Object.fromEntries(entries.filter(([name]) => !SECRET_FIELDS.includes(name))),
    secrets: secrets.length === 0 ? undefined : Object.fromEntries(secrets),
  };
}
