import { AppError } from '../../kernel/errors.ts';
import type { Actor } from '../../kernel/credential.ts';
import type { Callers } from '../describe-route.ts';
import type { KeyedCaller } from './caller.ts';

/** Why a keyed call goes no further; undefined: it may. */
export function refusalOf(
  { access }: Pick<KeyedCaller, 'access'>,
  actor: Actor,
  route: { readonly callers: Callers; readonly writes: boolean },
): AppError | undefined {
  if (route.callers === 'session') return PERSON_NEEDED;
  if (route.callers === 'person' && actor.kind !== 'user') return OWNER_NEEDED;
  if (route.writes && access !== 'full') return READ_ONLY;
  return undefined;
}

const PERSON_NEEDED = new AppError(
  'person_needed',
  'Only a person does this, signed in to the dashboard: no key may give access, or see what is secret.',
);
const OWNER_NEEDED = new AppError(
  'person_needed',
  "This is a person's: an agent's key cannot be used for it.",
);
const READ_ONLY = new AppError('insufficient_scope', 'This takes full access; yours is read-only.');
