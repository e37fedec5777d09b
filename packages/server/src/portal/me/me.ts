import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Role } from '../../kernel/access.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { role } from '../shapes.ts';

const GET = {
  id: 'get_me',
  summary: 'Get who is signed in',
  description: 'The signed-in person, and the organisations that they belong to with their role in each.',
  callers: 'session',
  answer: z.object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
    organisations: z.array(z.object({ slug: z.string(), name: z.string(), role })),
    sign_out_token: z.string(),
  }),
} as const;

export interface MeDeps {
  organisationsOf: (
    userId: UserId,
  ) => Promise<{ organisation: { id: OrganisationId; slug: string; name: string }; role: Role }[]>;
  /** The token of the sign-out form, which is a page's: the dashboard cannot read the cookie that it is made from. */
  signOutToken: (context: Context) => string;
}

/** `GET /portal/v1/me`: the signed-in person and the organisations that they belong to. */
export function createMe({ organisationsOf, signOutToken }: MeDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get('/', describeRoute(GET), async (context) => {
    const user = context.get('user');
    const memberships = await organisationsOf(user.userId);
    return context.json({
      user: { id: user.userId, email: user.email, name: user.name },
      organisations: memberships.map(({ organisation, role }) => ({
        slug: organisation.slug,
        name: organisation.name,
        role,
      })),
      sign_out_token: signOutToken(context),
    });
  });
}
