import type { Tool } from '../catalogue/types.ts';
import { isObject, ownText } from '../json.ts';
import { jsonOf } from './exact-json.ts';
import { headerOf } from './header.ts';
import type { UpstreamResponse } from './types.ts';

const BODY_BYTES = 64 * 1024;
const SCOPES_MAX = 10;
const SAYS_SCOPE =
  /insufficient[_ -]?scopes?|scopes?[_ -]insufficient|\b(?:missing|requires?|required|lacks?|needs?|not have)\b[^.]{0,60}\bscopes?\b|\bscopes?\b[^.]{0,60}\b(?:missing|required|insufficient|needed)\b/i;

/** The scopes that a 403 asks for: empty if it does not say which, undefined if it is about something else. */
export function scopesRefused(
  { scopes }: Tool,
  { body, headers, status }: UpstreamResponse,
  said: string,
): readonly string[] | undefined {
  if (status !== 403) return undefined;
  const challenge = (headerOf(headers, 'www-authenticate') ?? '').slice(0, 4_000);
  const isChallenged = /\berror\s*=\s*"?insufficient_scope\b/i.test(challenge);
  if (!isChallenged && !SAYS_SCOPE.test(said)) return undefined;
  const content = body.length <= BODY_BYTES ? jsonOf(body.toString('utf8')) : undefined;
  const named =
    /\bscope\s*=\s*"([^"]{1,1000})"/i.exec(challenge)?.[1] ??
    (isObject(content) ? ownText(content, 'scope') : undefined) ??
    headerOf(headers, 'x-accepted-oauth-scopes') ??
    '';
  const clean = named.split(/[\s,]+/).filter((scope) => /^[\w:./*-]{1,100}$/.test(scope));
  return (clean.length > 0 ? clean : scopes).slice(0, SCOPES_MAX);
}
