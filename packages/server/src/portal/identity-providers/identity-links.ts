import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { readPlace, writePlace } from '../place-cursor.ts';
import { pageOf, time } from '../shapes.ts';
import { issuerSchema, subjectSchema } from './issuer-url.ts';
import type { IdentityProviderRoutesDeps } from './trusted-issuers.ts';

const EMAIL_CHARACTERS_MAX = 254;
const TEXT_CHARACTERS_MAX = 200;

const linkSchema = z.strictObject({ issuer: issuerSchema, subject: subjectSchema });
const newLinkSchema = linkSchema.extend({
  member: z.string().max(EMAIL_CHARACTERS_MAX).describe('The email of a member of this organisation.'),
});

const LIST = {
  id: 'list_identity_links',
  summary: 'List whom identity providers know',
  description: 'Which member the subject of a trusted identity provider is, a hundred at a time.',
  action: 'identity_providers.manage',
  query: z.object({
    q: z.string().max(TEXT_CHARACTERS_MAX).optional().describe('In the subject, or the member’s address.'),
    issuer: z.string().max(2048).optional().describe('Those of this provider alone.'),
    cursor: z.string().max(8000).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(
    z.object({ issuer: z.string(), subject: z.string(), member: z.string(), created_at: time }),
  ).extend({ total: z.int().nonnegative().describe('On all pages.') }),
} as const;

const CREATE = {
  id: 'create_identity_link',
  summary: 'Link a subject to a member',
  description: 'From then on what the identity provider says of the subject is said of the member.',
  action: 'identity_providers.manage',
  body: newLinkSchema,
  answer: z.object({ issuer: z.string(), subject: z.string(), member: z.string() }),
  status: 201,
} as const;

const REMOVE = {
  id: 'remove_identity_link',
  summary: 'Unlink a subject',
  description: 'Ends the link with the connections that it opened.',
  action: 'identity_providers.manage',
  callers: 'person',
  isDangerous: true,
  body: linkSchema,
  answer: z.object({
    issuer: z.string(),
    subject: z.string(),
    status: z.literal('removed'),
    ended_grants: z.int().nonnegative(),
  }),
} as const;

/** `/portal/v1/organisations/{org}/identity-links`: which member a trusted issuer's subject is. For admins. */
export function createIdentityLinkRoutes({
  identityProviders,
}: IdentityProviderRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const { cursor, issuer: wanted, q } = context.req.valid('query');
    const after = readPlace(cursor, 'name');
    const { items, next, total } = await identityProviders.linkPage(
      {
        orgId: context.get('organisation').id,
        q,
        issuer: wanted,
      },
      after && { issuer: after.at, subject: after.id },
    );
    return context.json({
      items: items.map(({ issuer, subject, email, createdAt }) => ({
        issuer,
        subject,
        member: email,
        created_at: createdAt.toISOString(),
      })),
      next_cursor: next === undefined ? null : writePlace({ at: next.issuer, id: next.subject }),
      total,
    });
  });

  app.post('/', describeRoute(CREATE), async (context) => {
    const { issuer, subject, member } = context.req.valid('json');
    const linked = await identityProviders.link({
      orgId: context.get('organisation').id,
      issuer,
      subject,
      email: member,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (linked.ok) return context.json({ issuer, subject, member: member.toLowerCase() }, 201);
    switch (linked.error.reason) {
      case 'forbidden':
        throw new AppError('forbidden', 'Only an admin links people.');
      case 'no_issuer':
        throw new AppError('not_found', 'There is no such issuer.');
      case 'no_member':
        throw new AppError('not_found', 'There is no such member.');
      case 'owners_only':
        throw new AppError('forbidden', 'Only an owner links an owner.');
      case 'exists':
        throw new AppError('conflict', 'This subject is linked already.');
    }
  });

  app.post('/remove', describeRoute(REMOVE), async (context) => {
    const { issuer, subject } = context.req.valid('json');
    const removed = await identityProviders.unlink({
      orgId: context.get('organisation').id,
      issuer,
      subject,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (removed === undefined) throw new AppError('not_found', 'There is no such link.');
    return context.json({ issuer, subject, status: 'removed', ended_grants: removed.endedGrants });
  });

  return app;
}
