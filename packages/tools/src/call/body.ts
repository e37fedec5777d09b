import type { BodyBinding, FieldEncoding } from '../catalogue/types.ts';
import { isObject, setOwn } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { percentEncoded } from './percent.ts';
import { deepPairs, queryPairs, textOf } from './style.ts';
import type { ArgumentFault } from './types.ts';

/** The bytes of a body from the arguments; undefined if there is nothing to send. */
export function bodyText(binding: BodyBinding, args: JsonObject): Result<string | undefined, ArgumentFault> {
  const value = bodyValue(binding, args);
  if (value === undefined) return ok(undefined);
  try {
    return ok(serialised(binding, value));
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

function serialised(binding: BodyBinding, value: unknown): string {
  switch (binding.kind) {
    case 'json':
      return JSON.stringify(value);
    case 'text':
      return textOf(value);
    case 'form':
      return isObject(value) ? formText(binding, value) : textOf(value);
  }
}

function formText(binding: BodyBinding, value: JsonObject): string {
  const encodings = new Map(binding.encoding?.map((encoding) => [encoding.name, encoding]));
  return Object.entries(value)
    .flatMap(([name, field]) =>
      field === undefined ? [] : fieldPairs(name, field, encodings.get(name), binding),
    )
    .join('&');
}

function fieldPairs(
  name: string,
  value: unknown,
  encoding: FieldEncoding | undefined,
  { arrays = 'repeat' }: BodyBinding,
): string[] {
  if (encoding?.style !== undefined || encoding?.explode !== undefined || encoding?.allowReserved) {
    const style = encoding.style ?? 'form';
    const explode = encoding.explode ?? (style === 'form' || style === 'deepObject');
    return queryPairs(
      { name, style, explode, ...(encoding.allowReserved ? { allowReserved: true } : {}) },
      value,
    );
  }
  if (
    encoding?.contentType !== undefined &&
    /json/i.test(encoding.contentType) &&
    typeof value === 'object'
  ) {
    return queryPairs({ name, style: 'form', explode: true, contentType: encoding.contentType }, value);
  }
  return deepPairs(name, value, percentEncoded, arrays);
}
