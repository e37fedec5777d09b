import { z } from 'zod';
import { publicKeySetSchema } from '../../grants/client-keys.ts';
import { CLIENT_ORDERS, SEEN_ORDERS } from '../../grants/portal-clients.ts';
import { keySetUrlSchema } from '../key-set-url.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf, role, time } from '../shapes.ts';

const REDIRECT_URIS_MAX = 10;

const authMethod = z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']);
const clientParams = z.object({ client: pathId('cli').describe('Its client_id, as list_clients shows it.') });
const count = z.int().nonnegative();
const total = count.describe('On all pages.');
const cursor = z.string().max(4000).optional().describe('next_cursor of the page before.');

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
    'The OAuth clients that admins made for this organisation, a hundred at a time, with what works by them now: connections, and of how many people.',
  action: 'clients.manage',
  query: z.object({
    q: z.string().max(200).optional().describe('In its name or its client_id.'),
    sort: z.enum(CLIENT_ORDERS).optional().describe('created: the latest first. Default: created.'),
    cursor,
  }),
  answer: pageOf(
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
      refresh_tokens: count.describe('That those connections could still use.'),
      token_exchange: z.boolean(),
      jwks_uri: z.string().nullable(),
      key_ids: z.array(z.string().nullable()).nullable(),
      created_at: time,
    }),
  ).extend({ total }),
} as const;

export const LIST_SEEN_CLIENTS = {
  id: 'list_seen_clients',
  summary: 'List apps that came by themselves',
  description:
    'OAuth clients that nobody made here and that somebody of this organisation connected, a hundred at a time: how each is known, where its access goes, how often it was approved, what works by it now. Names are the apps’ own words.',
  action: 'clients.manage',
  query: z.object({
    q: z.string().max(200).optional().describe('In its name, its client_id, its redirect URIs.'),
    sort: z.enum(SEEN_ORDERS).optional().describe('approved: the latest approval first. Default: approved.'),
    cursor,
  }),
  answer: pageOf(
    z.object({
      client_id: z.string(),
      name: z.string(),
      tier: z
        .enum(['approved', 'identified', 'self_named', 'blocked'])
        .describe(
          'approved: by an admin here; identified: it proved which host it belongs to; self_named: nobody but itself says who it is; blocked: by an admin here.',
        ),
      host: z.string().nullable().describe('The host that an identified app proved.'),
      registered_by: z
        .enum(['document', 'itself'])
        .describe(
          'document: its client_id is the address of what it says of itself; itself: it registered here.',
        ),
      redirect_uris: z.array(z.string()),
      destinations: z.array(z.string()).describe('The hosts that access went to.'),
      grants: count.describe('How often somebody approved it, what is over included.'),
      connections: count.describe('What works now.'),
      people: count,
      approved_at: time.describe('When somebody last approved it.'),
      registered_at: time,
    }),
  ).extend({ total }),
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
