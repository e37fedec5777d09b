// RFC 6749 section 3.3: unknown scopes are ignored; the known ones are the most that consent may offer.
import { accessAskedFor, type Access } from '../../kernel/access.ts';
import type { Parameters } from '../parameters.ts';

export function readMaxAccess(parameters: Parameters): Access {
  return accessAskedFor(parameters.get('scope')?.split(' '));
}
