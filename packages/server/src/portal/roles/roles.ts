import { Hono } from 'hono';
import { z } from 'zod';
import { ROLES } from '../../kernel/access.ts';
import { can, canChangeRole, LOWEST_ROLE, type Action } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { role } from '../shapes.ts';

const LIST = {
  id: 'list_roles',
  summary: 'Show what each role may do',
  description: 'Every action with the roles that may do it, and which roles you can give to others.',
  answer: z.object({
    actions: z.array(z.object({ action: z.string(), roles: z.array(role) })),
    you_give: z.array(role).describe('The roles that you can give to somebody who has none.'),
  }),
} as const;

/** `/portal/v1/organisations/{org}/roles`: the policy itself, so that no page has to repeat it. */
export function createRoleRoutes(): Hono<OrganisationEnv> {
  return new Hono<OrganisationEnv>().get('/', describeRoute(LIST), (context) => {
    const { role: yours } = context.get('organisation');
    return context.json({
      actions: (Object.keys(LOWEST_ROLE) as Action[]).map((action) => ({
        action,
        roles: ROLES.filter((one) => can(one, action)),
      })),
      you_give: ROLES.filter((one) => canChangeRole(yours, undefined, one)),
    });
  });
}
