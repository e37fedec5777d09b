import type { ToolAnnotations } from '../catalogue/types.ts';
import type { JsonSchema } from '../json.ts';
import type { Finding } from './finding.ts';
import { PROFILES } from './profiles.ts';
import type { Profile, ProfileName } from './profiles.ts';

/** What a client is shown of a tool, whoever made it: nothing is taken for granted. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations?: Partial<ToolAnnotations>;
  readonly inputSchema: object;
}

/** JSON Schema with what we never emit and others do. */
type ForeignSchema = JsonSchema & {
  readonly $ref?: unknown;
  readonly $defs?: Readonly<Record<string, unknown>>;
  readonly oneOf?: readonly unknown[];
  readonly not?: unknown;
};

const TOOL_BYTES_MAX = 16 * 1024;

/** What a client would say of this list of tools, in the order of the list. Nothing: it takes all of them. */
export function lintTools(tools: readonly ListedTool[], profileName: ProfileName): Finding[] {
  const profile = PROFILES[profileName];
  return [...listFindings(tools, profile), ...tools.flatMap((tool) => toolFindings(tool, profile))];
}

function listFindings(tools: readonly ListedTool[], { tools: limit }: Profile): Finding[] {
  const findings: Finding[] = [];
  if (limit !== undefined && tools.length > limit.max) {
    findings.push({
      severity: limit.severity,
      rule: 'too-many-tools',
      message: `There are ${tools.length} tools; it takes ${limit.max}.`,
    });
  }
  const seen = new Set<string>();
  for (const { name } of tools) {
    const key = name.toLowerCase();
    if (seen.has(key)) {
      findings.push({
        severity: 'error',
        rule: 'name-twice',
        message: 'Another tool has this name.',
        tool: name,
      });
    }
    seen.add(key);
  }
  return findings;
}

function toolFindings(tool: ListedTool, profile: Profile): Finding[] {
  const findings: Finding[] = [];
  const found = (severity: Finding['severity'], rule: string, message: string): void => {
    findings.push({ severity, rule, message, tool: tool.name });
  };
  if (!profile.name.test(tool.name))
    found('error', 'name', `The name does not match ${profile.name.source}.`);
  const { description = '', title = '', annotations = {} } = tool;
  if (description.trim() === '') found('warning', 'no-description', 'There is no description.');
  const { descriptionCharacters: most } = profile;
  if (most !== undefined && description.length > most) {
    found('error', 'long-description', `The description is longer than ${most} characters.`);
  }
  if (profile.needsHints) {
    if (title.trim() === '') found('error', 'no-title', 'There is no title.');
    const { readOnlyHint, destructiveHint } = annotations;
    if (readOnlyHint !== true && destructiveHint === false) {
      found('warning', 'additive', 'It says of itself that it changes things and destroys none.');
    } else if ((readOnlyHint === true) === (destructiveHint === true)) {
      found('error', 'hints', 'Exactly one of readOnlyHint and destructiveHint is true.');
    }
  }
  if (Buffer.byteLength(JSON.stringify(tool)) > TOOL_BYTES_MAX) {
    found('warning', 'large-tool', `The tool is larger than ${TOOL_BYTES_MAX} bytes.`);
  }
  for (const [rule, message] of schemaFaults(tool.inputSchema, profile)) {
    found(rule === 'definitions' ? 'warning' : 'error', rule, message);
  }
  return findings;
}

type Fault = readonly [rule: string, message: string];

function schemaFaults(root: ForeignSchema, profile: Profile): Fault[] {
  const faults: Fault[] = [];
  if (root.type !== 'object') faults.push(['root-type', 'The root of the input is not a plain object.']);
  for (const keyword of ['oneOf', 'anyOf', 'allOf', 'enum', 'not', '$ref']) {
    if (Object.hasOwn(root, keyword)) faults.push(['root-union', `The root of the input has ${keyword}.`]);
  }
  const keys = Object.keys(root.properties ?? {});
  const illegal = keys.find((key) => !profile.key.test(key));
  if (illegal !== undefined) {
    faults.push([
      'key',
      `The argument ${JSON.stringify(illegal.slice(0, 64))} does not match ${profile.key.source}.`,
    ]);
  }
  const unknown = (root.required ?? []).find((key) => !keys.includes(key));
  if (unknown !== undefined) faults.push(['required', `${unknown} is required and not described.`]);
  return [...faults, ...nodeFaults(root, profile)];
}

/** Each rule at most once a tool: the first place tells enough. */
function nodeFaults(root: ForeignSchema, profile: Profile): Fault[] {
  const faults = new Map<string, string>();
  const found = (rule: string, message: string): void => {
    if (!faults.has(rule)) faults.set(rule, message);
  };
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const schema: ForeignSchema = node;
    if (typeof schema.$ref === 'string') {
      if (!schema.$ref.startsWith('#/$defs/') || !resolves(root, schema.$ref)) {
        found('reference', `The reference ${schema.$ref.slice(0, 100)} leads nowhere.`);
      } else if (profile.dropsDefinitions) {
        found('definitions', 'It drops $defs, and this schema refers to them.');
      }
    }
    const isArray = schema.type === 'array' || (Array.isArray(schema.type) && schema.type.includes('array'));
    if (isArray && schema.items === undefined && schema.prefixItems === undefined) {
      found('array-items', 'An array does not say what is in it.');
    }
    open.push(...schemasBelow(schema));
  }
  return [...faults];
}

function resolves(root: ForeignSchema, reference: string): boolean {
  return Object.hasOwn(root.$defs ?? {}, reference.slice('#/$defs/'.length));
}

/** Names of properties are names, whatever they look like: only their schemas are looked into. */
function schemasBelow(schema: ForeignSchema): unknown[] {
  const { properties, patternProperties, additionalProperties, items, prefixItems, anyOf, allOf } = schema;
  const named = [properties, patternProperties, schema.$defs].flatMap((group) => Object.values(group ?? {}));
  const listed = [prefixItems, anyOf, allOf, schema.oneOf].flatMap((group) => group ?? []);
  return [...named, ...listed, additionalProperties, items, schema.not].filter(
    (child) => child !== undefined,
  );
}
