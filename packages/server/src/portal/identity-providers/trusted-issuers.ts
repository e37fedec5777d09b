import { Hono } from 'hono';
import { z } from 'zod';
import { publicKeySetSchema } from '../../grants/client-keys.ts';
import type { IdentityProviders } from '../../grants/identity-providers.ts';
import { AppError } from '../../kernel/errors.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { keySetUrlSchema } from '../key-set-url.ts';
import { access, listOf, time } from '../shapes.ts';
import { issuerSchema } from './issuer-url.ts';

const newIssuerSchema = z.strictObject({
  issuer: issuerSchema,
  access: access.describe('The most that a connection by its word may do.'),
  /** Its keys, or where they are; neither: as the issuer's metadata says. */
  jwks: publicKeySetSchema.optional(),
  jwks_uri: keySetUrlSchema.optional(),
});

const LIST = {
  id: 'list_trusted_issuers',
  summary: 'List trusted identity providers',
  description: 'Whose word this organisation takes for its people, and how many members each knows.',
  action: 'identity_providers.manage',
  answer: listOf(
    z.object({
      issuer: z.string(),
      access,
      jwks_uri: z.string().nullable(),
      key_ids: z.array(z.string().nullable()).nullable(),
      links: z.int().nonnegative(),
      created_at: time,
    }),
  ),
} as const;

const TRUST = {
  id: 'trust_issuer',
  summary: 'Trust an identity provider',
  description: 'Takes its word for the members who are linked to its subjects.',
  action: 'identity_providers.manage',
  body: newIssuerSchema,
  answer: z.object({ issuer: z.string(), access, jwks_uri: z.string().nullable() }),
  status: 201,
} as const;

const REMOVE = {
  id: 'remove_trusted_issuer',
  summary: 'Stop trusting an identity provider',
  description: 'Ends the trust with all links and all connections that it opened.',
  action: 'identity_providers.manage',
  callers: 'person',
  isDangerous: true,
  body: z.strictObject({ issuer: issuerSchema }),
  answer: z.object({
    issuer: z.string(),
    status: z.literal('removed'),
    ended_grants: z.int().nonnegative(),
  }),
} as const;

export interface IdentityProviderRoutesDeps {
  identityProviders: IdentityProviders;
}

/** `/portal/v1/organisations/{org}/trusted-issuers`: whose word this organisation takes for its people. For admins. */
export function createTrustedIssuerRoutes({
  identityProviders,
}: IdentityProviderRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const listed = await identityProviders.listIssuers(context.get('organisation').id);
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

  app.post('/', describeRoute(TRUST), async (context) => {
    const { access: ceiling, issuer, jwks, jwks_uri: jwksUri } = context.req.valid('json');
    if (jwks !== undefined && jwksUri !== undefined) {
      throw new AppError('invalid_request', 'jwks, jwks_uri: give one of them at most');
    }
    const trusted = await identityProviders.trust({
      orgId: context.get('organisation').id,
      issuer,
      access: ceiling,
      jwks,
      jwksUri,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (trusted.ok) return context.json({ issuer, access: ceiling, jwks_uri: trusted.value.jwksUri }, 201);
    if (trusted.error.reason === 'exists') throw new AppError('conflict', 'This issuer is trusted already.');
    throw new AppError(
      'invalid_request',
      'No keys of this issuer could be read: its metadata and its key set must be reachable from the internet.',
    );
  });

  app.post('/remove', describeRoute(REMOVE), async (context) => {
    const { issuer } = context.req.valid('json');
    const removed = await identityProviders.remove({
      orgId: context.get('organisation').id,
      issuer,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (removed === undefined) throw new AppError('not_found', 'There is no such issuer.');
    return context.json({ issuer, status: 'removed', ended_grants: removed.endedGrants });
  });

  return app;
}
