import type { FieldEncoding } from '../catalogue/types.ts';
import { isObject, own } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import type { Styled } from './style.ts';

/** What the fields of a body are, for those that are written as JSON. */
export interface BodyShape {
  readonly schema: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

export function fieldSchema({ schema }: BodyShape, name: string): JsonSchema {
  const field = own(schema.properties ?? {}, name);
  return isObject(field) ? field : {};
}

/** As a style, explode or allowReserved of its encoding says; undefined if it says none of them. */
export function styledField(
  name: string,
  { style, explode, allowReserved, nested, allowEmpty }: FieldEncoding,
): Styled | undefined {
  if (style === undefined && explode === undefined && !allowReserved) return undefined;
  const chosen = style ?? 'form';
  return {
    name,
    style: chosen,
    explode: explode ?? (chosen === 'form' || chosen === 'deepObject'),
    ...(allowReserved ? { allowReserved } : {}),
    ...(nested ? { nested } : {}),
    ...(allowEmpty ? { allowEmpty } : {}),
  };
}
