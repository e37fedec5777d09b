import { randomBytes } from 'node:crypto';
import type { BodyBinding, FieldEncoding } from '../catalogue/types.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { isJsonType } from '../openapi/media-type.ts';
import { fieldSchema, styledField } from './field.ts';
import type { BodyShape } from './field.ts';
import { mediaTypeOf } from './files.ts';
import type { FileContents } from './files.ts';
import { jsonWithIntegers } from './long-integers.ts';
import { plainPairs, textOf } from './style.ts';
import type { BodyContent } from './types.ts';

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
  readonly fileName?: string;
  readonly contentType?: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** A body of parts (RFC 7578), each as its encoding says; a list is a part for each item, an object is JSON. */
export function multipartContent(
  binding: BodyBinding,
  value: JsonObject,
  files: FileContents,
  shape: BodyShape,
): BodyContent {
  const encodings = new Map(binding.encoding?.map((encoding) => [encoding.name, encoding]));
  const parts = Object.entries(value).flatMap(([name, field]) =>
    field === undefined || field === null ? [] : partsOf(name, field, encodings.get(name), files, shape),
  );
  const boundary = boundaryFor(parts);
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n\r\n`),
    part.content,
    Buffer.from('\r\n'),
  ]);
  return {
    content: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    // A document may name a boundary of its own; it is ours that is between the parts.
    contentType: `${binding.contentType.replace(/;\s{0,9}boundary=[^;]*/gi, '')}; boundary=${boundary}`,
  };
}

function partsOf(
  name: string,
  value: unknown,
  encoding: FieldEncoding | undefined,
  files: FileContents,
  shape: BodyShape,
): Part[] {
  const fixed = (encoding?.headers ?? []).map((header) => [header.name, header.value] as const);
  if (encoding?.file) {
    return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => {
      const file = isObject(one) ? files.get(one) : undefined;
      if (!file) return [];
      const contentType = mediaTypeOf(file, encoding.contentType?.split(',') ?? []);
      const given = new Set(file.headers.map(([header]) => header.toLowerCase()));
      const headers = [...fixed.filter(([header]) => !given.has(header.toLowerCase())), ...file.headers];
      return [{ name, content: file.bytes, fileName: file.name ?? 'file', contentType, headers }];
    });
  }
  const styled = encoding && styledField(name, encoding);
  if (styled) {
    return plainPairs(styled, value).map(([key, text]) => ({
      name: key,
      content: Buffer.from(text),
      headers: fixed,
    }));
  }
  const schema = fieldSchema(shape, name);
  const isList = Array.isArray(value) && !isJson(encoding);
  const items: readonly unknown[] = isList ? value : [value];
  const itemSchema = isList ? (schema.items ?? {}) : schema;
  return items.map((item) => {
    const json = typeof item === 'object' && item !== null;
    const contentType = statedType(encoding) ?? (json ? 'application/json' : undefined);
    return {
      name,
      content: Buffer.from(json ? jsonWithIntegers(item, itemSchema, shape.definitions) : textOf(item)),
      ...(contentType === undefined ? {} : { contentType }),
      headers: fixed,
    };
  });
}

/** The first that is a type, and not a range of them. */
function statedType(encoding: FieldEncoding | undefined): string | undefined {
  return encoding?.contentType
    ?.split(',')
    .map((type) => type.trim())
    .find((type) => !type.includes('*'));
}

function isJson(encoding: FieldEncoding | undefined): boolean {
  return encoding?.contentType !== undefined && isJsonType(encoding.contentType);
}

/** Names are quoted as browsers do it, so that a name can end neither its quotes nor its line. */
function headOf({ name, fileName, contentType, headers }: Part): string {
  const file = fileName === undefined ? '' : `; filename="${quoted(fileName)}"`;
  return [
    `Content-Disposition: form-data; name="${quoted(name)}"${file}`,
    ...(contentType === undefined ? [] : [`Content-Type: ${contentType}`]),
    ...headers.map((header) => header.join(': ')),
  ].join('\r\n');
}

function quoted(name: string): string {
  return name
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll('"', '%22')
    .replace(/\p{Cc}/gu, '');
}

/** One that none of the parts contains: nobody can guess it, and we look all the same. */
function boundaryFor(parts: readonly Part[]): string {
  for (;;) {
    const boundary = `latchkey-${randomBytes(18).toString('hex')}`;
    if (
      !parts.some(({ content }) =>
        Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes(boundary),
      )
    )
      return boundary;
  }
}
