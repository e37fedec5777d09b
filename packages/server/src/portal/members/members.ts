import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { ROLES, type Role } from '../../kernel/access.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { MemberFault, MemberRef } from '../../people/organisations/members.ts';
import type { People } from '../../people/people.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';
import { readId } from '../read-id.ts';

const roleSchema = z.strictObject({ role: z.enum(ROLES) });

export interface MemberRoutesDeps {
  people: People;
  membersOf: (
    orgId: OrganisationId,
  ) => Promise<readonly { userId: UserId; name: string; email: string; role: Role }[]>;
}

/** `/portal/v1/organisations/{org}/members`: who belongs to it, as what. */
export function createMemberRoutes({ membersOf, people }: MemberRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'members.read');
    const { userId: self } = context.get('user');
    const members = await membersOf(organisation.id);
    return context.json({
      items: members.map(({ email, name, role, userId }) => ({
        id: userId,
        name,
        email,
        role,
        is_you: userId === self,
      })),
    });
  });

  app.put('/:member/role', async (context) => {
    const { role } = await readBody(context, roleSchema);
    const member = memberIn(context);
    const changed = await people.setRole({ ...member, role });
    if (!changed.ok) throw FAULTS[changed.error.reason];
    return context.json({ id: member.userId, role });
  });

  app.post('/:member/remove', async (context) => {
    const member = memberIn(context);
    const removed = await people.removeMember(member);
    if (!removed.ok) throw FAULTS[removed.error.reason];
    return context.json({ id: member.userId });
  });

  return app;
}

function memberIn(context: Context<OrganisationEnv>): MemberRef {
  return {
    orgId: context.get('organisation').id,
    userId: readId('usr', context.req.param('member') ?? ''),
    by: { userId: context.get('user').userId, requestId: context.get('requestId') },
  };
}

const FAULTS: Readonly<Record<MemberFault, AppError>> = {
  not_a_member: new AppError('not_found', 'There is no such member.'),
  forbidden: new AppError('forbidden', 'Your role does not allow this.'),
  last_owner: new AppError(
    'conflict',
    'An organisation keeps at least one owner: make somebody else one first.',
  ),
};
