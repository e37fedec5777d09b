import { z } from 'zod';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Declared, Incoming, OutgoingFault, Send } from './outgoing.ts';

/** Who we are at an authorization server. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly authMethod: 'none' | 'client_secret_basic' | 'client_secret_post';
}

export interface TokenEndpoint {
  readonly url: string;
  readonly declared: Declared;
  readonly client: OAuthClient;
}

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Undefined: it was not said. */
  readonly lifetimeSeconds: number | undefined;
}

export type TokenRefusal =
  /** An OAuth error code (RFC 6749 section 5.2), or `invalid_response`. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'unreachable'; readonly reason: OutgoingFault['reason'] | 'status' };

const LIFETIME_SECONDS_MAX = 10 * 365 * 24 * 60 * 60;

// What goes into a header, and no more (RFC 6750 section 2.1).
const token = z.string().regex(/^[!-~]{1,16384}$/);
const answerSchema = z.object({
  access_token: token,
  token_type: z.string().regex(/^bearer$/i),
  refresh_token: token.optional(),
  expires_in: z.coerce.number().min(0).max(LIFETIME_SECONDS_MAX).optional(),
});
const errorSchema = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });

/** RFC 6749 sections 2.3.1 and 4.1.3. */
export function postForm(
  send: Send,
  { client, declared, url }: TokenEndpoint,
  form: Readonly<Record<string, string | undefined>>,
): ReturnType<Send> {
  const given = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined);
  const body = new URLSearchParams(given);
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  const { authMethod, clientId, clientSecret = '' } = client;
  if (authMethod === 'client_secret_basic') {
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    body.set('client_id', clientId);
    if (authMethod === 'client_secret_post') body.set('client_secret', clientSecret);
  }
  return send(url, declared, { body: body.toString(), headers });
}

export async function requestTokens(
  send: Send,
  endpoint: TokenEndpoint,
  form: Readonly<Record<string, string | undefined>>,
): Promise<Result<IssuedTokens, TokenRefusal>> {
  const answer = await postForm(send, endpoint, form);
  if (!answer.ok) return fail({ kind: 'unreachable', reason: answer.error.reason });
  return readTokens(answer.value);
}

function readTokens({ json, status }: Incoming): Result<IssuedTokens, TokenRefusal> {
  if (status === 200) {
    const parsed = answerSchema.safeParse(json);
    if (!parsed.success) return fail({ kind: 'refused', error: 'invalid_response' });
    const { access_token, expires_in, refresh_token } = parsed.data;
    return ok({ accessToken: access_token, refreshToken: refresh_token, lifetimeSeconds: expires_in });
  }
  const refused = errorSchema.safeParse(json);
  // What is wrong on its side says nothing about what it was asked.
  if (status >= 500 || status === 429 || !refused.success)
    return fail({ kind: 'unreachable', reason: 'status' });
  return fail({ kind: 'refused', error: refused.data.error });
}

/** RFC 6749 appendix B. A space as %20, which servers read that undo only one of the two encodings. */
function formEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
