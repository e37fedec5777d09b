import type { Listed } from '../catalogue/listed.ts';
import type { Access, InputSchema } from '../catalogue/types.ts';
import type { Category } from './directory.ts';

/** An API as a description names and links it. */
export interface ApiLink {
  readonly name: string;
  /** Where it is explained to people. */
  readonly docsUrl?: string | undefined;
}

/** What stands in the descriptions of our own tools: of one level of access. */
export interface OwnToolContext {
  readonly apis: readonly ApiLink[];
  readonly access: Access;
  readonly size: number;
  readonly categories: readonly Category[];
}

export type OwnToolName = 'search_tools' | 'describe_tools' | 'call_read_tool' | 'call_write_tool';

export const QUERY_CHARACTERS_MAX = 500;
export const DESCRIBED_MAX = 5;
const APIS_MAX = 5;
const CATEGORIES_MAX = 20;

const NAME = { type: 'string', description: 'The name of the tool, as search_tools gives it.' } as const;

/** What our own tools take. Bounds are in the texts and checked by us: coercion says what to mend. */
export const OWN_SCHEMAS: Readonly<Record<OwnToolName, InputSchema>> = {
  search_tools: {
    type: 'object',
    properties: {
      query: {
        type: 'string',
        description: 'What is to be done, in a few words, such as "add a comment to an issue".',
        maxLength: QUERY_CHARACTERS_MAX,
      },
      tag: { type: 'string', description: 'Search in this category only.' },
      access: {
        type: 'string',
        enum: ['read', 'full'],
        description: 'read: tools that only read. full: tools that can change something.',
      },
    },
    required: ['query'],
    additionalProperties: false,
  },
  describe_tools: {
    type: 'object',
    properties: {
      names: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        maxItems: DESCRIBED_MAX,
        description: `Names of tools, as search_tools gives them; ${DESCRIBED_MAX} at most.`,
      },
    },
    required: ['names'],
    additionalProperties: false,
  },
  call_read_tool: callSchema(),
  call_write_tool: callSchema(),
};

/** Our own tools as a client is shown them. Who has read access is not shown what calls writes. */
export function ownTools(context: OwnToolContext): Listed[] {
  const { access, categories, size } = context;
  const apis = apiNames(context.apis);
  const found = 'Its arguments are those that search_tools and describe_tools show.';
  const levels =
    access === 'full' ? ', whether they only read (access read) or can change something (access full),' : '';
  const tools: Listed[] = [
    {
      name: 'search_tools',
      title: 'Search tools',
      description: `Finds tools of ${apis} by what they do, among ${size}. Returns up to 8 with their arguments${levels} and category.`,
      inputSchema: withCategories(OWN_SCHEMAS.search_tools, categories, access),
      annotations: { title: 'Search tools', readOnlyHint: true, openWorldHint: false },
    },
    {
      name: 'describe_tools',
      title: 'Describe tools',
      description: `Returns the full descriptions and input schemas of up to ${DESCRIBED_MAX} tools that search_tools found.`,
      inputSchema: OWN_SCHEMAS.describe_tools,
      annotations: { title: 'Describe tools', readOnlyHint: true, openWorldHint: false },
    },
    {
      name: 'call_read_tool',
      title: 'Call a tool that only reads',
      description: `Calls one tool of ${apis} that only reads (access read). ${found}`,
      inputSchema: OWN_SCHEMAS.call_read_tool,
      annotations: { title: 'Call a tool that only reads', readOnlyHint: true, openWorldHint: true },
    },
  ];
  if (access === 'read') return tools;
  return [
    ...tools,
    {
      name: 'call_write_tool',
      title: 'Call a tool that changes something',
      description: `Calls one tool of ${apis} that can create, change or delete something (access full). ${found}`,
      inputSchema: OWN_SCHEMAS.call_write_tool,
      annotations: {
        title: 'Call a tool that changes something',
        destructiveHint: true,
        openWorldHint: true,
      },
    },
  ];
}

function callSchema(): InputSchema {
  return {
    type: 'object',
    properties: {
      name: NAME,
      arguments: { type: 'object', description: 'The arguments of that tool.', additionalProperties: true },
    },
    required: ['name'],
    additionalProperties: false,
  };
}

function apiNames(apis: readonly ApiLink[]): string {
  const shown = apis
    .slice(0, APIS_MAX)
    .map(({ name, docsUrl }) => (docsUrl === undefined ? name : `${name} (${docsUrl})`));
  const more = apis.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  return shown.length > 0 ? shown.join(', ') : 'this server';
}

function withCategories(schema: InputSchema, categories: readonly Category[], access: Access): InputSchema {
  const { access: level, tag, ...rest } = schema.properties;
  const largest = categories.slice(0, CATEGORIES_MAX).map((one) => `${one.tag} (${one.tools})`);
  const more = categories.length > CATEGORIES_MAX ? ', …' : '';
  return {
    ...schema,
    properties: {
      ...rest,
      ...(tag && largest.length > 0
        ? { tag: { ...tag, description: `${tag.description} Categories: ${largest.join(', ')}${more}.` } }
        : {}),
      ...(level && access === 'full' ? { access: level } : {}),
    },
  };
}
