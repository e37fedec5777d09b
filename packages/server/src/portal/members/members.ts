import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { ListMembers } from '../../people/organisations/list-members.ts';
import type { MemberFault, MemberRef } from '../../people/organisations/members.ts';
import type { PasswordResets, ResetLinkFault } from '../../people/password-resets.ts';
import type { People } from '../../people/people.ts';
import type { ResetSecondFactor } from '../../people/two-factor/reset-second-factor.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf, role, time } from '../shapes.ts';
import { memberShape, presentMember } from './member-shape.ts';

const TEXT_CHARACTERS_MAX = 200;

const params = z.object({ member: pathId('usr').describe('Their id, as list_members shows it.') });

const LIST = {
  id: 'list_members',
  summary: 'List members',
  description:
    'People of the organisation by address, a hundred at a time: role, since when, last sign-in, second factor, how many connections and keys they have. Agents are not among them.',
  action: 'members.read',
  callers: 'anyone',
  query: z.object({
    q: z.string().max(TEXT_CHARACTERS_MAX).optional().describe('In their name or address.'),
    role: role.optional(),
    cursor: z.string().max(400).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(memberShape).extend({ total: z.number().int().describe('On all pages.') }),
} as const;

const SET_ROLE = {
  id: 'set_member_role',
  summary: 'Change a member’s role',
  description:
    'Holds at once for everything that the person connected here. Owners alone make and unmake owners; the last owner stays one.',
  callers: 'session',
  isDangerous: true,
  params,
  body: z.strictObject({ role }),
  answer: z.object({ id: z.string(), role }),
} as const;

const REMOVE = {
  id: 'remove_member',
  summary: 'Remove a member',
  description:
    'Ends the membership with all of the person’s keys and connections here, at once. Their account stays. Anybody may leave.',
  callers: 'session',
  isDangerous: true,
  params,
  body: nothing,
  answer: z.object({ id: z.string() }),
} as const;

const RESET_LINK = {
  id: 'create_reset_link',
  summary: 'Make a link to choose another password',
  description:
    'For a member who forgot theirs, good once and for 24 hours. Whoever has it can be that person, so that it takes the right to change their role in every organisation that they belong to.',
  callers: 'session',
  isDangerous: true,
  params,
  body: nothing,
  answer: z.object({ url: z.string(), expires_at: time }),
  status: 201,
} as const;

const RESET_TWO_FACTOR = {
  id: 'reset_two_factor',
  summary: 'Remove a member’s second step and passkeys',
  description:
    'For a member who lost their authenticator app and their backup codes, or their passkeys: all of it goes. Their password alone signs them in until they set it up again, so that it takes the right to change their role in every organisation that they belong to.',
  callers: 'session',
  isDangerous: true,
  params,
  body: nothing,
  answer: z.object({ id: z.string() }),
} as const;

export interface MemberRoutesDeps {
  resetSecondFactor: ResetSecondFactor;
  people: People;
  passwordResets: PasswordResets;
  listMembers: ListMembers;
  webBaseUrl: string;
}

/** `/portal/v1/organisations/{org}/members`: who belongs to it, as what. */
export function createMemberRoutes({
  listMembers,
  passwordResets,
  people,
  resetSecondFactor,
  webBaseUrl,
}: MemberRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { id: orgId } = context.get('organisation');
    const { id: self } = context.get('actor');
    const { cursor, q: text = '', role: as } = context.req.valid('query');
    const { items, nextCursor, total } = await listMembers(orgId, { text, role: as, cursor });
    return context.json({
      items: items.map((member) => presentMember(member, self)),
      next_cursor: nextCursor,
      total,
    });
  });

  app.put('/:member/role', describeRoute(SET_ROLE), async (context) => {
    const { role: becomes } = context.req.valid('json');
    const member = memberIn(context, context.req.valid('param').member);
    const changed = await people.setRole({ ...member, role: becomes });
    if (!changed.ok) throw FAULTS[changed.error.reason];
    return context.json({ id: member.userId, role: becomes });
  });

  app.post('/:member/remove', describeRoute(REMOVE), async (context) => {
    const member = memberIn(context, context.req.valid('param').member);
    const removed = await people.removeMember(member);
    if (!removed.ok) throw FAULTS[removed.error.reason];
    return context.json({ id: member.userId });
  });

  app.post('/:member/reset-link', describeRoute(RESET_LINK), async (context) => {
    const made = await passwordResets.create(askedIn(context, context.req.valid('param').member));
    if (!made.ok) throw RESET_FAULTS[made.error];
    const { expiresAt, token } = made.value;
    return context.json({ url: `${webBaseUrl}/reset/${token}`, expires_at: expiresAt.toISOString() }, 201);
  });

  app.post('/:member/reset-two-factor', describeRoute(RESET_TWO_FACTOR), async (context) => {
    const member = askedIn(context, context.req.valid('param').member);
    const reset = await resetSecondFactor.byAdmin(member);
    if (!reset.ok) throw TWO_FACTOR_FAULTS[reset.error];
    return context.json({ id: member.userId });
  });

  return app;
}

function memberIn(
  context: Context<OrganisationEnv>,
  userId: UserId,
): MemberRef & { by: NonNullable<MemberRef['by']> } {
  const by = { userId: context.get('user').userId, requestId: context.get('requestId') };
  return { orgId: context.get('organisation').id, userId, by };
}

/** For what reaches beyond the organisation: with how far the session does. */
function askedIn(context: Context<OrganisationEnv>, userId: UserId) {
  const member = memberIn(context, userId);
  return { ...member, by: { ...member.by, viaOrgId: context.get('user').viaOrgId } };
}

const notAMember = new AppError('not_found', 'There is no such member.');
const forbidden = new AppError('forbidden', 'Your role does not allow this.');

const FAULTS: Readonly<Record<MemberFault, AppError>> = {
  not_a_member: notAMember,
  forbidden,
  last_owner: new AppError(
    'conflict',
    'An organisation keeps at least one owner: make somebody else one first.',
  ),
  declared: new AppError(
    'conflict',
    'The operator declares this member in the configuration of Latchkey: it is changed there.',
  ),
};

const RESET_FAULTS: Readonly<Record<ResetLinkFault, AppError>> = {
  not_a_member: notAMember,
  forbidden,
  oneself: new AppError('conflict', 'You change your own password in your account.'),
  elsewhere: new AppError(
    'forbidden',
    'This person also belongs to an organisation where you may not do this. Whoever runs Latchkey can make the link: latchkey reset-password.',
  ),
  operator: new AppError(
    'forbidden',
    'This person looks after this installation of Latchkey. Whoever runs it can make the link: latchkey reset-password.',
  ),
  no_password: new AppError('conflict', 'This person signs in without a password.'),
};

const TWO_FACTOR_FAULTS: Readonly<Record<ResetLinkFault | 'not_on', AppError>> = {
  ...RESET_FAULTS,
  oneself: new AppError('conflict', 'You change your own second step and passkeys in your account.'),
  elsewhere: new AppError(
    'forbidden',
    'This person also belongs to an organisation where you may not do this. Whoever runs Latchkey can: latchkey reset-password --two-factor.',
  ),
  operator: new AppError(
    'forbidden',
    'This person looks after this installation of Latchkey. Whoever runs it can: latchkey reset-password --two-factor.',
  ),
  not_on: new AppError('conflict', 'They have neither a second step nor a passkey.'),
};
