import type { BodyBinding, FieldEncoding, InputSchema } from '../catalogue/types.ts';
import { isObject, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { isJsonLinesType, isJsonType } from '../openapi/media-type.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { FileContents } from './files.ts';
import { mediaTypeOf } from './files.ts';
import { jsonWithIntegers } from './long-integers.ts';
import { multipartContent } from './multipart.ts';
import { fieldSchema, styledField } from './field.ts';
import type { BodyShape } from './field.ts';
import { deepQueryPairs, queryPairs, textOf } from './style.ts';
import type { ArgumentFault, BodyContent } from './types.ts';

/** The content of a body from the arguments; undefined if there is nothing to send. */
export function bodyContent(
  binding: BodyBinding,
  args: JsonObject,
  files: FileContents,
  inputSchema: InputSchema,
): Result<BodyContent | undefined, ArgumentFault> {
  const value = bodyValue(binding, args);
  if (value === undefined) return ok(undefined);
  try {
    return ok(serialised(binding, value, files, inputSchema));
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return fail({
      field: 'layout' in binding && 'argument' in binding.layout ? binding.layout.argument : '',
      message: 'is nested too deeply',
    });
  }
}

function bodyValue({ layout, required }: BodyBinding, args: JsonObject): unknown {
  if ('argument' in layout) return Object.hasOwn(args, layout.argument) ? args[layout.argument] : undefined;
  const value: Record<string, unknown> = {};
  let given = false;
  for (const { argument, name } of layout.fields) {
    if (!Object.hasOwn(args, argument)) continue;
    setOwn(value, name, args[argument]);
    given = true;
  }
  return given || required ? value : undefined;
}

function serialised(
  binding: BodyBinding,
  value: unknown,
  files: FileContents,
  inputSchema: InputSchema,
): BodyContent | undefined {
  const { contentType } = binding;
  const shape: BodyShape = {
    schema: bodySchema(binding, inputSchema),
    definitions: inputSchema.$defs ?? {},
  };
  switch (binding.kind) {
    case 'json':
      return { content: jsonWithIntegers(value, shape.schema, shape.definitions), contentType };
    case 'text': {
      const isList = Array.isArray(value) && isJsonLinesType(contentType);
      return { content: isList ? linesOf(value, shape) : textOf(value), contentType };
    }
    case 'form':
      return { content: isObject(value) ? formText(binding, value, shape) : textOf(value), contentType };
    case 'multipart':
      return multipartContent(binding, isObject(value) ? value : {}, files, shape);
    case 'binary': {
      const file = isObject(value) ? files.get(value) : undefined;
      if (!file) return undefined;
      return { content: file.bytes, contentType: mediaTypeOf(file, binding.contentTypes ?? [contentType]) };
    }
  }
}

/** The schema of the body, whether it is one argument or one for each of its fields. */
function bodySchema({ layout }: BodyBinding, { properties }: InputSchema): JsonSchema {
  if ('argument' in layout) return properties[layout.argument] ?? {};
  const fields: Record<string, JsonSchema> = {};
  for (const { argument, name } of layout.fields) setOwn(fields, name, properties[argument] ?? {});
  return { properties: fields };
}

/** Each line ends, the last one too: some servers wait for it. */
function linesOf(items: readonly unknown[], { definitions, schema }: BodyShape): string {
  return items.map((item) => `${jsonWithIntegers(item, schema.items ?? {}, definitions)}\n`).join('');
}

function formText(binding: BodyBinding, value: JsonObject, shape: BodyShape): string {
  const encodings = new Map(binding.encoding?.map((encoding) => [encoding.name, encoding]));
  return Object.entries(value)
    .flatMap(([name, field]) =>
      field === undefined ? [] : fieldPairs(name, field, encodings.get(name), binding, shape),
    )
    .join('&');
}

function fieldPairs(
  name: string,
  value: unknown,
  encoding: FieldEncoding | undefined,
  { arrays = 'repeat' }: BodyBinding,
  shape: BodyShape,
): string[] {
  const styled = encoding && styledField(name, encoding);
  if (styled) return queryPairs(styled, value);
  if (encoding?.contentType !== undefined && isJsonType(encoding.contentType) && typeof value === 'object') {
    const json = jsonWithIntegers(value, fieldSchema(shape, name), shape.definitions);
    return queryPairs({ name, style: 'form', explode: true }, json);
  }
  return deepQueryPairs(name, value, arrays);
}
