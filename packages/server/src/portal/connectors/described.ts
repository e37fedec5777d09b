import { z } from 'zod';
import { ROLES } from '../../kernel/access.ts';
import { access, listOf, role, text } from '../shapes.ts';

const NAME_CHARACTERS_MAX = 200;
export const CONFIRMATION_CHARACTERS_MAX = 500;
export const DESCRIPTION_CHARACTERS_MAX = 1000;
const TOOLS_MAX = 1000;

const toolName = text(NAME_CHARACTERS_MAX).min(1);

const connectorParams = z.object({
  connector: z.string().describe('Its slug, as list_connectors shows it.'),
});

const ruleSchema = z.strictObject({
  tool: toolName.describe("A tool's name within the connector, or * for all of them."),
  enabled: z.boolean().nullable().default(null).describe('null, here and below: nothing is said of it.'),
  access: access.nullable().default(null),
  roles: z.array(role).min(1).max(ROLES.length).nullable().default(null),
  confirmation: z
    .string()
    .max(CONFIRMATION_CHARACTERS_MAX)
    .nullable()
    .default(null)
    .describe('One line that a person has to agree to.'),
  description: z
    .string()
    .max(DESCRIPTION_CHARACTERS_MAX)
    .nullable()
    .default(null)
    .describe('What models read of the tool, in place of what its API says. Of one tool alone.'),
});

export type Rule = z.infer<typeof ruleSchema>;

const said = z
  .object({
    enabled: z.boolean().nullable(),
    access: access.nullable(),
    roles: z.array(role).nullable(),
    confirmation: z.string().nullable(),
    description: z.string().nullable(),
  })
  .describe('What admins say; null: nothing.');

export const LIST_CONNECTORS = {
  id: 'list_connectors',
  summary: 'List connectors',
  description:
    'The services behind the connector URL, with how many tools each has and how many wait for an admin.',
  action: 'connectors.read',
  callers: 'anyone',
  answer: listOf(
    z.object({
      slug: z.string(),
      name: z.string(),
      kind: z.enum(['openapi', 'mcp']),
      shared: z.boolean().describe('All organisations have it.'),
      rule: said,
      tools: z.int().nonnegative(),
      waiting: z.int().nonnegative(),
    }),
  ),
} as const;

export const LIST_TOOLS = {
  id: 'list_connector_tools',
  summary: "List a connector's tools",
  description: 'Each tool as the connector has it, what admins say of it, and what comes of both.',
  action: 'connectors.manage',
  params: connectorParams,
  answer: z.object({
    rule: said,
    items: z.array(
      z.object({
        name: z.string(),
        title: z.string().optional(),
        description: z.string().optional(),
        access,
        waiting: z.boolean().describe('Nobody is offered it before an admin has approved it.'),
        rule: said,
        effective: z.object({
          enabled: z.boolean(),
          access,
          roles: z.array(role),
          confirmation: z.string().nullable(),
          description: z.string().optional(),
        }),
        calls: z.int().describe('Of the last 7 days.'),
        errors: z.int().describe('Those of them that failed, by an answer of 4xx or 5xx or none at all.'),
        credits: z
          .union([z.number(), z.boolean()])
          .describe('What a call costs; true: something, false: nothing, as far as the API says.'),
        test: z
          .string()
          .nullable()
          .describe('The operation, if calling it shows whether the API takes our credential.'),
      }),
    ),
  }),
} as const;

export const SET_RULE = {
  id: 'set_tool_rule',
  summary: 'Say what becomes of a tool',
  description:
    'Switches a tool off or on, says which access and role it needs, whether a person has to agree first, and what models read of it. Holds at once.',
  action: 'connectors.manage',
  params: connectorParams,
  body: ruleSchema,
  answer: z.object({ tool: z.string(), rule: said }),
} as const;

export const APPROVE_TOOLS = {
  id: 'approve_tools',
  summary: 'Approve tools that wait',
  description: 'Lets tools be used that came later and can change something.',
  action: 'connectors.manage',
  params: connectorParams,
  body: z.strictObject({ tools: z.array(toolName).min(1).max(TOOLS_MAX) }),
  answer: z.object({ approved: z.array(z.string()) }),
} as const;
