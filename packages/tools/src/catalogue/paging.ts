import { own } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { findList, findNext } from './answer-fields.ts';
import { plainName } from './field-name.ts';
import type { InputSchema, Pagination } from './types.ts';

const CURSORS = new Set([
  'cursor',
  'pagetoken',
  'nexttoken',
  'nextpagetoken',
  'paginationtoken',
  'continuationtoken',
  'startcursor',
  'nextcursor',
  'pagecursor',
  'paginationcursor',
  'cursortoken',
  'aftercursor',
  'skiptoken',
  'scrollid',
  'pagestate',
  'pagingstate',
  'exclusivestartkey',
]);
/** Cursors in many APIs, and other things in others: only beside the size of a page, or if the answer names the next. */
const PERHAPS_CURSORS = new Set(['after', 'continue', 'marker']);
/** Only if the answer names the next. */
const HARDLY_CURSORS = new Set(['token', 'next', 'nextpage', 'bookmark', 'offset', 'start']);
const LAST_IDS = new Set(['startingafter', 'afterid']);
const OFFSETS = new Set(['offset', 'skip', 'startat', 'startindex', 'pageoffset', 'start', 'from']);
const PERHAPS_OFFSETS = new Set(['start', 'from', 'skip']);
const PAGES = new Set(['page', 'pagenumber', 'pageno', 'pagenum', 'pageindex', 'currentpage']);
const SIZES = new Set([
  'limit',
  'perpage',
  'pagesize',
  'maxresults',
  'maxitems',
  'maxrecords',
  'count',
  'size',
  'top',
  'take',
  'rows',
  'first',
  'pagelimit',
  'resultsperpage',
  'itemsperpage',
]);
const MOMENTS = new Set(['date', 'date-time', 'time']);

/** An argument and what the API calls it. */
export interface NamedArgument {
  readonly argument: string;
  readonly name: string;
}

/**
 * How a tool is asked for its next page, if its arguments and its answer say that it has pages. `answer` is the shape
 * of its 2xx JSON, if the document has one.
 */
export function pagingOf(
  named: readonly NamedArgument[],
  { properties }: InputSchema,
  answer: JsonSchema | undefined,
): Pagination | undefined {
  const candidates = named.map(({ argument, name }) => ({
    argument,
    name: plainName(name),
    schema: own(properties, argument) as JsonSchema | undefined,
  }));
  type Candidate = (typeof candidates)[number];
  const find = (names: ReadonlySet<string>, suits: (one: Candidate) => boolean): Candidate | undefined =>
    candidates.find((one) => names.has(one.name) && suits(one));

  const next = answer && findNext(answer);
  const list = answer && findList(answer);
  const size = find(SIZES, isNumber);
  const speaksForPages = size !== undefined || next !== undefined;
  const found: readonly (readonly [Pagination['style'], Candidate | undefined])[] = [
    ['cursor', find(CURSORS, isText)],
    ['last_id', find(LAST_IDS, isText)],
    ['cursor', speaksForPages ? find(PERHAPS_CURSORS, isOnlyText) : undefined],
    ['cursor', next === undefined ? undefined : find(HARDLY_CURSORS, isOnlyText)],
    [
      'offset',
      find(OFFSETS, (one) => isNumber(one) && (size !== undefined || !PERHAPS_OFFSETS.has(one.name))),
    ],
    ['page', find(PAGES, isNumber)],
    ['page', size && find(PAGES, isText)],
  ];
  const [style, by] = found.find(([, candidate]) => candidate !== undefined) ?? [];
  if (style === undefined || by === undefined) return undefined;
  return {
    style,
    argument: by.argument,
    ...(size === undefined || size === by ? {} : { size: size.argument }),
    ...(next === undefined ? {} : { next }),
    ...(list === undefined ? {} : { list }),
  };
}

/** What a reader of the description has to know of it. */
export function pagingSentence({ argument }: Pagination): string {
  return `Paginated: pass ${argument}.`;
}

function typesOf(schema: JsonSchema | undefined): readonly string[] {
  const types = schema?.type === undefined ? [] : [schema.type].flat();
  return types.length > 0 ? types : (schema?.anyOf ?? []).flatMap(typesOf);
}

function isNumber({ schema }: { readonly schema: JsonSchema | undefined }): boolean {
  return typesOf(schema).some((type) => type === 'integer' || type === 'number');
}

function isText({ schema }: { readonly schema: JsonSchema | undefined }): boolean {
  const types = typesOf(schema).filter((type) => type !== 'null');
  return (
    (types.length === 0 ||
      types.some((type) => type !== 'object' && type !== 'array' && type !== 'boolean')) &&
    !MOMENTS.has(schema?.format ?? '')
  );
}

function isOnlyText(candidate: { readonly schema: JsonSchema | undefined }): boolean {
  return typesOf(candidate.schema).includes('string') && !isNumber(candidate) && isText(candidate);
}
