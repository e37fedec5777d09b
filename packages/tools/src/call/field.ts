import type { FieldEncoding } from '../catalogue/types.ts';
import type { Styled } from './style.ts';

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
