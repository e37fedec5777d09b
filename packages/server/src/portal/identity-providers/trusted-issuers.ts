import { Hono } from 'hono';
import { z } from 'zod';
import { publicKeySetSchema } from '../../grants/client-keys.ts';
import type { IdentityProviders } from '../../grants/identity-providers.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';
import { keySetUrlSchema } from '../key-set-url.ts';
import { issuerSchema } from './issuer-url.ts';

const newIssuerSchema = z.strictObject({
  issuer: issuerSchema,
  /** The most that a connection by its word may do. */
  access: z.enum(['read', 'full']),
  /** Its keys, or where they are; neither: as the issuer's metadata says. */
  jwks: publicKeySetSchema.optional(),
  jwks_uri: keySetUrlSchema.optional(),
});
const issuerOnlySchema = z.strictObject({ issuer: issuerSchema });

export interface IdentityProviderRoutesDeps {
  identityProviders: IdentityProviders;
}

/** `/portal/v1/organisations/{org}/trusted-issuers`: whose word this organisation takes for its people. For admins. */
export function createTrustedIssuerRoutes({
  identityProviders,
}: IdentityProviderRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'identity_providers.manage');
    const listed = await identityProviders.listIssuers(organisation.id);
    return context.json({
      items: listed.map(({ trusted, links }) => ({
        issuer: trusted.issuer,
        access: trusted.access,
        jwks_uri: trusted.jwksUri,
        key_ids: trusted.jwks?.keys.map(({ kid }) => kid ?? null) ?? null,
        links,
        created_at: trusted.createdAt.toISOString(),
      })),
    });
  });

  app.post('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'identity_providers.manage');
    const { issuer, access, jwks, jwks_uri: jwksUri } = await readBody(context, newIssuerSchema);
    if (jwks !== undefined && jwksUri !== undefined) {
      throw new AppError('invalid_request', 'jwks, jwks_uri: give one of them at most');
    }
    const trusted = await identityProviders.trust({
      orgId: organisation.id,
      issuer,
      access,
      jwks,
      jwksUri,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (trusted.ok) return context.json({ issuer, access, jwks_uri: trusted.value.jwksUri }, 201);
    if (trusted.error.reason === 'exists') throw new AppError('conflict', 'This issuer is trusted already.');
    throw new AppError(
      'invalid_request',
      'No keys of this issuer could be read: its metadata and its key set must be reachable from the internet.',
    );
  });

  app.post('/remove', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'identity_providers.manage');
    const { issuer } = await readBody(context, issuerOnlySchema);
    const removed = await identityProviders.remove({
      orgId: organisation.id,
      issuer,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (removed === undefined) throw new AppError('not_found', 'There is no such issuer.');
    return context.json({ issuer, status: 'removed', ended_grants: removed.endedGrants });
  });

  return app;
}
