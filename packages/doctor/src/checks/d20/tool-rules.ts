import type { Book } from '../../book.ts';
import type { Detail } from '../../finding.ts';
import { asObject, asString, type JsonObject } from '../../http/json.ts';
import { schemaFault } from '../../mcp/schema-fault.ts';
import { clean } from '../../text/clean.ts';
import type { Walk } from '../../walk.ts';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const NAME_WARN = 40;
const SCHEMA_BYTES_MAX = 16_384;
const NAMED_MAX = 4;

interface Rule extends Omit<Detail, 'seen' | 'userSees'> {
  readonly rule: string;
  readonly severity: 'fail' | 'warn' | 'note';
  /** What is wrong with the tool; undefined: nothing. */
  readonly wrong: (tool: JsonObject) => string | undefined;
}

const schemaOf = (tool: JsonObject): JsonObject | undefined => asObject(tool['inputSchema']);
const hintsOf = (tool: JsonObject): JsonObject => asObject(tool['annotations']) ?? {};
const when = (wrong: boolean, words: string): string | undefined => (wrong ? words : undefined);

const RULES: readonly Rule[] = [
  {
    rule: 'name',
    severity: 'fail',
    wrong: ({ name }) => when(!NAME.test(asString(name) ?? ''), 'is no name of up to 64 of A-Z a-z 0-9 _ -'),
    why: 'One bad name is enough for claude.ai to refuse the whole connector.',
    fix: 'Rename it: letters, digits, _ and -, up to 64.',
    source: 'claude-code#57813; MCP tools, "Tool Names"',
  },
  {
    rule: 'long-name',
    severity: 'warn',
    wrong: ({ name }) => {
      const { length } = asString(name) ?? '';
      return when(length > NAME_WARN && length <= 64, `has ${length} characters`);
    },
    why: 'Clients put the server’s name in front: Cursor takes 60 with it, VS Code 64, Gemini CLI cuts at 63.',
    fix: `Up to ${NAME_WARN} characters.`,
    source: 'vendors’ documentation, reports from the field',
  },
  {
    rule: 'schema-missing',
    severity: 'fail',
    wrong: (tool) => when(schemaOf(tool) === undefined, 'has no inputSchema'),
    why: 'It is required; the tool, or the list, is refused.',
    fix: '"inputSchema": {"type": "object"}',
    source: 'MCP tools, "Tool"',
  },
  {
    rule: 'root-type',
    severity: 'fail',
    wrong: (tool) => {
      const schema = schemaOf(tool);
      return when(
        schema !== undefined && schema['type'] !== 'object',
        'has an inputSchema that is no object',
      );
    },
    why: 'Arguments are an object; a list with another schema is refused.',
    fix: '"type": "object" at the root.',
    source: 'MCP tools, "Tool"; Anthropic API',
  },
  {
    rule: 'root-union',
    severity: 'fail',
    wrong: (tool) => {
      const found = ['anyOf', 'oneOf', 'allOf'].filter((word) => schemaOf(tool)?.[word] !== undefined);
      return when(found.length > 0, `has ${found.join(', ')} at the root of its inputSchema`);
    },
    why: 'The API answers 400 to the whole request: no message of the conversation goes through.',
    fix: 'Put the alternatives below a property, or describe them in words.',
    source: 'claude-code#64113; PostHog#61040',
  },
  {
    rule: 'large-schema',
    severity: 'fail',
    wrong: (tool) => {
      const bytes = Buffer.byteLength(JSON.stringify(schemaOf(tool) ?? {}));
      return when(bytes > SCHEMA_BYTES_MAX, `has an inputSchema of ${bytes.toLocaleString('en')} bytes`);
    },
    why: 'A schema above 16,384 bytes is dropped without a word.',
    fix: 'Leave out what is rarely used, or split the tool.',
    source: 'claude-code#77296, by bisection',
  },
  {
    rule: 'property-name',
    severity: 'fail',
    wrong: (tool) => {
      const bad = Object.keys(asObject(schemaOf(tool)?.['properties']) ?? {}).find((key) => !KEY.test(key));
      return bad === undefined ? undefined : `has the argument ${JSON.stringify(clean(bad, 40))}`;
    },
    why: 'The API takes argument names of 1 to 64 of A-Z a-z 0-9 _ . - and refuses the request otherwise.',
    fix: 'Rename the argument.',
    source: 'Anthropic API',
  },
  {
    rule: 'schema-invalid',
    severity: 'fail',
    wrong: (tool) => {
      const schema = schemaOf(tool);
      const fault = schema && schemaFault(schema);
      return fault === undefined ? undefined : `has a broken schema: ${clean(fault, 100)}`;
    },
    why: 'It is no JSON Schema of 2020-12; the API refuses the request, or the client the list.',
    fix: 'Validate the schema against the metaschema.',
    source: 'agno#4384; MCP tools, "Tool"',
  },
  {
    rule: 'output-schema',
    severity: 'warn',
    wrong: ({ outputSchema }) => {
      if (outputSchema === undefined) return undefined;
      const schema = asObject(outputSchema);
      if (schema?.['type'] !== 'object') return 'has an outputSchema that is no object';
      const fault = schemaFault(schema);
      return fault === undefined ? undefined : `has a broken outputSchema: ${clean(fault, 100)}`;
    },
    why: 'A union at its root broke a connector; clients that check results refuse them all.',
    fix: 'An object at the root, or no outputSchema.',
    source: 'claude-ai-mcp#485',
  },
  {
    rule: 'no-description',
    severity: 'warn',
    wrong: ({ description }) => when((asString(description) ?? '').trim() === '', 'has no description'),
    why: 'The model has nothing but the name to choose by.',
    fix: 'Say what it does and when to use it.',
    source: 'MCP tools, "Tool"',
  },
  {
    rule: 'no-hint',
    severity: 'warn',
    wrong: (tool) => {
      const { readOnlyHint, destructiveHint } = hintsOf(tool);
      return when(
        typeof readOnlyHint !== 'boolean' && typeof destructiveHint !== 'boolean',
        'has neither readOnlyHint nor destructiveHint',
      );
    },
    why: 'Clients ask before each call of a tool that may destroy; ChatGPT and the directory of Claude require the hints.',
    fix: '"annotations": {"readOnlyHint": true}, or {"destructiveHint": …} for one that writes.',
    source: 'Anthropic, directory review criteria; OpenAI, connector documentation',
  },
  {
    rule: 'no-title',
    severity: 'note',
    wrong: (tool) =>
      when(
        asString(tool['title']) === undefined && asString(hintsOf(tool)['title']) === undefined,
        'has no title',
      ),
    why: 'The directory of Claude requires one.',
    fix: '"title": "…"',
    source: 'Anthropic, directory review criteria',
  },
];

/** One finding for each rule, with the first tools that break it. */
export function judgeTools(walk: Walk, book: Book, tools: readonly JsonObject[]): void {
  for (const { fix, rule, severity, source, why, wrong } of RULES) {
    const broken = tools.flatMap((tool) => {
      const words = wrong(tool);
      return words === undefined
        ? []
        : [`${clean(asString(tool['name']) ?? 'a tool without a name', 80)} ${words}`];
    });
    if (broken.length === 0) continue;
    const more = broken.length > NAMED_MAX ? `; and ${broken.length - NAMED_MAX} more` : '';
    const detail = { seen: broken.slice(0, NAMED_MAX).join('; ') + more, why, fix, source };
    if (severity === 'note') book.note(rule, detail);
    else book.add(severity, rule, { ...detail, userSees: walk.profile.words.noTools });
  }
  const names = tools.map(({ name }) => asString(name) ?? '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    book.fail('name-twice', {
      seen: `${clean(twice, 80)} is there twice`,
      why: 'The API refuses a request with two tools of one name.',
      userSees: walk.profile.words.noTools,
      fix: 'One name for each tool.',
      source: 'Anthropic API',
    });
  }
}
