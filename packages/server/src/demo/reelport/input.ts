import type { Context } from 'hono';
import { z } from 'zod';

import { chunksUpTo, mediaTypeOf } from './body.ts';
import type { FieldError } from './problem.ts';
import { Problem, invalid } from './problem.ts';

const JSON_BYTES_MAX = 65_536;

/** Text on one line. Lengths count characters as JSON Schema does, not UTF-16 units. */
export function line(charactersMax: number) {
  return z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters')
    .refine((text) => text.length > 0, 'must not be empty')
    .refine(atMost(charactersMax), `must have at most ${charactersMax} characters`);
}

/** Text that may have several lines and may be empty. */
export function paragraphs(charactersMax: number) {
  return z
    .string()
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'must not hold control characters')
    .refine(atMost(charactersMax), `must have at most ${charactersMax} characters`);
}

function atMost(charactersMax: number) {
  return (text: string): boolean => Array.from(text).length <= charactersMax;
}

/** Parses a JSON body: 415 for another type, 413 if too large, 400 if not JSON, 422 with a list of faults. */
export async function readJson<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  if (mediaTypeOf(c.req.header('content-type')) !== 'application/json') {
    throw new Problem('unsupported_media_type', 'Send the body as application/json.');
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksUpTo(c.req.raw, JSON_BYTES_MAX)) chunks.push(chunk);
  return parse('body', schema, parseJson(Buffer.concat(chunks)));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Problem('invalid_body', 'The body is not valid JSON.', { cause });
  }
}

/** Parses the query. A parameter that the operation does not know is a fault: a misspelt filter must not pass. */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  const values: [string, string | string[]][] = [];
  const query = new URL(c.req.url).searchParams;
  for (const name of new Set(query.keys())) {
    const [first = '', ...others] = query.getAll(name);
    values.push([name, others.length === 0 ? first : [first, ...others]]);
  }
  return parse('query', schema, Object.fromEntries(values));
}

/** For the operations without query parameters. */
export function readNoQuery(c: Context): void {
  readQuery(c, z.strictObject({}));
}

export function parse<T>(place: FieldError['in'], schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => toFieldErrors(place, issue)));
}

function toFieldErrors(place: FieldError['in'], issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: place,
      field: [...path, key].join('.').slice(0, 200),
      message: 'is not known here',
    }));
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ in: place, field: path.join('.'), message: isMissing ? 'is required' : issue.message }];
}
