import { ABOUT_THE_PAGE, DEPTH_MAX, namesNext, valueAt } from '../catalogue/answer-fields.ts';
import { plainName } from '../catalogue/field-name.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

/** What an answer says of its pages. */
export interface PageSigns {
  /** Where the next page is: an address. */
  link?: string;
  /** What asks for the next page. */
  token?: string | number;
  /** There is a field for it, with nothing in it. */
  namesNone?: true;
  hasMore?: boolean;
  /** Of all items, and of all pages. */
  total?: number;
  pages?: number;
  lastId?: string | number;
}

const VALUE_CHARACTERS_MAX = 4_000;
const HAS_MORE = new Set([
  'hasmore',
  'hasnext',
  'hasnextpage',
  'hasmoreitems',
  'more',
  'moreavailable',
  'istruncated',
]);
const IS_LAST = new Set(['islast', 'islastpage']);
const TOTALS = new Set([
  'total',
  'totalcount',
  'totalresults',
  'totalitems',
  'totalelements',
  'totalrecords',
  'totalsize',
  'totalhits',
  'odatacount',
]);
const PAGE_TOTALS = new Set(['totalpages', 'pagecount', 'numpages', 'lastpage', 'pages']);
const ADDRESS = /^(?:https?:\/\/|[/?])/i;

/** `declared` is where the document says that the next page is named. */
export function signsOf(value: unknown, declared: readonly string[] | undefined): PageSigns {
  const signs: PageSigns = {};
  if (declared) takeNext(valueAt(value, declared), signs);
  if (isObject(value)) read(value, '', 0, signs);
  return signs;
}

function read(fields: JsonObject, inside: string, depth: number, signs: PageSigns): void {
  for (const [name, value] of Object.entries(fields)) {
    const plain = plainName(name);
    if (typeof value === 'boolean') {
      if (HAS_MORE.has(plain)) signs.hasMore ??= value;
      if (IS_LAST.has(plain)) signs.hasMore ??= !value;
    } else if (isObject(value)) {
      if (depth < DEPTH_MAX && ABOUT_THE_PAGE.has(plain)) read(value, plain, depth + 1, signs);
    } else if (namesNext(plain, inside)) {
      takeNext(value, signs);
    } else if (typeof value === 'number' && Number.isInteger(value)) {
      if (TOTALS.has(plain)) signs.total ??= value;
      if (PAGE_TOTALS.has(plain)) signs.pages ??= value;
    }
    if (plain === 'lastid' && isId(value)) signs.lastId ??= value;
  }
}

function takeNext(value: unknown, signs: PageSigns): void {
  if (typeof value === 'number') signs.token ??= value;
  if (value === null || value === '') signs.namesNone = true;
  if (typeof value !== 'string' || value === '' || value.length > VALUE_CHARACTERS_MAX) return;
  if (ADDRESS.test(value)) signs.link ??= value;
  else signs.token ??= value;
}

export function isId(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '' && value.length <= 500);
}
