import { Hono, type Context } from 'hono';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Role } from '../../kernel/access.ts';
import type { PortalEnv } from '../env.ts';

export interface MeDeps {
  organisationsOf: (
    userId: UserId,
  ) => Promise<{ organisation: { id: OrganisationId; slug: string; name: string }; role: Role }[]>;
  /** The token of the sign-out form, which is a page's: the dashboard cannot read the cookie that it is made from. */
  signOutToken: (context: Context) => string;
}

/** `GET /portal/v1/me`: the signed-in person and the organisations that they belong to. */
export function createMe({ organisationsOf, signOutToken }: MeDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get('/', async (context) => {
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
