import { listIn, valueAt } from '../catalogue/answer-fields.ts';
import type { Pagination, Tool } from '../catalogue/types.ts';
import { isObject, own } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { isId, signsOf } from './answer-signs.ts';
import type { PageSigns } from './answer-signs.ts';
import { coerceArguments } from './coerce.ts';
import { nextLinkOf } from './link-header.ts';
import type { ArgumentFault, PreparedRequest, ResponseHeaders } from './types.ts';

/** What was called, so that the next page can be asked for in the same way. */
export interface MadeCall {
  readonly arguments: unknown;
  readonly request: PreparedRequest;
  /** Where it went: the connector's, unless the request has its own. Undefined: that is known behind a door alone. */
  readonly baseUrl: string | undefined;
}

export interface PageFooter {
  readonly _page:
    | {
        /** All arguments of the call that gets the next page. */
        readonly next_arguments: JsonObject;
        /** Nothing says whether there is one. */
        readonly may_be_empty?: true;
        /** Items of this page that were too long to be shown, where the next page begins after them. */
        readonly not_shown?: number;
        /** The argument to lower in order to see all of a page. */
        readonly lower?: string;
      }
    /** There is another page, but no argument of the tool asks for it. */
    | { readonly has_more: true };
}

const FOOTER_BYTES_MAX = 8_000;
/** An address of a next page, in the text of an answer whose tool is not known to have pages. */
const MAY_NAME_A_PAGE = /"(?:@odata\.)?next[a-z_]{0,12}"\s*:\s*"/i;

/**
 * What to call for the next page, if the answer has one. `hiddenAt` is how many items of a list its reader does not
 * see. A link is never followed: it only says which arguments change, and only if it leads to where the call went.
 */
export function nextPage(
  tool: Tool,
  call: MadeCall,
  answer: { readonly headers: ResponseHeaders; readonly text: string; json(): unknown },
  hiddenAt: (list: readonly string[]) => number,
): PageFooter | undefined {
  const { binding, pagination } = tool;
  if (pagination === undefined && binding.method !== 'GET') return undefined;
  const header = nextLinkOf(answer.headers);
  const looksInside = pagination !== undefined || MAY_NAME_A_PAGE.test(answer.text);
  if (header === undefined && !looksInside) return undefined;
  const value = looksInside ? answer.json() : undefined;
  const signs = signsOf(value, pagination?.next);
  if (header !== undefined) signs.link = header;
  else if (signs.hasMore === false) return undefined;
  const given = coerceArguments(tool.inputSchema, call.arguments, []);
  const page: Page = { tool, given, value, signs, list: listOf(value, pagination, hiddenAt) };
  const isCut = page.list !== undefined && page.list.shown < page.list.items.length;
  // What was not shown would be passed over by the answer's own link, not by one that counts what was.
  const changes =
    (isCut && pagination ? countedFrom(page, pagination) : undefined) ??
    (signs.link === undefined ? undefined : fromLink(signs.link, tool, call)) ??
    (pagination && changesFor(page, pagination));
  const next = changes && { ...given, ...changes.arguments };
  if (next !== undefined && isUsable(tool, given, next)) {
    const rest = changes?.mayBeEmpty ? { may_be_empty: true as const } : {};
    return { _page: { next_arguments: next, ...rest, ...(isCut ? unseen(page) : {}) } };
  }
  return signs.link !== undefined || signs.hasMore === true ? { _page: { has_more: true } } : undefined;
}

interface Page {
  readonly tool: Tool;
  readonly given: JsonObject;
  readonly value: unknown;
  readonly signs: PageSigns;
  readonly list: { readonly items: readonly unknown[]; readonly shown: number } | undefined;
}

/** Cursors and page numbers pass over what was cut off, so that has to be said. */
function unseen({ list, tool: { pagination } }: Page): { not_shown?: number; lower?: string } {
  if (list === undefined || pagination?.style === 'offset' || pagination?.style === 'last_id') return {};
  const { size } = pagination ?? {};
  return { not_shown: list.items.length - list.shown, ...(size === undefined ? {} : { lower: size }) };
}

interface Changes {
  readonly arguments: JsonObject;
  readonly mayBeEmpty?: boolean;
}

function listOf(
  value: unknown,
  pagination: Pagination | undefined,
  hiddenAt: (list: readonly string[]) => number,
): Page['list'] {
  const declared =
    pagination?.list && Array.isArray(valueAt(value, pagination.list)) ? pagination.list : undefined;
  const path = declared ?? listIn(value);
  const items = path && valueAt(value, path);
  if (path === undefined || !Array.isArray(items)) return undefined;
  return { items, shown: items.length - hiddenAt(path) };
}

/** What the tool itself would accept, and something else than was asked for. */
function isUsable(tool: Tool, given: JsonObject, next: JsonObject): boolean {
  const faults: ArgumentFault[] = [];
  coerceArguments(tool.inputSchema, next, faults);
  const text = JSON.stringify(next);
  return faults.length === 0 && text !== JSON.stringify(given) && Buffer.byteLength(text) <= FOOTER_BYTES_MAX;
}

/**
 * A link to the same host and path, as the arguments that its query stands for. Where nobody here knows the host, a path
 * that ends as the request's does is taken for the same.
 */
function fromLink(
  link: string,
  { binding, inputSchema, pagination }: Tool,
  call: MadeCall,
): Changes | undefined {
  const base = `${call.request.baseUrl ?? call.baseUrl ?? baseOf(link, call.request.path)}${call.request.path}`;
  if (!URL.canParse(base) || !URL.canParse(link, base)) return undefined;
  const from = new URL(base);
  const to = new URL(link, base);
  if (to.host !== from.host || to.pathname !== from.pathname) return undefined;
  const changes: Record<string, unknown> = {};
  let isWhole = true;
  for (const name of new Set(to.searchParams.keys())) {
    const values = to.searchParams.getAll(name);
    const before = from.searchParams.getAll(name);
    if (values.length === before.length && values.every((value, index) => value === before[index])) continue;
    const bound = binding.parameters.find((one) => one.in === 'query' && one.name === name);
    const [value] = values;
    if (
      bound &&
      value !== undefined &&
      values.length === 1 &&
      isScalar(own(inputSchema.properties, bound.argument))
    )
      changes[bound.argument] = typed(value, own(inputSchema.properties, bound.argument));
    else isWhole = false;
  }
  const isEnough = isWhole || (pagination !== undefined && Object.hasOwn(changes, pagination.argument));
  return isEnough && Object.keys(changes).length > 0 ? { arguments: changes } : undefined;
}

/** What stands before the path of a request in a link to the same path; a host that there is not for any other. */
function baseOf(link: string, requestPath: string): string {
  const [path = ''] = requestPath.split('?', 1);
  const from = UNKNOWN_HOST + path;
  if (!URL.canParse(link, from)) return UNKNOWN_HOST;
  const { origin, pathname } = new URL(link, from);
  return path !== '' && pathname.endsWith(path) ? origin + pathname.slice(0, -path.length) : UNKNOWN_HOST;
}

const UNKNOWN_HOST = 'http://host.invalid';

function isScalar(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const types = schema['type'] === undefined ? [] : [schema['type']].flat();
  return !types.some((type) => type === 'object' || type === 'array');
}

/** Text as the argument has it: a number where one is expected. */
function typed(value: string, schema: unknown): string | number {
  const { type } = (isObject(schema) ? schema : {}) as JsonSchema;
  const types = type === undefined ? [] : [type].flat();
  const number = Number(value);
  const fits = /^-?\d{1,15}$/.test(value) && (types.includes('integer') || types.includes('number'));
  return fits ? number : value;
}

function changesFor(page: Page, pagination: Pagination): Changes | undefined {
  const { list, signs } = page;
  const { argument, style } = pagination;
  switch (style) {
    case 'cursor':
    case 'last_id': {
      const token = style === 'cursor' ? signs.token : undefined;
      if (token !== undefined)
        return token === page.given[argument] ? undefined : changed(page, argument, token);
      return signs.hasMore === true ? byLastId(page, argument, list?.items.at(-1)) : undefined;
    }
    case 'offset':
    case 'page': {
      const { token } = signs;
      // A page may be named instead of numbered.
      if (token !== undefined && (/^\d{1,15}$/.test(String(token)) || takesText(page.tool, argument)))
        return changed(page, argument, token);
      return style === 'offset' ? countedFrom(page, pagination) : byNumber(page, pagination);
    }
  }
}

function takesText({ inputSchema }: Tool, argument: string): boolean {
  const schema = own(inputSchema.properties, argument);
  return isObject(schema) && [schema['type']].flat().includes('string');
}

function changed({ tool }: Page, argument: string, value: string | number): Changes {
  const schema = own(tool.inputSchema.properties, argument);
  return { arguments: { [argument]: typed(String(value), schema) } };
}

function byLastId(page: Page, argument: string, last: unknown): Changes | undefined {
  const id = page.list && page.list.shown < page.list.items.length ? undefined : page.signs.lastId;
  const known = id ?? (isObject(last) ? own(last, 'id') : undefined);
  return isId(known) ? changed(page, argument, known) : undefined;
}

/** From the last item that is shown: where the argument counts or names items, nothing is passed over. */
function countedFrom(page: Page, { argument, size, style }: Pagination): Changes | undefined {
  const { list, signs } = page;
  if (list === undefined || list.shown === 0) return undefined;
  if (style === 'last_id') return byLastId(page, argument, list.items[list.shown - 1]);
  if (style !== 'offset') return undefined;
  const from = numberOf(page, argument) ?? numberIn(page.value, argument) ?? firstOf(page.tool, argument, 0);
  const next = from + list.shown;
  const isCut = list.shown < list.items.length;
  const says = isCut || (signs.hasMore ?? below(next, signs.total, firstOf(page.tool, argument, 0)));
  return more(page, changed(page, argument, next), says, size);
}

function byNumber(page: Page, { argument, size }: Pagination): Changes | undefined {
  const { list, signs, tool } = page;
  const first = firstOf(tool, argument, 1);
  const current = numberOf(page, argument) ?? numberIn(page.value, argument) ?? first;
  const per = size === undefined ? undefined : numberOf(page, size);
  const says =
    signs.hasMore ??
    (signs.pages === undefined ? undefined : current - first + 1 < signs.pages) ??
    (per === undefined ? undefined : below((current - first + 1) * per, signs.total, 0));
  if (says === undefined && (list === undefined || list.items.length === 0)) return undefined;
  return more(page, changed(page, argument, current + 1), says, size);
}

function below(next: number, total: number | undefined, first: number): boolean | undefined {
  return total === undefined ? undefined : next < total + first;
}

/** Where the answer does not say whether there is more, a page that is not full is the last one. */
function more(
  page: Page,
  changes: Changes,
  says: boolean | undefined,
  size: string | undefined,
): Changes | undefined {
  if (says !== undefined) return says ? changes : undefined;
  if (page.signs.namesNone) return undefined;
  const per = size === undefined ? undefined : numberOf(page, size);
  if (per !== undefined && (page.list?.items.length ?? 0) < per) return undefined;
  return { ...changes, mayBeEmpty: true };
}

/** As it was given, or as the API takes it to be. */
function numberOf({ given, tool }: Page, argument: string): number | undefined {
  const schema = own(tool.inputSchema.properties, argument);
  return asNumber(given[argument]) ?? (isObject(schema) ? asNumber(schema['default']) : undefined);
}

/** APIs repeat what they were asked for: `"startAt": 50`. */
function numberIn(value: unknown, argument: string): number | undefined {
  const said = isObject(value) ? own(value, argument) : undefined;
  return typeof said === 'number' ? asNumber(said) : undefined;
}

function firstOf(tool: Tool, argument: string, usual: number): number {
  const schema = own(tool.inputSchema.properties, argument);
  const preset = isObject(schema) ? (asNumber(schema['default']) ?? asNumber(schema['minimum'])) : undefined;
  return preset === 0 || preset === 1 ? preset : usual;
}

function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
}
