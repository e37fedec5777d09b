import type { BodyKind } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { chooseMedia } from './choose-media.ts';
import type { Media } from './choose-media.ts';
import { emitSchema } from './emit.ts';
import { readFields } from './encoding.ts';
import { fileSchema } from './file.ts';
import type { ApiBody, OperationFault } from './ir.ts';
import { LIMITS } from './limits.ts';
import { below } from './pointer.ts';
import type { Place } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';
import { plainText } from './text.ts';

const NO_BODY_BY_NATURE = new Set(['GET', 'HEAD', 'DELETE']);

/** A body before one of its media types is chosen. */
export interface BodySource {
  readonly at: string;
  readonly required: boolean;
  readonly description: string;
  readonly media: readonly Media[];
}

/** The body of an operation (OpenAPI 3) in the best of its media types. */
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
  const media = Object.keys(content.node).map((contentType): Media => {
    const here = resolver.step(content, contentType) ?? content;
    const followed = resolver.follow(here);
    if (!followed.ok) return { contentType, place: here, fault: followed.error };
    const schema = resolver.step(followed.value, 'schema');
    return { contentType, place: followed.value, ...(schema ? { schema } : {}) };
  });
  return bodyFrom(
    method,
    {
      at: content.at,
      required: own(place.node, 'required') === true,
      description: plainText(
        ownText(place.node, 'description') ?? '',
        LIMITS.argumentDescriptionCharacters,
        below(place.at, 'description'),
        notes,
      ),
      media,
    },
    schemas,
    budget,
  );
}

/** A body in the best of its media types, or why none of them can be sent. */
export function bodyFrom(
  method: string,
  source: BodySource,
  schemas: Schemas,
  budget: Budget,
): Result<ApiBody | undefined, OperationFault> {
  const chosen = chooseMedia(source.media, schemas, budget);
  if (!chosen) {
    const names = source.media.map(({ contentType }) => contentType);
    return fail({
      code: 'BODY_UNSUPPORTED',
      pointer: source.at,
      message: `The body can be sent as ${names.slice(0, 3).join(', ').slice(0, 120)} only, which is not supported.`,
    });
  }
  const { kind, contentType, media, contentTypes } = chosen;
  if (media.fault) return fail({ ...media.fault, pointer: media.place.at });
  const read = readSchema(kind, media, schemas, budget);
  if (!read.ok) return read;
  const { schema, encoding } = read.value;
  if (NO_BODY_BY_NATURE.has(method)) {
    if (isEmpty(schema)) return ok(undefined);
    schemas.notes.warn(
      'BODY_ON_GET',
      source.at,
      `A ${method} request of this operation is sent with a body.`,
    );
  }
  return ok({
    kind,
    contentType,
    ...(contentTypes === undefined ? {} : { contentTypes }),
    pointer: media.place.at,
    required: source.required,
    ...(source.description === '' ? {} : { description: source.description }),
    schema,
    encoding,
  });
}

function readSchema(
  kind: BodyKind,
  media: Media,
  schemas: Schemas,
  budget: Budget,
): Result<Pick<ApiBody, 'schema' | 'encoding'>, OperationFault> {
  if (kind === 'binary') {
    const description = media.schema && schemas.view([media.schema], budget).description;
    const at = media.schema?.at ?? media.place.at;
    const said = plainText(description ?? '', LIMITS.argumentDescriptionCharacters, at, schemas.notes);
    return ok({ schema: fileSchema(said, {}), encoding: [] });
  }
  let schema: JsonSchema = {};
  if (media.schema) {
    const emission = emitSchema([media.schema], schemas, budget);
    if (emission.external) return fail({ ...emission.external, pointer: emission.external.at });
    schema = emission.schema;
  }
  if (kind === 'text' && schema.type === undefined) schema.type = 'string';
  if (kind !== 'form' && kind !== 'multipart') return ok({ schema, encoding: [] });
  return ok(readFields(kind, schema, media, schemas, budget));
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
