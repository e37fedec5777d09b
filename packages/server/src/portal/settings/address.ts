import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import {
  ADDRESSES_MAX,
  ALIAS_DAYS,
  type Addresses,
  type AddressFault,
} from '../../people/organisations/addresses.ts';
import { SLUG_CHARACTERS_MAX, SLUG_CHARACTERS_MIN } from '../../people/organisations/slug.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';

const slugSchema = z.string().max(200);
const count = z.int().nonnegative();

const answer = z.object({
  slug: z.string().describe('The short name that stands in its URLs.'),
  connector_url: z.string(),
  connector_base: z.string().describe('What stands before the short name in connector URLs.'),
  is_declared: z.boolean().describe("The operator's file says what it is: no page changes it."),
  connections: count.describe('Live connections that apps made at this address.'),
  apps: count.describe('How many apps those are.'),
  alias_days: count.describe('For so long a former address still works.'),
  former: z.array(
    z.object({
      slug: z.string(),
      connector_url: z.string(),
      works_until: z.iso.datetime().nullable().describe('Null: it does not work any more.'),
    }),
  ),
  changes_left: count.describe('How many more new ones there may be.'),
});

const GET = {
  id: 'get_address',
  summary: 'Get the address',
  description:
    'The short name that stands in the connector URL and in the addresses of the dashboard, the former ones, and how many connections use it.',
  action: 'settings.read',
  callers: 'anyone',
  answer,
} as const;

const CHANGE = {
  id: 'change_address',
  summary: 'Change the address',
  description:
    'Gives the organisation another short name. The one before works for 30 days more, and never becomes another organisation’s.',
  action: 'organisation.rename',
  isDangerous: true,
  body: z.strictObject({
    slug: slugSchema,
    was: slugSchema.describe('As it stood when the form was shown.'),
  }),
  answer,
} as const;

export interface AddressRoutesDeps {
  addresses: Addresses;
  mcpBaseUrl: string;
}

/** `/portal/v1/organisations/{org}/settings/address`: the slug, in every URL. */
export function createAddressRoutes({ addresses, mcpBaseUrl }: AddressRoutesDeps): Hono<OrganisationEnv> {
  const base = `${mcpBaseUrl}/mcp/`;

  async function present(orgId: OrganisationId): Promise<z.infer<typeof answer>> {
    const found = await addresses.of(orgId);
    if (found === undefined) throw new AppError('not_found', 'There is no such organisation.');
    const { former, isDeclared, left, slug, uses } = found;
    return {
      slug,
      connector_url: base + slug,
      connector_base: base,
      is_declared: isDeclared,
      ...uses,
      alias_days: ALIAS_DAYS,
      former: former.map((one) => ({
        slug: one.slug,
        connector_url: base + one.slug,
        works_until: one.worksUntil?.toISOString() ?? null,
      })),
      changes_left: left,
    };
  }

  return new Hono<OrganisationEnv>()
    .get('/', describeRoute(GET), async (context) =>
      context.json(await present(context.get('organisation').id)),
    )
    .put('/', describeRoute(CHANGE), async (context) => {
      const { slug, was } = context.req.valid('json');
      const orgId = context.get('organisation').id;
      const changed = await addresses.change({
        orgId,
        was,
        becomes: slug,
        by: context.get('user').userId,
        requestId: context.get('requestId'),
      });
      if (!changed.ok) throw FAULTS[changed.error];
      return context.json(await present(orgId));
    });
}

const FAULTS: Readonly<Record<AddressFault, AppError>> = {
  slug_invalid: new AppError(
    'invalid_request',
    `Use ${SLUG_CHARACTERS_MIN} to ${SLUG_CHARACTERS_MAX} small letters a-z and digits, with single hyphens between them.`,
  ),
  slug_reserved: new AppError('invalid_request', 'This word is reserved. Please choose another.'),
  slug_taken: new AppError('conflict', 'Another organisation has this address, or had it once.'),
  same: new AppError('invalid_request', 'That is its address already.'),
  changed_meanwhile: new AppError(
    'conflict',
    'Somebody else changed the address meanwhile. Nothing was saved: look at what it is now.',
  ),
  declared: new AppError(
    'forbidden',
    'This organisation is declared in the file of whoever runs this service: its address is changed there.',
  ),
  too_many: new AppError(
    'forbidden',
    `This organisation has had ${ADDRESSES_MAX} addresses. It can go back to one of them, and not take another.`,
  ),
  forbidden: new AppError('forbidden', 'Only an owner may change the address.'),
};
