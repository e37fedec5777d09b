import type { ParameterBinding, ParameterStyle } from '../catalogue/types.ts';
import { isObject } from '../json.ts';
import { percentEncoded, reservedEncoded } from './percent.ts';

/** How texts are written in one kind of place, and what stands between the items of a list there. */
interface Script {
  readonly name: (text: string) => string;
  readonly text: (text: string) => string;
  readonly separators: ReadonlyMap<ParameterStyle, string>;
}

const ESCAPED: ReadonlyMap<ParameterStyle, string> = new Map([
  ['spaceDelimited', '%20'],
  ['pipeDelimited', '%7C'],
  ['tabDelimited', '%09'],
]);
const PLAIN: ReadonlyMap<ParameterStyle, string> = new Map([
  ['spaceDelimited', ' '],
  ['pipeDelimited', '|'],
  ['tabDelimited', '\t'],
]);

const same = (text: string): string => text;
const QUERY: Script = { name: percentEncoded, text: percentEncoded, separators: ESCAPED };
const RESERVED: Script = { name: percentEncoded, text: reservedEncoded, separators: ESCAPED };
const RAW: Script = { name: same, text: same, separators: PLAIN };

export type Styled = Pick<
  ParameterBinding,
  'name' | 'style' | 'explode' | 'allowReserved' | 'contentType' | 'nested' | 'allowEmpty'
>;

/** One value of a parameter as text. What has no text form of its own is JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return JSON.stringify(value) ?? '';
}

/** RFC 6570 as OpenAPI uses it for `simple`, `label` and `matrix`, and the lists of Swagger 2.0. */
export function pathText(binding: ParameterBinding, value: unknown): string {
  if (binding.contentType !== undefined) return percentEncoded(textOf(value));
  const { name, explode, style } = binding;
  if (style === 'label') return `.${listed(binding, value, explode, explode ? '.' : ',', QUERY)}`;
  if (style === 'matrix') return matrix(percentEncoded(name), binding, value);
  return listed(binding, value, explode, ESCAPED.get(style) ?? ',', QUERY);
}

/** The value of a header: nothing is escaped. */
export function headerText(binding: ParameterBinding, value: unknown): string {
  if (binding.contentType !== undefined) return textOf(value);
  return listed(binding, value, binding.explode, PLAIN.get(binding.style) ?? ',', RAW);
}

/** The `name=value` pairs of a query, a cookie or a form field; none if there is nothing to say. */
export function queryPairs(binding: Styled, value: unknown): string[] {
  const script = binding.style === 'cookie' ? RAW : binding.allowReserved ? RESERVED : QUERY;
  return pairsOf(binding, value, script).map((pair) => pair.join('='));
}

/** The same pairs with nothing escaped, for the parts of a multipart body. */
export function plainPairs(binding: Styled, value: unknown): [string, string][] {
  return pairsOf(binding, value, RAW);
}

/** Nested values with brackets: `a[b]=1`, and arrays `a[0]=1`, `a[]=1` or `a=1&a=2`. */
export function deepQueryPairs(
  name: string,
  value: unknown,
  arrays: 'indices' | 'brackets' | 'repeat',
): string[] {
  return deepPairs(name, value, QUERY, arrays).map((pair) => pair.join('='));
}

function pairsOf(binding: Styled, value: unknown, script: Script): [string, string][] {
  const name = script.name(binding.name);
  if (binding.contentType !== undefined) {
    return [[name, script.text(typeof value === 'string' ? value : JSON.stringify(value))]];
  }
  if (binding.style === 'deepObject') return deepPairs(binding.name, value, script, 'indices');
  return formPairs(name, binding, value, script);
}

function deepPairs(
  name: string,
  value: unknown,
  script: Script,
  arrays: 'indices' | 'brackets' | 'repeat',
): [string, string][] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const nested = typeof item === 'object' && item !== null;
      // Objects in a list need an index, or their fields would run together.
      const step = arrays === 'indices' || nested ? `[${index}]` : arrays === 'brackets' ? '[]' : '';
      return deepPairs(`${name}${step}`, item, script, arrays);
    });
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : deepPairs(`${name}[${key}]`, item, script, arrays),
    );
  }
  return [[script.name(name), script.text(textOf(value))]];
}

function formPairs(name: string, binding: Styled, value: unknown, script: Script): [string, string][] {
  const separator = script.separators.get(binding.style) ?? ',';
  if (Array.isArray(value)) {
    const items = value.map((item) => itemText(item, binding.nested, script));
    if (items.length === 0) return binding.allowEmpty ? [[name, '']] : [];
    return binding.explode ? items.map((item) => [name, item]) : [[name, items.join(separator)]];
  }
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return binding.allowEmpty ? [[name, '']] : [];
    if (binding.explode) {
      return entries.flatMap(([key, item]) =>
        [item].flat().map((one): [string, string] => [script.name(key), script.text(textOf(one))]),
      );
    }
    const flat = entries.flatMap(([key, item]) => [script.name(key), script.text(textOf(item))]);
    return [[name, flat.join(separator)]];
  }
  return [[name, script.text(textOf(value))]];
}

/** An item of a list; a list in it is joined as its `collectionFormat` says. */
function itemText(item: unknown, nested: Styled['nested'], script: Script): string {
  const [style, ...further] = nested ?? [];
  if (style === undefined || !Array.isArray(item)) return script.text(textOf(item));
  return item.map((one) => itemText(one, further, script)).join(script.separators.get(style) ?? ',');
}

function listed(
  binding: Styled,
  value: unknown,
  explode: boolean,
  separator: string,
  script: Script,
): string {
  if (Array.isArray(value))
    return value.map((item) => itemText(item, binding.nested, script)).join(separator);
  if (!isObject(value)) return script.text(textOf(value));
  const entries = Object.entries(value).map(([key, item]) => [script.name(key), script.text(textOf(item))]);
  return entries.map((pair) => pair.join(explode ? '=' : separator)).join(separator);
}

function matrix(name: string, binding: Styled, value: unknown): string {
  if (Array.isArray(value) && binding.explode) {
    return value.map((item) => `;${name}=${itemText(item, binding.nested, QUERY)}`).join('');
  }
  if (isObject(value) && binding.explode) {
    const pairs = Object.entries(value).map(
      ([key, item]) => `;${percentEncoded(key)}=${percentEncoded(textOf(item))}`,
    );
    return pairs.join('');
  }
  const text = listed(binding, value, false, ',', QUERY);
  return text === '' ? `;${name}` : `;${name}=${text}`;
}
