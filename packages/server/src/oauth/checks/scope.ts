// RFC 6749 section 3.3: unknown scopes are ignored; the known ones are the most that consent may offer.
import { SCOPE_CALL, SCOPE_READ, type Access } from '../../kernel/access.ts';
import type { Parameters } from '../parameters.ts';

export function readMaxAccess(parameters: Parameters): Access {
  const scopes = (parameters.get('scope') ?? '').split(' ');
  return scopes.includes(SCOPE_READ) && !scopes.includes(SCOPE_CALL) ? 'read' : 'full';
}
