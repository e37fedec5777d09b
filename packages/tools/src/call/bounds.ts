import type { JsonSchema } from '../json.ts';

/**
 * Sizes and ranges. Patterns and formats are left to the API: the document's author chose them, and a pattern
 * run on a caller's text is a way to make us busy for ever.
 */
export function boundFaults(schema: JsonSchema, value: unknown): string[] {
  if (typeof value === 'number') return numberFaults(schema, value);
  if (typeof value === 'string') return textFaults(schema, value);
  if (Array.isArray(value)) return countFaults(value.length, schema.minItems, schema.maxItems, 'items');
  return [];
}

function numberFaults(schema: JsonSchema, value: number): string[] {
  const faults: string[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && value < minimum) faults.push(`must be at least ${minimum}`);
  if (maximum !== undefined && value > maximum) faults.push(`must be at most ${maximum}`);
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    faults.push(`must be more than ${exclusiveMinimum}`);
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
    faults.push(`must be less than ${exclusiveMaximum}`);
  return faults;
}

function textFaults(schema: JsonSchema, value: string): string[] {
  const { minLength, maxLength } = schema;
  // Characters are code points: at most as many as code units, at least half as many.
  if (minLength !== undefined && value.length < minLength * 2) {
    return countFaults(codePointsIn(value), minLength, maxLength, 'characters');
  }
  if (maxLength === undefined || value.length <= maxLength) return [];
  const characters = value.length > maxLength * 2 ? value.length : codePointsIn(value);
  return countFaults(characters, minLength, maxLength, 'characters');
}

function countFaults(count: number, min: number | undefined, max: number | undefined, of: string): string[] {
  if (min !== undefined && count < min) return [`must have at least ${min} ${of}`];
  if (max !== undefined && count > max) return [`must have at most ${max} ${of}`];
  return [];
}

function codePointsIn(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}
