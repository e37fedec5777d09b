import { z } from 'zod';
import { publicKeySetSchema } from '../../grants/client-keys.ts';
import { keySetUrlSchema } from '../key-set-url.ts';
import { pathId } from '../read-id.ts';
import { listOf, nothing, role, time } from '../shapes.ts';

const REDIRECT_URIS_MAX = 10;

const authMethod = z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']);
const clientParams = z.object({ client: pathId('cli').describe('Its client_id, as list_clients shows it.') });
const count = z.int().nonnegative();

const newClientSchema = z.strictObject({
  name: z.string(),
  auth_method: authMethod,
  redirect_uris: z
    .array(z.string())
    .min(1)
    .max(REDIRECT_URIS_MAX)
    .optional()
    .describe('For an app that people approve.'),
  agent_role: z
    .enum(['member', 'viewer'])
    .optional()
    .describe('For a machine, in place of redirect_uris: the role of the agent that it acts as.'),
  jwks: publicKeySetSchema.optional().describe('The public keys of a client that signs (private_key_jwt).'),
  jwks_uri: keySetUrlSchema.optional().describe('Or where it publishes them.'),
  token_exchange: z
    .boolean()
    .optional()
    .describe("It may trade the organisation's access tokens for its own (RFC 8693)."),
});

export type NewClient = z.infer<typeof newClientSchema>;

export const LIST_CLIENTS = {
  id: 'list_clients',
  summary: 'List OAuth clients',
  description:
    'The OAuth clients that admins made for this organisation, with what works by them now: connections, and of how many people.',
  action: 'clients.manage',
  answer: listOf(
    z.object({
      client_id: z.string(),
      name: z.string(),
      auth_method: authMethod,
      redirect_uris: z.array(z.string()),
      agent: z
        .object({ id: z.string(), name: z.string().nullable(), role: role.nullable() })
        .nullable()
        .describe('Whom it acts as, if it is a machine.'),
      connections: count.describe('What works now, and so would end with it.'),
      people: count,
      token_exchange: z.boolean(),
      jwks_uri: z.string().nullable(),
      key_ids: z.array(z.string().nullable()).nullable(),
      created_at: time,
    }),
  ),
} as const;

export const CREATE_CLIENT = {
  id: 'create_client',
  summary: 'Create an OAuth client',
  description:
    'For an app with redirect URIs of its own, or for a machine. A client secret is in this answer and nowhere else.',
  action: 'clients.manage',
  body: newClientSchema,
  answer: z.object({ client_id: z.string(), client_secret: z.string().optional() }),
  status: 201,
} as const;

export const ALLOW_EXCHANGE = {
  id: 'allow_token_exchange',
  summary: 'Allow or forbid a client to exchange tokens',
  description: "Whether the client may trade the organisation's access tokens for its own (RFC 8693).",
  action: 'clients.manage',
  params: clientParams,
  body: z.strictObject({ allowed: z.boolean() }),
  answer: z.object({ client_id: z.string(), token_exchange: z.boolean() }),
} as const;

export const DELETE_CLIENT = {
  id: 'delete_client',
  summary: 'Delete an OAuth client',
  description: 'Ends the client for good, with all connections that people made with it.',
  action: 'clients.manage',
  callers: 'person',
  isDangerous: true,
  params: clientParams,
  body: nothing,
  answer: z.object({ client_id: z.string(), status: z.literal('deleted'), ended_grants: count }),
} as const;
