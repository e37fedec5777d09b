import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { createOperators } from '../people/operators/operators.ts';
import type { Store } from '../store/store.ts';
import { declaredEmail } from './members.ts';

/** `operators` in LATCHKEY_CONFIG: docs/operators.md. */
export const declaredOperatorsSchema = z.array(declaredEmail).superRefine((emails, context) => {
  for (const [at, email] of emails.entries())
    if (emails.indexOf(email) !== at)
      context.addIssue({ code: 'custom', message: 'is named twice', path: [at] });
});

/** Makes it so, and says what of it has to wait. A file that does not speak of operators changes nothing. */
export async function applyOperators(
  { clock, say, store }: { store: Store; clock: Clock; say: (line: string) => void },
  emails: readonly string[] | undefined,
): Promise<void> {
  if (emails === undefined) return;
  for (const { email, outcome } of await createOperators({ store, clock }).declare(emails)) {
    if (outcome === 'waits')
      say(`Operator ${email} has no account yet, and is one from the first start after there is one.`);
    if (outcome === 'not_vouched_for')
      say(
        `Operator ${email} is none: there is an account with that address, and nobody vouched for whose it is. If it is theirs, "latchkey operators add ${email}" makes them one.`,
      );
  }
}
