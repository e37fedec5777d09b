import type { CounterFamily } from './registry.ts';

/** Told each answer of the token endpoint, with the form as it came. */
export type TokenWatch = (form: string, answer: { readonly status: number; readonly body: object }) => void;

export function createTokenWatch(tokens: CounterFamily): TokenWatch {
  return (form, { body, status }) => {
    const error = 'error' in body && typeof body.error === 'string' ? body.error : 'other';
    tokens.at(grantTypeOf(form), status === 200 ? 'ok' : error).value += 1;
  };
}

/** Cheaply: the form was read, and judged, elsewhere. One that says it twice was refused there. */
function grantTypeOf(form: string): string {
  const [, raw] = /(?:^|&)grant_type=([^&]{0,200})/.exec(form) ?? [];
  if (raw === undefined || raw === '') return 'none';
  return GRANT_TYPES.get(decoded(raw)) ?? 'other';
}

function decoded(raw: string): string {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

const GRANT_TYPES: ReadonlyMap<string, string> = new Map([
  ['authorization_code', 'authorization_code'],
  ['refresh_token', 'refresh_token'],
  ['client_credentials', 'client_credentials'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', 'token_exchange'],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'jwt_bearer'],
]);
