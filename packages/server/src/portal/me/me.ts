import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { ReachOf } from '../../people/company/reach.ts';
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
    closed_organisations: z
      .array(
        z.object({
          slug: z.string(),
          name: z.string(),
          because: z.enum(['company_required', 'other_company']),
        }),
      )
      .describe('Theirs too, but not open to this session: they ask for another way to sign in.'),
    via_company: z
      .string()
      .nullable()
      .describe('The organisation whose own sign-in vouched for them in this session.'),
    sign_out_token: z.string(),
  }),
} as const;

export interface MeDeps {
  /** Which of a person's organisations a session opens. */
  reach: ReachOf;
  /** The token of the sign-out form, which is a page's: the dashboard cannot read the cookie that it is made from. */
  signOutToken: (context: Context) => string;
}

/** `GET /portal/v1/me`: the signed-in person and the organisations that they belong to. */
export function createMe({ reach, signOutToken }: MeDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get('/', describeRoute(GET), async (context) => {
    const user = context.get('user');
    const { closed, open } = await reach(user);
    const via = open.find(({ organisation }) => organisation.id === user.viaOrgId);
    return context.json({
      user: { id: user.userId, email: user.email, name: user.name },
      organisations: open.map(({ organisation, role }) => ({
        slug: organisation.slug,
        name: organisation.name,
        role,
      })),
      closed_organisations: closed.map(({ because, organisation }) => ({
        slug: organisation.slug,
        name: organisation.name,
        because,
      })),
      via_company: via?.organisation.name ?? null,
      sign_out_token: signOutToken(context),
    });
  });
}
