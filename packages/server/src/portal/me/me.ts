import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Membership, ReachOf } from '../../people/company/reach.ts';
import type { Operators } from '../../people/operators/operators.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { presentLogo } from '../settings/logo.ts';
import { logo, role } from '../shapes.ts';

const formerSlugs = z.array(z.string()).describe('Its former addresses that still work.');

const GET = {
  id: 'get_me',
  summary: 'Get who is signed in',
  description: 'The signed-in person, and the organisations that they belong to with their role in each.',
  callers: 'session',
  answer: z.object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
    organisations: z.array(
      z.object({ slug: z.string(), former_slugs: formerSlugs, name: z.string(), logo, role }),
    ),
    closed_organisations: z
      .array(
        z.object({
          slug: z.string(),
          former_slugs: formerSlugs,
          name: z.string(),
          because: z.enum([
            'company_required',
            'other_company',
            'suspended',
            'address',
            'no_second_factor',
            'second_factor_not_shown',
          ]),
        }),
      )
      .describe(
        'Theirs too, but not open to this session: they ask for another way to sign in, a second factor or another address.',
      ),
    via_company: z
      .string()
      .nullable()
      .describe('The organisation whose own sign-in vouched for them in this session.'),
    is_operator: z.boolean().describe('Whether this session looks after the whole installation.'),
    sign_out_token: z.string(),
  }),
} as const;

export interface MeDeps {
  /** Which of a person's organisations a session opens. */
  reach: ReachOf;
  readonly operators: Pick<Operators, 'isOperator'>;
  /** The token of the sign-out form, which is a page's: the dashboard cannot read the cookie that it is made from. */
  signOutToken: (context: Context) => string;
}

/** `GET /portal/v1/me`: the signed-in person and the organisations that they belong to. */
export function createMe({ operators, reach, signOutToken }: MeDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get('/', describeRoute(GET), async (context) => {
    const user = context.get('user');
    const reached = await reach(user);
    // An old sign-in is confirmed where it is asked for, on whatever page somebody is.
    const old = reached.closed.filter(({ because }) => because === 'sign_in_too_old');
    const open = [...reached.open, ...old].toSorted(byName);
    const closed = reached.closed.flatMap(({ aliases, because, organisation }) =>
      because === 'sign_in_too_old' ? [] : [{ aliases, because, organisation }],
    );
    const via = open.find(({ organisation }) => organisation.id === user.viaOrgId);
    return context.json({
      user: { id: user.userId, email: user.email, name: user.name },
      organisations: open.map(({ aliases, organisation, role }) => ({
        slug: organisation.slug,
        former_slugs: aliases,
        name: organisation.name,
        logo: presentLogo(organisation.logo),
        role,
      })),
      closed_organisations: closed.map(({ aliases, because, organisation }) => ({
        slug: organisation.slug,
        former_slugs: aliases,
        name: organisation.name,
        because,
      })),
      via_company: via?.organisation.name ?? null,
      is_operator: await operators.isOperator(user),
      sign_out_token: signOutToken(context),
    });
  });
}

function byName(one: Membership, other: Membership): number {
  return one.organisation.name.localeCompare(other.organisation.name);
}
