import { z } from 'zod';
import { ROLES } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { declareMembers, type DeclaredOutcome } from '../people/declared/declare-members.ts';
import { parseEmail } from '../people/email.ts';
import type { Store } from '../store/store.ts';

/** An address, as it is compared. */
export const declaredEmail = z.string().transform((text, context) => {
  const parsed = parseEmail(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be an email address' });
  return z.NEVER;
});

/** `members` of an organisation in LATCHKEY_CONFIG: docs/members.md. */
export const declaredMembersSchema = z
  .array(z.strictObject({ email: declaredEmail, role: z.enum(ROLES) }))
  .superRefine((members, context) => {
    const seen = new Set<string>();
    for (const [at, member] of members.entries()) {
      if (seen.has(member.email))
        context.addIssue({ code: 'custom', message: 'is named twice', path: [at, 'email'] });
      seen.add(member.email);
    }
  });

/** Makes it so, and says what of it has to wait. */
export async function applyMembers(
  { clock, say, store }: { store: Store; clock: Clock; say: (line: string) => void },
  { id, slug }: { id: OrganisationId; slug: string },
  members: z.infer<typeof declaredMembersSchema>,
): Promise<void> {
  for (const one of await declareMembers({ store, clock }, id, members)) {
    const note = NOTES[one.outcome];
    if (note !== undefined)
      say(`Organisation ${slug}: ${one.email}, declared as ${one.role}, ${note(slug, one.email)}`);
  }
}

type Note = (slug: string, email: string) => string;

const NOTES: Readonly<Record<DeclaredOutcome['outcome'], Note | undefined>> = {
  member: undefined,
  waits: (slug, address) =>
    `has no account yet. It is a member once somebody vouched for makes one: "latchkey invite ${slug} ${address}" prints a link.`,
  not_vouched_for: (slug, address) =>
    `is not bound: there is an account with that address, and nobody vouched for whose it is. If it is theirs, remove it from the organisation where it belongs to it, and hand over the link that "latchkey invite ${slug} ${address}" prints.`,
  last_owner: () => 'stays owner: the organisation would have none.',
};
