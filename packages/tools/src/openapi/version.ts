import type { Rejection } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

export type Dialect = '2.0' | '3.0' | '3.1' | '3.2';

/** Since 3.1 schemas are JSON Schema 2020-12: what stands beside a reference counts, and `$id` and `$anchor` mean something. */
export function hasJsonSchema(dialect: Dialect): boolean {
  return dialect === '3.1' || dialect === '3.2';
}

/** The document's object and its dialect: `nullable`, neighbours of `$ref` and lists of types differ by it. */
export function readVersion(
  value: unknown,
): Result<{ readonly root: JsonObject; readonly dialect: Dialect }, Rejection> {
  if (!isObject(value)) {
    return fail({ code: 'NOT_AN_OBJECT', message: 'The document is not an object with fields.' });
  }
  const version = textOf(own(value, 'openapi'));
  if (version === undefined) {
    const swagger = textOf(own(value, 'swagger'));
    return swagger !== undefined && /^2(?:\.0)?$/.test(swagger)
      ? ok({ root: value, dialect: '2.0' })
      : fail(withoutVersion(value));
  }
  const dialect = /^(3\.[012])(?:\.|$)/.exec(version)?.[1];
  if (dialect === '3.0' || dialect === '3.1' || dialect === '3.2') return ok({ root: value, dialect });
  return fail({
    code: 'VERSION_UNSUPPORTED',
    message: `OpenAPI ${version.slice(0, 20)} is not supported; 3.0, 3.1, 3.2 and Swagger 2.0 are.`,
  });
}

/** Unquoted in YAML, `openapi: 3.1` is a number. */
function textOf(version: unknown): string | undefined {
  if (typeof version === 'number') return String(version);
  return typeof version === 'string' ? version : undefined;
}

function withoutVersion(root: JsonObject): Rejection {
  if (Object.hasOwn(root, 'swagger') || Object.hasOwn(root, 'swaggerVersion')) {
    return {
      code: 'VERSION_UNSUPPORTED',
      message: 'This version of Swagger is not supported; Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are.',
      hint: 'Convert the document to OpenAPI 3 and try again.',
    };
  }
  const rejection = {
    code: 'NO_VERSION',
    message: 'The document has no `openapi` field that says its version.',
  } as const;
  const info = own(root, 'info');
  const schema = isObject(info) ? (ownText(info, 'schema') ?? '') : '';
  if (schema.includes('postman') || (isObject(info) && Object.hasOwn(info, '_postman_id'))) {
    return { ...rejection, hint: 'This looks like a Postman collection. Export it as OpenAPI.' };
  }
  const kind = OTHER_KINDS.find(({ key }) => Object.hasOwn(root, key));
  return kind ? { ...rejection, hint: kind.hint } : rejection;
}

/** Documents that people have beside their OpenAPI document, and take for it. */
const OTHER_KINDS: readonly { readonly key: string; readonly hint: string }[] = [
  { key: 'asyncapi', hint: 'This looks like AsyncAPI, which describes messages.' },
  { key: 'arazzo', hint: 'This looks like an Arazzo document, which describes the order of calls.' },
  { key: 'overlay', hint: 'This looks like an Overlay, which changes an OpenAPI document.' },
  { key: 'discoveryVersion', hint: 'This looks like a Google discovery document. Convert it to OpenAPI.' },
  { key: '__export_format', hint: 'This looks like an Insomnia export. Export it as OpenAPI.' },
  { key: '$schema', hint: 'This looks like a JSON Schema, which describes values and no operations.' },
];
