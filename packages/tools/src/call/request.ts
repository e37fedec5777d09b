import type { InputSchema, ParameterBinding, Tool } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { essenceOf, isJsonType } from '../openapi/media-type.ts';
import { bodyContent } from './body.ts';
import { coerceArguments } from './coerce.ts';
import { readFiles } from './files.ts';
import type { FetchFile, FileContents } from './files.ts';
import { jsonWithIntegers } from './long-integers.ts';
import { percentEncoded } from './percent.ts';
import { deepQueryPairs, headerText, pathText, queryPairs, textOf } from './style.ts';
import type { ArgumentFault, BodyContent, PreparedRequest } from './types.ts';

const ACCEPT = 'application/json, text/*;q=0.8, */*;q=0.5';

/**
 * The HTTP request of a tool call, or what is wrong with the arguments (one fault per field, at most 20). Values
 * are percent-encoded (RFC 3986) and can change neither the path's shape nor any header but their own.
 */
export function prepareRequest(tool: Tool, args: unknown): Result<PreparedRequest, ArgumentFault[]> {
  const faults: ArgumentFault[] = [];
  const values = coerceArguments(tool.inputSchema, args, faults);
  const files = faults.length > 0 ? undefined : readFiles(tool.binding.body, values, faults);
  for (const { field } of files?.pending ?? []) {
    faults.push({ field: `${field}.url`, message: 'cannot be fetched here; give the file as data' });
  }
  return faults.length > 0 || !files ? fail(faults) : built(tool, values, files.contents);
}

/** The same for a tool whose files may be given by address; whatever else is wrong is found before one is fetched. */
export async function prepareRequestWithFiles(
  tool: Tool,
  args: unknown,
  { fetchFile, signal }: { readonly fetchFile: FetchFile; readonly signal: AbortSignal },
): Promise<Result<PreparedRequest, ArgumentFault[]>> {
  const faults: ArgumentFault[] = [];
  const values = coerceArguments(tool.inputSchema, args, faults);
  const files = faults.length > 0 ? undefined : readFiles(tool.binding.body, values, faults);
  if (faults.length > 0 || !files) return fail(faults);
  if (files.pending.length > 0) {
    const withoutFiles = built(tool, values, files.contents);
    if (!withoutFiles.ok) return withoutFiles;
    await files.fetch(fetchFile, signal, faults);
    if (faults.length > 0) return fail(faults);
  }
  return built(tool, values, files.contents);
}

/** True if an argument of the tool is a file. */
export function takesFiles({ binding: { body } }: Tool): boolean {
  return body?.kind === 'binary' || (body?.encoding?.some(({ file }) => file) ?? false);
}

function built(
  tool: Tool,
  values: JsonObject,
  files: FileContents,
): Result<PreparedRequest, ArgumentFault[]> {
  const plan = planOf(tool);
  const faults: ArgumentFault[] = [];
  let path = '';
  let body: BodyContent | undefined;
  let headers: Record<string, string> = {};
  try {
    const texts = plan.json.length === 0 ? values : withJson(plan.json, values, tool.inputSchema);
    path = pathOf(plan, texts, faults);
    const query: string[] = [];
    for (const binding of plan.query) query.push(...given(texts, binding, queryPairs));
    for (const binding of plan.querystring) query.push(...given(texts, binding, wholeQuery));
    if (query.length > 0) path += (path.includes('?') ? '&' : '?') + query.join('&');
    headers = headersOf(plan, texts, faults);
    const content = tool.binding.body
      ? bodyContent(tool.binding.body, values, files, tool.inputSchema)
      : ok(undefined);
    if (content.ok) body = content.value;
    else faults.push(content.error);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    faults.push({ field: '', message: 'The arguments are nested too deeply.' });
  }
  if (faults.length > 0) return fail(faults);
  if (body !== undefined) headers['content-type'] = body.contentType;
  const { baseUrl, method } = tool.binding;
  // As nearly every call.
  if (body === undefined && baseUrl === undefined) return ok({ method, path, headers });
  return ok({
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body: body.content }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
}

/** A binding sorted by where its values go: worked out once for each tool. */
interface Plan {
  /** Literal pieces and the parameters between them. */
  readonly path: readonly (string | ParameterBinding)[];
  readonly query: readonly ParameterBinding[];
  readonly querystring: readonly ParameterBinding[];
  readonly header: readonly ParameterBinding[];
  readonly cookie: readonly ParameterBinding[];
  /** Those of them whose value is JSON text. */
  readonly json: readonly ParameterBinding[];
  readonly constants: Readonly<Record<string, string>>;
}

const plans = new WeakMap<Tool, Plan>();

function planOf(tool: Tool): Plan {
  const known = plans.get(tool);
  if (known) return known;
  const { parameters, path, constants = [] } = tool.binding;
  const at = (place: string): ParameterBinding[] => parameters.filter((binding) => binding.in === place);
  const byName = new Map(at('path').map((binding) => [binding.name, binding]));
  const plan: Plan = {
    path: path.split(/(\{[^{}]+\})/).map((piece) => byName.get(piece.slice(1, -1)) ?? literal(piece)),
    query: at('query'),
    querystring: at('querystring'),
    header: at('header'),
    cookie: at('cookie'),
    json: parameters.filter(({ contentType }) => contentType !== undefined && isJsonType(contentType)),
    constants: Object.fromEntries(constants.map(({ name, value }) => [name.toLowerCase(), value])),
  };
  plans.set(tool, plan);
  return plan;
}

/** What stands in the template itself may be in any script; on the wire it is ASCII. Escapes in it stay. */
function literal(piece: string): string {
  return piece.replace(/[^\x21-\x7E]+|["<>^`{|}]+/gu, percentEncoded);
}

/** The arguments, those that are JSON as its text. A text where more than texts are allowed is taken for JSON. */
function withJson(
  bindings: readonly ParameterBinding[],
  values: JsonObject,
  { properties, $defs = {} }: InputSchema,
): JsonObject {
  const texts = bindings.flatMap(({ argument }) => {
    const value = Object.hasOwn(values, argument) ? values[argument] : undefined;
    const schema = properties[argument] ?? {};
    if (value === undefined || value === null) return [];
    const isText = typeof value === 'string' && schema.type !== 'string';
    return [[argument, isText ? value : jsonWithIntegers(value, schema, $defs)] as const];
  });
  return { ...values, ...Object.fromEntries(texts) };
}

function given<T>(
  values: JsonObject,
  binding: ParameterBinding,
  write: (binding: ParameterBinding, value: unknown) => T[],
): T[] {
  const value = Object.hasOwn(values, binding.argument) ? values[binding.argument] : undefined;
  return value === undefined || value === null ? [] : write(binding, value);
}

/** A query that is one value (3.2): the fields of a form, or a text such as JSON that fills it. */
function wholeQuery({ contentType }: ParameterBinding, value: unknown): string[] {
  if (isObject(value) && essenceOf(contentType ?? '') === 'application/x-www-form-urlencoded') {
    return Object.entries(value).flatMap(([name, field]) =>
      field === undefined ? [] : deepQueryPairs(name, field, 'repeat'),
    );
  }
  const text = textOf(value);
  return text === '' ? [] : [percentEncoded(text)];
}

function pathOf(plan: Plan, values: JsonObject, faults: ArgumentFault[]): string {
  let path = '';
  for (const piece of plan.path) {
    if (typeof piece === 'string') {
      path += piece;
      continue;
    }
    const value = values[piece.argument];
    // Servers differ in when they undo the escapes, so a step upwards is refused even where it is escaped.
    if (stepsUpwards(value))
      faults.push({ field: piece.argument, message: 'may not contain . or .. as a step of the path' });
    // In the style `matrix` an empty text still has its name.
    else if (isEmpty(value) && !(value === '' && piece.style === 'matrix'))
      faults.push({ field: piece.argument, message: 'may not be empty' });
    else path += pathText(piece, value);
  }
  if (faults.length === 0 && LEADS_OUT.test(path)) {
    faults.push({ field: '', message: 'The values make a path that leads out of itself.' });
  }
  return path;
}

/** A step `.` or `..` before the query. */
const LEADS_OUT = /^(?:[^?]*\/)?\.\.?(?:[/?]|$)/s;

function stepsUpwards(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(stepsUpwards);
  return typeof value === 'string' && /(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(value);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0 || (value.length === 1 && textOf(value[0]) === '');
  return (
    textOf(value) === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

function headersOf(plan: Plan, values: JsonObject, faults: ArgumentFault[]): Record<string, string> {
  const headers: Record<string, string> = { accept: ACCEPT, ...plan.constants };
  for (const binding of plan.header) {
    for (const text of given(values, binding, (one, value) => [headerText(one, value)])) {
      if (isHeaderValue(text)) headers[binding.name.toLowerCase()] = text;
      else faults.push({ field: binding.argument, message: 'has a character that no header can carry' });
    }
  }
  if (plan.cookie.length === 0) return headers;
  const cookies = plan.cookie.flatMap((binding) => {
    const pairs = given(values, binding, queryPairs);
    // In the style `cookie` nothing is escaped, so nothing may end the value.
    if (pairs.every((pair) => /^[\x21-\x3A\x3C-\x7E]*$/.test(pair))) return pairs;
    faults.push({ field: binding.argument, message: 'has a character that no cookie can carry' });
    return [];
  });
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ');
  return headers;
}

/** RFC 9110 section 5.5, without line breaks and NUL above all: they would end the header. */
function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7E\x80-\xFF]*$/.test(text);
}
