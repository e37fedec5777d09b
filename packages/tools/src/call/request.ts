import type { ParameterBinding, Tool } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { JsonObject } from '../json.ts';
import { bodyText } from './body.ts';
import { coerceArguments } from './coerce.ts';
import { percentEncoded } from './percent.ts';
import { headerText, pathText, queryPairs, textOf } from './style.ts';
import type { ArgumentFault, PreparedRequest } from './types.ts';

const ACCEPT = 'application/json, text/*;q=0.8, */*;q=0.5';

/**
 * The HTTP request of a tool call, or what is wrong with the arguments (one fault per field, at most 20). Values
 * are percent-encoded (RFC 3986) and can change neither the path's shape nor any header but their own.
 */
export function prepareRequest(tool: Tool, args: unknown): Result<PreparedRequest, ArgumentFault[]> {
  const plan = planOf(tool);
  const faults: ArgumentFault[] = [];
  const values = coerceArguments(tool.inputSchema, args, faults);
  if (faults.length > 0) return fail(faults);
  let path = '';
  let body: string | undefined;
  let headers: Record<string, string> = {};
  try {
    path = pathOf(plan, values, faults);
    const query = plan.query.flatMap((binding) => given(values, binding, queryPairs));
    if (query.length > 0) path += (path.includes('?') ? '&' : '?') + query.join('&');
    headers = headersOf(plan, values, faults);
    const bytes = tool.binding.body ? bodyText(tool.binding.body, values) : ok(undefined);
    if (bytes.ok) body = bytes.value;
    else faults.push(bytes.error);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    faults.push({ field: '', message: 'The arguments are nested too deeply.' });
  }
  if (faults.length > 0) return fail(faults);
  if (body !== undefined && tool.binding.body) headers['content-type'] = tool.binding.body.contentType;
  return ok({
    method: tool.binding.method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(tool.binding.baseUrl === undefined ? {} : { baseUrl: tool.binding.baseUrl }),
  });
}

/** A binding sorted by where its values go: worked out once for each tool. */
interface Plan {
  /** Literal pieces and the parameters between them. */
  readonly path: readonly (string | ParameterBinding)[];
  readonly query: readonly ParameterBinding[];
  readonly header: readonly ParameterBinding[];
  readonly cookie: readonly ParameterBinding[];
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
    header: at('header'),
    cookie: at('cookie'),
    constants: Object.fromEntries(constants.map(({ name, value }) => [name.toLowerCase(), value])),
  };
  plans.set(tool, plan);
  return plan;
}

/** What stands in the template itself may be in any script; on the wire it is ASCII. Escapes in it stay. */
function literal(piece: string): string {
  return piece.replace(/[^\x21-\x7E]+|["<>^`{|}]+/gu, percentEncoded);
}

function given<T>(
  values: JsonObject,
  binding: ParameterBinding,
  write: (binding: ParameterBinding, value: unknown) => T[],
): T[] {
  const value = Object.hasOwn(values, binding.argument) ? values[binding.argument] : undefined;
  return value === undefined || value === null ? [] : write(binding, value);
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
    else if (isEmpty(value)) faults.push({ field: piece.argument, message: 'may not be empty' });
    else path += pathText(piece, value);
  }
  if (faults.length === 0 && /(?:^|\/)\.\.?(?:\/|$)/.test(path.replace(/\?.*$/s, ''))) {
    faults.push({ field: '', message: 'The values make a path that leads out of itself.' });
  }
  return path;
}

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
  const cookies = plan.cookie.flatMap((binding) => given(values, binding, queryPairs));
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ');
  return headers;
}

/** RFC 9110 section 5.5, without line breaks and NUL above all: they would end the header. */
function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7E\x80-\xFF]*$/.test(text);
}
