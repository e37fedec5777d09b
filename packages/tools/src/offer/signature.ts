import type { ObjectSchema } from '../catalogue/types.ts';
import type { JsonSchema } from '../json.ts';

const ARGUMENTS_MAX = 12;
const ENUM_MAX = 4;
const ENUM_CHARACTERS = 40;

/** `create_item(name: string, count?: integer)`: what is required first, at most twelve arguments. */
export function signatureOf(name: string, { properties, required = [] }: ObjectSchema): string {
  const all = Object.entries(properties);
  const ordered = [
    ...all.filter(([key]) => required.includes(key)),
    ...all.filter(([key]) => !required.includes(key)),
  ];
  const shown = ordered
    .slice(0, ARGUMENTS_MAX)
    .map(([key, schema]) => `${key}${required.includes(key) ? '' : '?'}: ${typeOf(schema)}`);
  return `${name}(${[...shown, ...(ordered.length > ARGUMENTS_MAX ? ['…'] : [])].join(', ')})`;
}

function typeOf(schema: JsonSchema): string {
  const { enum: values, items, type } = schema;
  if (values !== undefined && values.length <= ENUM_MAX) {
    const literals = values.map((value) => JSON.stringify(value)).join('|');
    if (literals.length <= ENUM_CHARACTERS) return literals;
  }
  const types = Array.isArray(type) ? type.filter((one) => one !== 'null') : [type ?? 'any'];
  return types.map((one) => (one === 'array' ? `${items ? typeOf(items) : 'any'}[]` : one)).join('|');
}
