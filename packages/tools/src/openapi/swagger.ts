import type { ParameterStyle } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Declared } from './declared.ts';
import type { Notes } from './notes.ts';
import type { Place, Resolver } from './resolve.ts';

/** Keywords of a parameter that are none of a schema, or mean something else there. */
const NOT_OF_A_SCHEMA = new Set([
  'name',
  'in',
  'required',
  'description',
  'collectionFormat',
  'allowEmptyValue',
]);

const STYLES: ReadonlyMap<unknown, ParameterStyle> = new Map([
  ['ssv', 'spaceDelimited'],
  ['tsv', 'tabDelimited'],
  ['pipes', 'pipeDelimited'],
]);

/** In Swagger 2.0 a parameter is its own schema. */
export function swaggerSchema(place: Place, node: JsonObject, resolver: Resolver): Place {
  // Documents on their way to OpenAPI 3 have a schema all the same.
  const nested = own(node, 'type') === undefined ? resolver.step(place, 'schema') : undefined;
  if (nested) return nested;
  const kept = Object.entries(node).filter(([key]) => !NOT_OF_A_SCHEMA.has(key));
  return { node: Object.fromEntries(kept), at: place.at };
}

export interface CollectionStyle {
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly nested?: readonly ParameterStyle[];
}

/** `collectionFormat` as a style. `csv` is the default, `multi` exists where a name can come twice. */
export function collectionStyle(where: Declared['in'], node: JsonObject): CollectionStyle {
  const format = own(node, 'collectionFormat');
  const named = where === 'query' || where === 'formData';
  const nested: ParameterStyle[] = [];
  let items = own(node, 'items');
  while (isObject(items) && own(items, 'type') === 'array' && nested.length < 8) {
    nested.push(STYLES.get(own(items, 'collectionFormat')) ?? 'simple');
    items = own(items, 'items');
  }
  return {
    style: STYLES.get(format) ?? (named ? 'form' : 'simple'),
    explode: named && format === 'multi',
    ...(nested.length > 0 ? { nested } : {}),
  };
}

/** `host`, `basePath` and `schemes` as one URL; https if it is among them. Without a host it is relative. */
export function swaggerServers({ root }: Resolver, notes: Notes): string[] {
  if (!isObject(root.node)) return [];
  const host = ownText(root.node, 'host')?.trim() ?? '';
  const basePath = ownText(root.node, 'basePath')?.trim() ?? '';
  const path = basePath === '' || basePath.startsWith('/') ? basePath : `/${basePath}`;
  if (host === '') return path === '' ? [] : [path];
  if (!/^[^\s/?#@\\]+$/.test(host)) {
    notes.warn('VALUE_IGNORED', '/host', 'The host is a name with an optional port; this value was ignored.');
    return path === '' ? [] : [path];
  }
  const stated = own(root.node, 'schemes');
  const schemes: readonly unknown[] = Array.isArray(stated) ? stated : [];
  // Nobody means to be asked in clear text alone; where no scheme is given, https is tried.
  const scheme = schemes.includes('https') || !schemes.includes('http') ? 'https' : 'http';
  return [`${scheme}://${host}${path}`];
}
