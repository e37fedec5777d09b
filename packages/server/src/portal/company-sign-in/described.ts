import { z } from 'zod';
import { issuerSchema } from '../identity-providers/issuer-url.ts';
import { nothing, role, text, time } from '../shapes.ts';

const GROUPS_MAX = 100;

const finding = z.object({
  level: z.enum(['error', 'warning', 'ok']).describe('error: nobody could sign in so.'),
  text: z.string(),
});

const report = z.object({
  usable: z.boolean(),
  findings: z.array(finding),
  issuer_in_metadata: z
    .string()
    .nullable()
    .describe('As the provider names itself, where that is another than was asked.'),
});

const groupRole = z.strictObject({ group: z.string().min(1).max(255), role });

const provider = z.object({
  issuer: z.string(),
  client_id: z.string(),
  has_secret: z.boolean(),
  scopes: z.string(),
  default_role: z.enum(['member', 'viewer']).nullable(),
  groups_claim: z.string().nullable(),
  group_roles: z.array(z.object(groupRole.shape)),
  required: z.boolean(),
  version: z.int(),
  updated_at: time,
});

const domain = z.object({
  domain: z.string(),
  record: z.string().describe('The text of the TXT record that the domain has to have.'),
  verified_at: time.nullable(),
  checked_at: time.nullable(),
  missing_since: time.nullable().describe('Since when the record of a verified domain is gone.'),
});

const settings = z.object({
  callback_url: z.string().describe('Where the provider has to send people back to.'),
  sign_in_url: z.string().describe('Where people of this organisation sign in, as a link.'),
  provider: provider.nullable(),
  linked_people: z.int(),
  domains: z.array(domain),
  removed_people: z
    .array(z.object({ id: z.string(), name: z.string(), email: z.string(), last_signed_in_at: time }))
    .describe('Whom the provider would let in but who were removed here, the latest first, 100 at most.'),
});

const wanted = z.strictObject({
  issuer: issuerSchema,
  client_id: z.string().trim().min(1).max(255),
  client_secret: z
    .string()
    .min(1)
    .max(1024)
    .nullable()
    .optional()
    .describe('null: none, we are a public client. Absent: as it is.'),
  scopes: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, {
      error: 'must be words with a space between',
    })
    .max(500)
    .refine((scopes) => scopes.split(' ').includes('openid'), { error: 'must have openid among them' }),
  default_role: z
    .enum(['member', 'viewer'])
    .nullable()
    .describe(
      'Of whoever signs in and was no member. null: nobody joins by signing in, but for a group below.',
    ),
  groups_claim: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, { error: 'must be the name of a claim' })
    .nullable()
    .describe('The claim that names groups. null: roles are given here alone.'),
  group_roles: z.array(groupRole).max(GROUPS_MAX),
  version: z.int().nullable().describe('What was seen. null: there was no provider.'),
});

const domainParam = z.strictObject({ domain: text(300) });

const ACTION = 'identity_providers.manage';

export const GET = {
  id: 'get_company_sign_in',
  summary: 'Get how the company signs its people in',
  description: 'The identity provider that members sign in through, its domains, and who was removed.',
  action: ACTION,
  callers: 'session',
  answer: settings,
} as const;

export const TEST = {
  id: 'test_company_provider',
  summary: 'Test an identity provider',
  description: 'Reads what an issuer publishes about itself and says what would keep people from signing in.',
  action: ACTION,
  writes: false,
  callers: 'session',
  body: z.strictObject({ issuer: issuerSchema, has_secret: z.boolean() }),
  answer: report,
} as const;

export const SET = {
  id: 'set_company_provider',
  summary: 'Set the identity provider for sign-in',
  description:
    'Sets where members sign in. Another issuer ends the sessions that the former one began, and forgets who was linked to it.',
  action: ACTION,
  body: wanted,
  answer: z.object({ version: z.int() }),
} as const;

export const REMOVE = {
  id: 'remove_company_provider',
  summary: 'Remove the identity provider for sign-in',
  description: 'Ends every session that it began. Members stay, and sign in by their own means.',
  action: ACTION,
  isDangerous: true,
  body: nothing,
  answer: z.object({ ended_sessions: z.int() }),
} as const;

export const REQUIRE = {
  id: 'require_company_sign_in',
  summary: 'Require the company’s sign-in',
  description:
    'Whether only sessions that began at the provider open the organisation. Owners get in by their own means too. Keys and connected apps go on.',
  action: ACTION,
  isDangerous: true,
  body: z.strictObject({ required: z.boolean() }),
  answer: z.object({ required: z.boolean() }),
} as const;

export const ADD_DOMAIN = {
  id: 'add_company_domain',
  summary: 'Add a domain',
  description: 'A domain whose addresses the provider may speak for, once its DNS shows the record.',
  action: ACTION,
  body: domainParam,
  answer: z.object({ domain: z.string(), record: z.string() }),
  status: 201,
} as const;

export const CHECK_DOMAIN = {
  id: 'check_company_domain',
  summary: 'Check a domain',
  description: 'Looks for the record in the domain’s DNS now.',
  action: ACTION,
  body: domainParam,
  answer: z.object({ domain: z.string(), verified: z.literal(true) }),
} as const;

export const REMOVE_DOMAIN = {
  id: 'remove_company_domain',
  summary: 'Remove a domain',
  description: 'Nobody with an address of this domain signs in through the provider any more.',
  action: ACTION,
  isDangerous: true,
  body: domainParam,
  answer: z.object({ domain: z.string() }),
} as const;

export const READMIT = {
  id: 'readmit_person',
  summary: 'Let somebody back in',
  description: 'Makes somebody who was removed a member again, so that the provider signs them in.',
  action: ACTION,
  body: z.strictObject({ person: z.string().regex(/^usr_[A-Za-z0-9_-]{1,64}$/) }),
  answer: z.object({ person: z.string() }),
} as const;
