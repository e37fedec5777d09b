import type { ParameterBinding } from '../catalogue/types.ts';
import { isObject } from '../json.ts';
import { percentEncoded, reservedEncoded } from './percent.ts';

type Encode = (text: string) => string;

const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ['spaceDelimited', '%20'],
  ['pipeDelimited', '%7C'],
]);

/** One value of a parameter as text. What has no text form of its own is JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return JSON.stringify(value) ?? '';
}

/** RFC 6570 as OpenAPI uses it for `simple`, `label` and `matrix`. */
export function pathText(binding: ParameterBinding, value: unknown): string {
  if (binding.contentType !== undefined) return percentEncoded(textOf(value));
  const { name, explode } = binding;
  if (binding.style === 'label') return `.${listed(value, explode, explode ? '.' : ',', percentEncoded)}`;
  if (binding.style === 'matrix') return matrix(percentEncoded(name), value, explode);
  return listed(value, explode, ',', percentEncoded);
}

/** The value of a header: `simple`, and nothing is escaped. */
export function headerText(binding: ParameterBinding, value: unknown): string {
  if (binding.contentType !== undefined) return textOf(value);
  return listed(value, binding.explode, ',', (text) => text);
}

/** The `name=value` pairs of a query, a cookie or a form field; none if there is nothing to say. */
export function queryPairs(
  binding: Pick<ParameterBinding, 'name' | 'style' | 'explode' | 'allowReserved' | 'contentType'>,
  value: unknown,
): string[] {
  const encode = binding.allowReserved ? reservedEncoded : percentEncoded;
  const name = percentEncoded(binding.name);
  if (binding.contentType !== undefined) {
    return [`${name}=${encode(typeof value === 'string' ? value : JSON.stringify(value))}`];
  }
  if (binding.style === 'deepObject') return deepPairs(binding.name, value, encode, 'indices');
  return formPairs(name, value, binding.explode, SEPARATORS.get(binding.style) ?? ',', encode);
}

/** Nested values with brackets: `a[b]=1`, and arrays `a[0]=1`, `a[]=1` or `a=1&a=2`. */
export function deepPairs(
  name: string,
  value: unknown,
  encode: Encode,
  arrays: 'indices' | 'brackets' | 'repeat',
): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const nested = typeof item === 'object' && item !== null;
      // Objects in a list need an index, or their fields would run together.
      const step = arrays === 'indices' || nested ? `[${index}]` : arrays === 'brackets' ? '[]' : '';
      return deepPairs(`${name}${step}`, item, encode, arrays);
    });
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : deepPairs(`${name}[${key}]`, item, encode, arrays),
    );
  }
  return [`${percentEncoded(name)}=${encode(textOf(value))}`];
}

function formPairs(
  name: string,
  value: unknown,
  explode: boolean,
  separator: string,
  encode: Encode,
): string[] {
  if (Array.isArray(value)) {
    const items = value.map((item) => encode(textOf(item)));
    if (items.length === 0) return [];
    return explode ? items.map((item) => `${name}=${item}`) : [`${name}=${items.join(separator)}`];
  }
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (explode) return entries.map(([key, item]) => `${percentEncoded(key)}=${encode(textOf(item))}`);
    const flat = entries.flatMap(([key, item]) => [percentEncoded(key), encode(textOf(item))]);
    return flat.length === 0 ? [] : [`${name}=${flat.join(separator)}`];
  }
  return [`${name}=${encode(textOf(value))}`];
}

function listed(value: unknown, explode: boolean, separator: string, encode: Encode): string {
  if (Array.isArray(value)) return value.map((item) => encode(textOf(item))).join(separator);
  if (!isObject(value)) return encode(textOf(value));
  const entries = Object.entries(value).map(([key, item]) => [encode(key), encode(textOf(item))]);
  return entries.map((pair) => pair.join(explode ? '=' : separator)).join(separator);
}

function matrix(name: string, value: unknown, explode: boolean): string {
  if (Array.isArray(value) && explode) {
    return value.map((item) => `;${name}=${percentEncoded(textOf(item))}`).join('');
  }
  if (isObject(value) && explode) {
    const pairs = Object.entries(value).map(
      ([key, item]) => `;${percentEncoded(key)}=${percentEncoded(textOf(item))}`,
    );
    return pairs.join('');
  }
  const text = listed(value, false, ',', percentEncoded);
  return text === '' ? `;${name}` : `;${name}=${text}`;
}
