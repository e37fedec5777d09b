// RFC 7636 section 4.3 and RFC 9700 section 2.1.1: every client, and S256 said explicitly.
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

export function checkPkce(parameters: Parameters): Checked<string> {
  const challenge = parameters.get('code_challenge');
  if (challenge === undefined)
    return refuse('invalid_request', 'code_challenge is missing: PKCE is required');
  if (parameters.get('code_challenge_method') !== 'S256') {
    return refuse('invalid_request', 'code_challenge_method must be S256');
  }
  return S256_CHALLENGE.test(challenge)
    ? ok(challenge)
    : refuse('invalid_request', 'code_challenge must be a base64url SHA-256 digest');
}
