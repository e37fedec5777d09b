import type { FieldEncoding } from '../catalogue/types.ts';
import { isObject, own, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { bodyFrom } from './body.ts';
import type { Declared } from './declared.ts';
import { emitSchema } from './emit.ts';
import { fileSchema } from './file.ts';
import type { ApiBody, OperationFault } from './ir.ts';
import { essenceOf } from './media-type.ts';
import { readDescription } from './parameters.ts';
import type { Place } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';
import { collectionStyle, swaggerSchema } from './swagger.ts';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/** The body of an operation of Swagger 2.0: its body parameter, or the fields of its form. */
export function readSwaggerBody(
  method: string,
  operation: Place,
  declared: readonly Declared[],
  schemas: Schemas,
  budget: Budget,
): Result<ApiBody | undefined, OperationFault> {
  const body = declared.find((one) => one.in === 'body');
  const fields = declared.filter((one) => one.in === 'formData');
  const consumes = consumesOf(operation, schemas);
  if (body === undefined) {
    return fields.length === 0 ? ok(undefined) : formBody(operation, fields, consumes, schemas, budget);
  }
  for (const { place } of fields) {
    schemas.notes.warn(
      'PARAM_DROPPED',
      place.at,
      'An operation has a body or a form; the field was left out.',
    );
  }
  const schema = schemas.resolver.step(body.place, 'schema');
  const types = consumes.length > 0 ? consumes : ['application/json'];
  return bodyFrom(
    method,
    {
      at: body.place.at,
      required: own(body.node, 'required') === true,
      description: readDescription(body, schemas.notes) ?? '',
      media: types.map((contentType) => ({ contentType, place: body.place, ...(schema ? { schema } : {}) })),
    },
    schemas,
    budget,
  );
}

/** What the operation says goes before what the document says, even if it says that there is nothing. */
function consumesOf(operation: Place, { resolver }: Schemas): string[] {
  const read = (owner: Place): string[] | undefined => {
    const list = isObject(owner.node) ? own(owner.node, 'consumes') : undefined;
    return Array.isArray(list) ? list.filter((type: unknown) => typeof type === 'string') : undefined;
  };
  return read(operation) ?? read(resolver.root) ?? [];
}

function formBody(
  operation: Place,
  fields: readonly Declared[],
  consumes: readonly string[],
  schemas: Schemas,
  budget: Budget,
): Result<ApiBody, OperationFault> {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  const encoding: FieldEncoding[] = [];
  for (const field of fields) {
    const { name, node } = field;
    const isFile = own(node, 'type') === 'file';
    const schema = isFile
      ? ok(fileSchema(readDescription(field, schemas.notes), {}))
      : read(field, schemas, budget);
    if (!schema.ok) return schema;
    setOwn(properties, name, schema.value);
    if (own(node, 'required') === true) required.push(name);
    if (isFile) encoding.push({ name, file: true });
    else if (isList(node)) {
      const allowEmpty = own(node, 'allowEmptyValue') === true;
      encoding.push({ name, ...collectionStyle('formData', node), ...(allowEmpty ? { allowEmpty } : {}) });
    }
  }
  const essences = consumes.map(essenceOf);
  const parts =
    encoding.some(({ file }) => file) || (essences.includes(MULTIPART) && !essences.includes(FORM));
  return ok({
    kind: parts ? 'multipart' : 'form',
    contentType: parts ? MULTIPART : FORM,
    pointer: `${operation.at}/parameters`,
    required: required.length > 0,
    schema: { type: 'object', properties, ...(required.length > 0 ? { required } : {}) },
    encoding,
  });
}

function read(field: Declared, schemas: Schemas, budget: Budget): Result<JsonSchema, OperationFault> {
  const emission = emitSchema([swaggerSchema(field.place, field.node, schemas.resolver)], schemas, budget);
  if (emission.external) return fail({ ...emission.external, pointer: emission.external.at });
  const description = readDescription(field, schemas.notes);
  return ok({ ...emission.schema, ...(description === undefined ? {} : { description }) });
}

function isList(node: JsonObject): boolean {
  return own(node, 'type') === 'array';
}
