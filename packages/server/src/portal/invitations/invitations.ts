import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { type Invitations, type InviteFault, type MadeLink } from '../../people/invitations/invitations.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf, role, time } from '../shapes.ts';

const PAGE_ITEMS = 100;
const EMAIL_CHARACTERS_MAX = 254;
const DAYS_DEFAULT = 2;

const params = z.object({ invitation: pathId('inv').describe('Its id, as list_invitations shows it.') });

const shape = z.object({
  id: z.string(),
  role,
  email: z.string().nullable().describe('Whose account alone may use it; null: whoever has the link.'),
  invited_by: z
    .string()
    .nullable()
    .describe('Name of the member on whose right it hangs; null: the operator.'),
  status: z.enum(['open', 'expired']),
  created_at: time,
  expires_at: time,
});

const link = z.object({
  id: z.string(),
  url: z.string().describe('The link, shown this once. No mail is sent: hand it over.'),
  expires_at: time,
});

const LIST = {
  id: 'list_invitations',
  summary: 'List invitations',
  description:
    'Invitations that nobody has used or withdrawn, expired ones too, the newest first. Their links are shown once, when they are made.',
  action: 'members.manage',
  query: z.object({
    cursor: z.string().max(200).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(shape),
} as const;

const CREATE = {
  id: 'create_invitation',
  summary: 'Invite somebody',
  description:
    'Makes a link with which one person joins the organisation, with an account that they have or make. Nobody can invite to more than they could give.',
  callers: 'session',
  isDangerous: true,
  body: z.strictObject({
    role,
    email: z
      .string()
      .max(EMAIL_CHARACTERS_MAX)
      .optional()
      .describe('Absent: whoever has the link may use it.'),
    expires_in_days: z.union([z.literal(1), z.literal(2), z.literal(7), z.literal(30)]).default(DAYS_DEFAULT),
  }),
  answer: link,
  status: 201,
} as const;

const WITHDRAW = {
  id: 'withdraw_invitation',
  summary: 'Withdraw an invitation',
  description: 'Its link stops working at once.',
  callers: 'session',
  params,
  body: nothing,
  answer: z.object({ id: z.string(), status: z.literal('withdrawn') }),
} as const;

const RENEW = {
  id: 'renew_invitation',
  summary: 'Make another link for an invitation',
  description: 'Good for as long as the first was; the link before stops working.',
  callers: 'session',
  params,
  body: nothing,
  answer: link,
} as const;

export interface InvitationRoutesDeps {
  invitations: Invitations;
  webBaseUrl: string;
  clock: { nowMs(): number };
}

/** `/portal/v1/organisations/{org}/invitations`: links by which people join it. For admins. */
export function createInvitationRoutes({
  clock,
  invitations,
  webBaseUrl,
}: InvitationRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();
  const present = ({ id, token, expiresAt }: MadeLink) => ({
    id,
    url: `${webBaseUrl}/invite/${token}`,
    expires_at: expiresAt.toISOString(),
  });

  app.get('/', describeRoute(LIST), async (context) => {
    const { cursor } = context.req.valid('query');
    const found = await invitations.list(context.get('organisation').id, {
      limit: PAGE_ITEMS + 1,
      before: cursor === undefined ? undefined : placeOf(cursor),
    });
    const items = found.slice(0, PAGE_ITEMS);
    const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
    return context.json({
      items: items.map(({ createdAt, email, expiresAt, id, inviterEmail, inviterName, role: as }) => ({
        id,
        role: as,
        email,
        invited_by: inviterName ?? inviterEmail,
        status: expiresAt.getTime() <= clock.nowMs() ? 'expired' : 'open',
        created_at: createdAt.toISOString(),
        expires_at: expiresAt.toISOString(),
      })),
      next_cursor: last === undefined ? null : cursorOf(last.createdAt, last.id),
    });
  });

  app.post('/', describeRoute(CREATE), async (context) => {
    const { email = '', expires_in_days: days, role: as } = context.req.valid('json');
    const { by, orgId } = asked(context);
    const made = await invitations.create({ orgId, role: as, email, days, by });
    if (!made.ok) throw FAULTS[made.error];
    return context.json(present(made.value), 201);
  });

  app.post('/:invitation/withdraw', describeRoute(WITHDRAW), async (context) => {
    const { invitation: id } = context.req.valid('param');
    const withdrawn = await invitations.withdraw({ ...asked(context), id });
    if (!withdrawn.ok) throw FAULTS[withdrawn.error];
    return context.json({ id, status: 'withdrawn' });
  });

  app.post('/:invitation/renew', describeRoute(RENEW), async (context) => {
    const { invitation: id } = context.req.valid('param');
    const renewed = await invitations.renew({ ...asked(context), id });
    if (!renewed.ok) throw FAULTS[renewed.error];
    return context.json(present(renewed.value));
  });

  return app;
}

function asked(context: Context<OrganisationEnv>) {
  const by = { userId: context.get('user').userId, requestId: context.get('requestId') };
  return { orgId: context.get('organisation').id, by };
}

function cursorOf(at: Date, id: string): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url');
}

function placeOf(cursor: string): { at: Date; id: string } {
  const [, ms, id = ''] =
    /^(\d{1,15}) (inv_[A-Za-z0-9_-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (ms === undefined) throw new AppError('invalid_request', 'cursor: take it from next_cursor');
  return { at: new Date(Number(ms)), id };
}

const FAULTS: Readonly<Record<InviteFault, AppError>> = {
  forbidden: new AppError('forbidden', 'Your role does not allow this.'),
  email_invalid: new AppError('invalid_request', 'email: this is not an email address'),
  already_member: new AppError('conflict', 'Somebody with this address is a member already.'),
  too_many: new AppError(
    'conflict',
    'There are a thousand open invitations. Withdraw those that nobody needs.',
  ),
  not_open: new AppError('not_found', 'There is no such open invitation.'),
};
