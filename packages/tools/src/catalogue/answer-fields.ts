import { isObject, own } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { plainName } from './field-name.ts';

/** Objects in an answer that speak of it, beside what it is about. */
export const ABOUT_THE_PAGE: ReadonlySet<string> = new Set([
  'meta',
  'metadata',
  'paging',
  'pagination',
  'pageinfo',
  'responsemetadata',
  'links',
  'cursors',
  'cursor',
  'page',
  'next',
  'nextpage',
  'result',
  'data',
]);
export const DEPTH_MAX = 3;

/** What names the next page. */
export const NEXT_NAMES: ReadonlySet<string> = new Set([
  'nextcursor',
  'nextpagetoken',
  'nexttoken',
  'nextcontinuationtoken',
  'continuationtoken',
  'nextpagecursor',
  'endcursor',
  'scrollid',
  'nextscrollid',
  'nextmarker',
  'bookmark',
  'nextbookmark',
  'nextoffset',
  'nextstart',
  'nextskip',
  'nextpagestate',
  'nextkey',
  'nextpage',
  'next',
  'nexturl',
  'nextlink',
  'nexthref',
  'nextpageuri',
  'nextpageurl',
  'nextpagelink',
  'nextrecordsurl',
  'odatanextlink',
]);
/** The same inside an object that is about pages. */
export const NEXT_NAMES_INSIDE: ReadonlySet<string> = new Set([
  'after',
  'continue',
  'cursor',
  'offset',
  'token',
  'href',
  'url',
  'uri',
]);
/** Where those count: `paging.next.after`, `next_page.offset`, `metadata.continue`. */
export const INSIDE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['cursors', new Set(['after'])],
  ['paging', new Set(['after'])],
  ['cursor', new Set(['after', 'next'])],
  ['metadata', new Set(['continue'])],
  ['next', NEXT_NAMES_INSIDE],
  ['nextpage', NEXT_NAMES_INSIDE],
]);

const LIST_NAMES = [
  'data',
  'items',
  'results',
  'records',
  'value',
  'values',
  'entries',
  'elements',
  'hits',
  'list',
];

/** Whether a field of an object (the answer itself, if `inside` is empty) names the next page. */
export function namesNext(name: string, inside: string): boolean {
  return NEXT_NAMES.has(name) || (INSIDE.get(inside)?.has(name) ?? false);
}

/** Where the shape of an answer says that it names the next page: field names from the root. */
export function findNext(shape: JsonSchema, inside = '', depth = 0): string[] | undefined {
  const fields = Object.entries(shape.properties ?? {});
  for (const [name, field] of fields) {
    if (namesNext(plainName(name), inside) && field.properties === undefined) return [name];
  }
  if (depth >= DEPTH_MAX) return undefined;
  for (const [name, field] of fields) {
    const plain = plainName(name);
    const found = ABOUT_THE_PAGE.has(plain) ? findNext(field, plain, depth + 1) : undefined;
    if (found) return [name, ...found];
  }
  return undefined;
}

/** Where the shape of an answer says that its list is. */
export function findList(shape: JsonSchema): string[] | undefined {
  if (isList(shape)) return [];
  return listAmong(Object.entries(shape.properties ?? {}).filter(([, field]) => isList(field)));
}

function isList({ type }: JsonSchema): boolean {
  return [type].flat().includes('array');
}

/** Where an answer's list is: the field that is called so, or the only one. */
export function listIn(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return [];
  if (!isObject(value)) return undefined;
  const found = listAmong(Object.entries(value).filter(([, field]) => Array.isArray(field)));
  if (found) return found;
  for (const name of ['data', 'result', 'results', 'response', '_embedded']) {
    const inner = own(value, name);
    const below = isObject(inner)
      ? listAmong(Object.entries(inner).filter(([, field]) => Array.isArray(field)))
      : undefined;
    if (below) return [name, ...below];
  }
  return undefined;
}

function listAmong(lists: readonly (readonly [string, unknown])[]): string[] | undefined {
  const known = LIST_NAMES.find((name) => lists.some(([field]) => field.toLowerCase() === name));
  const field = known
    ? lists.find(([name]) => name.toLowerCase() === known)
    : lists.length === 1
      ? lists[0]
      : undefined;
  return field && [field[0]];
}

/** What is at a place in a value. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? own(at, name) : undefined), value);
}
