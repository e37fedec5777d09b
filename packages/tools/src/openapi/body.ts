import type { FieldEncoding, ParameterStyle } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { emitSchema } from './emit.ts';
import type { ApiBody, OperationFault } from './ir.ts';
import { LIMITS } from './limits.ts';
import { below } from './pointer.ts';
import type { Place, Resolver } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';
import { plainText } from './text.ts';

const NO_BODY_BY_NATURE = new Set(['GET', 'HEAD', 'DELETE']);
const FORM_STYLES: readonly ParameterStyle[] = ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'];

/** The body of an operation in the best of its media types: JSON, then a form, then text. */
export function readBody(
  method: string,
  operation: Place,
  schemas: Schemas,
  budget: Budget,
): Result<ApiBody | undefined, OperationFault> {
  const { resolver, notes } = schemas;
  const written = resolver.step(operation, 'requestBody');
  if (!written) return ok(undefined);
  const found = resolver.follow(written);
  if (!found.ok) return fail({ ...found.error, pointer: written.at });
  const place = found.value;
  if (!isObject(place.node)) {
    notes.warn('VALUE_IGNORED', written.at, 'A request body is an object; this value was ignored.');
    return ok(undefined);
  }
  const content = resolver.step(place, 'content');
  if (!content || !isObject(content.node) || Object.keys(content.node).length === 0) return ok(undefined);
  const best = bestType(Object.keys(content.node));
  if (!best) {
    return fail({
      code: 'BODY_UNSUPPORTED',
      pointer: content.at,
      message: `The body can be sent as ${Object.keys(content.node).slice(0, 3).join(', ').slice(0, 120)} only, which is not supported.`,
    });
  }
  const media = resolver.step(content, best.contentType);
  const followed = media && resolver.follow(media);
  if (followed && !followed.ok) return fail({ ...followed.error, pointer: content.at });
  const typed = followed?.value ?? content;
  const source = resolver.step(typed, 'schema');
  let schema: JsonSchema = {};
  if (source) {
    const emission = emitSchema([source], schemas, budget);
    if (emission.external) return fail({ ...emission.external, pointer: emission.external.at });
    schema = emission.schema;
  }
  if (best.kind === 'text' && schema.type === undefined) schema.type = 'string';
  if (NO_BODY_BY_NATURE.has(method)) {
    if (isEmpty(schema)) return ok(undefined);
    notes.warn('BODY_ON_GET', content.at, `A ${method} request of this operation is sent with a body.`);
  }
  const description = plainText(
    ownText(place.node, 'description') ?? '',
    LIMITS.argumentDescriptionCharacters,
    below(place.at, 'description'),
    notes,
  );
  return ok({
    kind: best.kind,
    contentType: best.contentType,
    pointer: typed.at,
    required: own(place.node, 'required') === true,
    ...(description === '' ? {} : { description }),
    schema,
    encoding: best.kind === 'form' ? readEncoding(typed, resolver) : [],
  });
}

interface Typed {
  readonly kind: ApiBody['kind'];
  readonly contentType: string;
}

function bestType(names: readonly string[]): Typed | undefined {
  const safe = names.filter((name) => /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/.test(name));
  const of = (kind: ApiBody['kind'], test: (essence: string) => boolean): Typed | undefined => {
    const contentType = safe.find((name) => test((name.split(';')[0] ?? '').trim().toLowerCase()));
    return contentType === undefined ? undefined : { kind, contentType };
  };
  return (
    of('json', (type) => type === 'application/json') ??
    of('json', (type) => /^[^/*]+\/(?:[^*]*\+)?json$/.test(type)) ??
    of('form', (type) => type === 'application/x-www-form-urlencoded') ??
    of(
      'text',
      (type) =>
        /^text\/(?!xml$)[^*]+$/.test(type) || /^application\/(?:x-)?(?:ndjson|jsonl|json-lines)$/.test(type),
    ) ??
    // "Anything" includes JSON.
    (safe.includes('*/*') ? { kind: 'json', contentType: 'application/json' } : undefined)
  );
}

function isEmpty(schema: JsonSchema): boolean {
  return (
    Object.keys(schema.properties ?? {}).length === 0 &&
    (schema.type === undefined || schema.type === 'object') &&
    schema.anyOf === undefined &&
    schema.allOf === undefined &&
    !isObject(schema.additionalProperties)
  );
}

function readEncoding(typed: Place, resolver: Resolver): FieldEncoding[] {
  const encoding = resolver.step(typed, 'encoding');
  if (!encoding || !isObject(encoding.node)) return [];
  return Object.entries(encoding.node).flatMap(([name, one]) => {
    if (!isObject(one)) return [];
    const style = FORM_STYLES.find((known) => known === own(one, 'style'));
    const explode = own(one, 'explode');
    const contentType = ownText(one, 'contentType');
    return [
      {
        name,
        ...(style === undefined ? {} : { style }),
        ...(typeof explode === 'boolean' ? { explode } : {}),
        ...(own(one, 'allowReserved') === true ? { allowReserved: true as const } : {}),
        ...(contentType === undefined ? {} : { contentType }),
      },
    ];
  });
}
