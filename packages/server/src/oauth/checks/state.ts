// RFC 6749 section 4.1.2: the state comes back unchanged. What cannot be kept as it is is refused, never cut.
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

const STATE_CHARACTERS_MAX = 4096;

export function checkState(parameters: Parameters): Checked<string | null> {
  const state = parameters.get('state');
  if (state === undefined) return ok(null);
  if (state.length > STATE_CHARACTERS_MAX) return refuse('invalid_request', 'state is over 4096 characters');
  return state.includes('\0') ? refuse('invalid_request', 'state holds a NUL') : ok(state);
}
