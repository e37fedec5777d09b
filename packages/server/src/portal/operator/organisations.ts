import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Suspensions } from '../../grants/suspensions.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import {
  OWNER_LINK_DAYS,
  type FoundFault,
  type FoundOrganisation,
  type OwnerLink,
  type OwnerLinkFault,
} from '../../people/operators/found-organisation.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { nothingHere } from '../nothing-here.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf, time } from '../shapes.ts';
import { wantedText } from '../wanted-text.ts';
import type { Installed } from '../../people/operators/installed.ts';

const PAGE_ITEMS = 100;
const STATES = ['active', 'suspended', 'deleted'] as const;
const NAME_CHARACTERS_MAX = 200;
const SLUG_CHARACTERS_MAX = 100;

const params = z.object({
  organisation: pathId('org').describe('Its id, as list_installed_organisations shows it.'),
});

const shape = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  state: z.enum(STATES).describe('deleted: by its owners, and about to be gone.'),
  people: z.number().int().describe('How many belong to it; 0: nobody has used the owner’s link yet.'),
  connectors: z.number().int().describe('Its own, without those that all organisations share.'),
  connections: z.number().int().describe('That work now.'),
  calls: z.number().int().describe('Of the last 24 hours.'),
  created_at: time,
  suspended_at: time.nullable(),
  deleted_at: time.nullable(),
});

const link = {
  url: z.string().describe('For its first owner, shown this once. No mail is sent: hand it over.'),
  expires_at: time,
};

const LIST = {
  id: 'list_installed_organisations',
  summary: 'List all organisations',
  description:
    'Every organisation of the installation, the newest first: names, counts and state, and nothing that it keeps. For operators.',
  callers: 'session',
  query: z.object({
    q: wantedText('In the name or the slug.'),
    state: z.enum(STATES).optional(),
    cursor: z.string().max(200).optional(),
  }),
  answer: pageOf(shape).extend({ total: z.number().int().describe('On all pages.') }),
} as const;

const CREATE = {
  id: 'create_organisation',
  summary: 'Create an organisation',
  description: `Makes an organisation that nobody belongs to, and a link for its first owner, good once and for ${OWNER_LINK_DAYS} days. For operators.`,
  callers: 'session',
  isDangerous: true,
  body: z.strictObject({
    name: z.string().max(NAME_CHARACTERS_MAX),
    slug: z.string().max(SLUG_CHARACTERS_MAX).describe('It stands in the URL that people paste.'),
  }),
  answer: z.object({ id: z.string(), slug: z.string(), ...link }),
  status: 201,
} as const;

const OWNER_LINK = {
  id: 'create_owner_link',
  summary: 'Make another link for the first owner',
  description: 'Of an organisation that nobody belongs to yet. Links before it stop working. For operators.',
  callers: 'session',
  isDangerous: true,
  params,
  body: nothing,
  answer: z.object(link),
  status: 201,
} as const;

const SUSPEND = {
  id: 'suspend_organisation',
  summary: 'Suspend an organisation',
  description:
    'Everything in it is refused at once, calls under way break off, and its connections end. Nothing of it is deleted. For operators.',
  callers: 'session',
  isDangerous: true,
  params,
  body: nothing,
  answer: z.object({ id: z.string(), state: z.literal('suspended') }),
} as const;

const RESUME = {
  id: 'resume_organisation',
  summary: 'Resume an organisation',
  description:
    'Its people get in again, and keys made by hand work; apps have to be connected again. For operators.',
  callers: 'session',
  isDangerous: true,
  params,
  body: nothing,
  answer: z.object({ id: z.string(), state: z.literal('active') }),
} as const;

export interface OperatorOrganisationDeps {
  readonly installed: Installed;
  readonly suspensions: Pick<Suspensions, 'suspendOrganisation' | 'resumeOrganisation'>;
  readonly foundOrganisation: FoundOrganisation;
  readonly webBaseUrl: string;
  readonly clock: Clock;
}

/** `/portal/v1/operator/organisations`. */
export function createOperatorOrganisationRoutes(deps: OperatorOrganisationDeps): Hono<PortalEnv> {
  const { clock, foundOrganisation, installed, suspensions, webBaseUrl } = deps;
  const app = new Hono<PortalEnv>();
  const presentLink = ({ expiresAt, token }: OwnerLink) => ({
    url: `${webBaseUrl}/invite/${token}`,
    expires_at: expiresAt.toISOString(),
  });

  app.get('/', describeRoute(LIST), async (context) => {
    const { cursor, q = '', state } = context.req.valid('query');
    const wanted = { text: q.trim(), state };
    const place = { before: readCursor(cursor), limit: PAGE_ITEMS + 1, now: new Date(clock.nowMs()) };
    const [found, total] = await Promise.all([
      installed.listOrganisations(wanted, place),
      installed.countOrganisations(wanted),
    ]);
    const items = found.slice(0, PAGE_ITEMS);
    const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
    return context.json({
      items: items.map(present),
      next_cursor: last === undefined ? null : writeCursor({ atMs: last.createdAtMs, id: last.id }),
      total,
    });
  });

  app.post('/', describeRoute(CREATE), async (context) => {
    const { name, slug } = context.req.valid('json');
    const made = await foundOrganisation.found({ name, slug: slug.trim(), by: byOf(context) });
    if (!made.ok) throw FOUND_FAULTS[made.error]();
    return context.json({ id: made.value.orgId, slug: made.value.slug, ...presentLink(made.value) }, 201);
  });

  app.post('/:organisation/owner-link', describeRoute(OWNER_LINK), async (context) => {
    const { organisation: orgId } = context.req.valid('param');
    const made = await foundOrganisation.ownerLink({ orgId, by: byOf(context) });
    if (!made.ok) throw LINK_FAULTS[made.error]();
    return context.json(presentLink(made.value), 201);
  });

  app.post('/:organisation/suspend', describeRoute(SUSPEND), async (context) => {
    const { organisation: id } = context.req.valid('param');
    if (!(await suspensions.suspendOrganisation(id, byOf(context)))) throw notOfState('active');
    return context.json({ id, state: 'suspended' });
  });

  app.post('/:organisation/resume', describeRoute(RESUME), async (context) => {
    const { organisation: id } = context.req.valid('param');
    if (!(await suspensions.resumeOrganisation(id, byOf(context)))) throw notOfState('suspended');
    return context.json({ id, state: 'active' });
  });

  return app;
}

export function byOf(context: Context<PortalEnv>) {
  return { userId: context.get('user').userId, requestId: context.get('requestId') };
}

function present(found: Awaited<ReturnType<Installed['listOrganisations']>>[number]): z.infer<typeof shape> {
  const { calls, connections, connectors, createdAtMs, deletedAtMs, id, name, people, slug, suspendedAtMs } =
    found;
  const timeOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    id,
    slug,
    name,
    state: deletedAtMs !== null ? 'deleted' : suspendedAtMs === null ? 'active' : 'suspended',
    people,
    connectors,
    connections,
    calls,
    created_at: new Date(createdAtMs).toISOString(),
    suspended_at: timeOf(suspendedAtMs),
    deleted_at: timeOf(deletedAtMs),
  };
}

const notOfState = (state: string) =>
  new AppError('not_found', `There is no such organisation that is ${state}.`);

const FOUND_FAULTS: Readonly<Record<FoundFault, () => AppError>> = {
  forbidden: nothingHere,
  organisation_name_missing: () => new AppError('invalid_request', 'Give it a name.'),
  slug_invalid: () =>
    new AppError(
      'invalid_request',
      'The address takes 3 to 40 small letters, digits and single hyphens, and begins and ends with a letter or digit.',
    ),
  slug_reserved: () => new AppError('conflict', 'This address is kept for Latchkey itself. Choose another.'),
  slug_taken: () => new AppError('conflict', 'Another organisation has this address. Choose another.'),
};

const LINK_FAULTS: Readonly<Record<OwnerLinkFault, () => AppError>> = {
  forbidden: nothingHere,
  no_such_organisation: () => new AppError('not_found', 'There is no such organisation.'),
  has_people: () =>
    new AppError('conflict', 'Somebody belongs to it by now. Its owners invite whoever else should.'),
  suspended: () => new AppError('conflict', 'It is suspended: nobody could use the link. Resume it first.'),
};
