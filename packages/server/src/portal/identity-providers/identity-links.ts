import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';
import { issuerSchema, subjectSchema } from './issuer-url.ts';
import type { IdentityProviderRoutesDeps } from './trusted-issuers.ts';

const EMAIL_CHARACTERS_MAX = 254;

const linkSchema = z.strictObject({ issuer: issuerSchema, subject: subjectSchema });
const newLinkSchema = linkSchema.extend({
  /** The address of a member of this organisation. */
  member: z.string().max(EMAIL_CHARACTERS_MAX),
});

/** `/portal/v1/organisations/{org}/identity-links`: which member a trusted issuer's subject is. For admins. */
export function createIdentityLinkRoutes({
  identityProviders,
}: IdentityProviderRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'identity_providers.manage');
    const listed = await identityProviders.listLinks(organisation.id);
    return context.json({
      items: listed.map(({ issuer, subject, email, createdAt }) => ({
        issuer,
        subject,
        member: email,
        created_at: createdAt.toISOString(),
      })),
    });
  });

  app.post('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'identity_providers.manage');
    const { issuer, subject, member } = await readBody(context, newLinkSchema);
    const linked = await identityProviders.link({
      orgId: organisation.id,
      issuer,
      subject,
      email: member,
      role: organisation.role,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (linked.ok) return context.json({ issuer, subject, member: member.toLowerCase() }, 201);
    switch (linked.error.reason) {
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

  app.post('/remove', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'identity_providers.manage');
    const { issuer, subject } = await readBody(context, linkSchema);
    const removed = await identityProviders.unlink({
      orgId: organisation.id,
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
