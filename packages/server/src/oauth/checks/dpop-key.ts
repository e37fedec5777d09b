// RFC 9449 section 10: the code can be bound to a key from the start.
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

export function checkDpopKey(parameters: Parameters): Checked<string | null> {
  const thumbprint = parameters.get('dpop_jkt');
  if (thumbprint === undefined) return ok(null);
  return THUMBPRINT.test(thumbprint)
    ? ok(thumbprint)
    : refuse('invalid_request', 'dpop_jkt must be a base64url SHA-256 thumbprint');
}
