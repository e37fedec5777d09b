import { z } from 'zod';
import { pathId } from '../read-id.ts';
import { access } from '../shapes.ts';
import { wantedText as text } from '../wanted-text.ts';
import { isShallow } from './is-shallow.ts';

const NAME_CHARACTERS_MAX = 200;
const STATE_CHARACTERS_MAX = 100_000;
const DEPTH_MAX = 64;
const PAGE_MAX = 100;
export const PAGE_DEFAULT = 50;

const agent = pathId('agt').optional().describe('As this agent, for admins; absent: as yourself.');

const name = z.string().min(1).max(NAME_CHARACTERS_MAX);

const named = {
  connector: z.object({ slug: z.string(), name: z.string() }),
  name: z.string().describe('Within its connector.'),
  title: z.string(),
  access,
};

export const SEARCH_TOOLS = {
  id: 'search_playground_tools',
  summary: 'Find a tool to try out',
  description:
    'The tools of all connectors that you, or an agent, could call, with those that have the words in their name, title or description.',
  action: 'connectors.read',
  callers: 'session',
  query: z.object({
    q: text('Words that all stand in it.'),
    agent,
    cursor: z.string().max(20).optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  }),
  answer: z.object({
    items: z.array(z.object({ ...named, description: z.string() })),
    total: z.int().nonnegative().describe('How many fit.'),
    all: z.int().nonnegative().describe('How many there are.'),
    next_cursor: z.string().nullable(),
  }),
} as const;

export const GET_TOOL = {
  id: 'get_playground_tool',
  summary: 'See what a tool takes',
  description: 'One tool with its arguments, what it costs and what is asked before it is called.',
  action: 'connectors.read',
  callers: 'session',
  query: z.object({
    tool: name,
    connector: name.optional().describe('Absent: the tool is named as at the organisation’s own URL.'),
    agent,
  }),
  answer: z.object({
    ...named,
    kind: z.enum(['api', 'mcp']),
    called_as: z.string().describe('Its name at the organisation’s own URL.'),
    description: z.string(),
    most: access.describe('How far whoever it is may go.'),
    consumes_credits: z.boolean(),
    credits: z.number().nullable().describe('For each call; null: nobody says how many.'),
    confirmation: z.string().nullable().describe('What an admin wants a person to agree to first.'),
    input_schema: z.record(z.string(), z.unknown()),
  }),
} as const;

const headers = z.array(z.tuple([z.string(), z.string()]));
const body = z.object({
  type: z.string().nullable(),
  bytes: z.int(),
  text: z.string().nullable().describe('null: it is no text.'),
  is_cut: z.boolean(),
});

const error = z.object({
  status: z.int(),
  code: z.string(),
  message: z.string(),
  request_id: z.string(),
  hint: z.string().nullable(),
  retry_after_seconds: z.number().nullable(),
  connect_url: z.string().nullable(),
  rate_limit: z.record(z.string(), z.unknown()).nullable(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })),
});

const result = z.object({
  kind: z.literal('result'),
  request_id: z.string(),
  access,
  called_as: z.string().nullable(),
  error: error.nullable(),
  content: z.array(z.record(z.string(), z.unknown())).describe('Blocks of MCP.'),
  structured: z.record(z.string(), z.unknown()).nullable(),
  file: z
    .object({
      name: z.string(),
      mime_type: z.string(),
      bytes: z.int(),
      data: z.string().nullable().describe('Base64; null: it is too large to be shown here.'),
    })
    .nullable(),
  upstream: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('http'),
        method: z.string(),
        url: z.string().describe('Without the host for who may not see where the API stands.'),
        headers,
        body: body.nullable(),
        times: z.int().describe('How often it was sent.'),
        answer: z.object({ status: z.int(), headers }).nullable(),
      }),
      z.object({
        kind: z.literal('mcp'),
        transport: z.enum(['streamable-http', 'sse', 'stdio']),
        url: z.string().nullable(),
        message: body,
      }),
    ])
    .nullable()
    .describe('What was sent, every credential covered; null: nothing was.'),
  steps: z.array(
    z.object({
      step: z.enum(['checks', 'credential', 'record', 'connect', 'wait', 'body', 'shape']),
      from_ms: z.number(),
      ms: z.number(),
    }),
  ),
  total_ms: z.number(),
  limits: headers,
  rest: z
    .object({
      method: z.string(),
      url: z.string(),
      headers,
      body: z.string().nullable(),
      is_body_left_out: z.boolean(),
    })
    .nullable()
    .describe('The same call at the REST door, without its key.'),
  mcp_url: z.string(),
});

const question = z.object({
  kind: z.literal('question'),
  request_id: z.string(),
  tool: z.object({ connector: named.connector, name: named.name, title: named.title }),
  question: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('write'),
      consumes_credits: z.boolean(),
      credits: z.number().nullable(),
    }),
    z.object({ kind: z.literal('confirmation'), message: z.string(), state: z.string() }),
  ]),
});

export const CALL = {
  id: 'call_in_playground',
  summary: 'Try a tool out',
  description:
    'Calls a tool as you or as an agent, by the way that every app’s calls take, and tells all that a person needs to see what came of it. What may change something is asked about first: the answer is a question.',
  action: 'connectors.read',
  body: z.strictObject({
    tool: name,
    connector: name.optional(),
    agent,
    access,
    // As it came: what a parser made of it could be another call.
    arguments: z
      .custom<Readonly<Record<string, unknown>>>(
        (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
        { error: 'must be an object' },
      )
      .refine((value) => isShallow(value, DEPTH_MAX), { error: `nest deeper than ${DEPTH_MAX} levels` }),
    agreed: z.boolean().default(false).describe('You were asked, and it may change something.'),
    answer: z
      .strictObject({ state: z.string().max(STATE_CHARACTERS_MAX), agreed: z.boolean() })
      .optional()
      .describe('To a question of the kind confirmation.'),
  }),
  answer: z.discriminatedUnion('kind', [result, question]),
} as const;

export type ResultShape = z.infer<typeof result>;
export type QuestionShape = z.infer<typeof question>;
