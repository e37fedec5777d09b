import { AppError } from '../../kernel/errors.ts';
import type { Actor } from '../../kernel/credential.ts';
import type { Callers } from '../describe-route.ts';
import type { KeyedCaller } from './caller.ts';

/** Why a keyed call goes no further; undefined: it may. */
export function refusalOf(
  { access, via }: Pick<KeyedCaller, 'access' | 'via'>,
  actor: Actor,
  route: { readonly callers: Callers; readonly isDangerous: boolean; readonly writes: boolean },
): AppError | undefined {
  if (route.callers === 'session') return PERSON_NEEDED;
  if (route.callers === 'person' && actor.kind !== 'user') return OWNER_NEEDED;
  if (route.isDangerous && via === 'gateway') return NO_TOOL;
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
const NO_TOOL = new AppError('person_needed', 'No tool does this: it takes the dashboard, or a key.');
const READ_ONLY = new AppError('insufficient_scope', 'This takes full access; yours is read-only.');
