import type { BodyKind, FieldEncoding, ParameterStyle } from '../catalogue/types.ts';
import { compareText, isObject, own, ownText, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { isFiles } from './choose-media.ts';
import type { Media } from './choose-media.ts';
import { emitSchema } from './emit.ts';
import { fileSchema, filesIn } from './file.ts';
import type { ApiBody } from './ir.ts';
import { isSendable } from './media-type.ts';
import type { Place } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';

const FORM_STYLES: readonly ParameterStyle[] = ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'];
/** Written by us, or by the `contentType` of the encoding. */
const OWN_HEADERS = new Set([
  'content-type',
  'content-disposition',
  'content-transfer-encoding',
  'content-length',
]);

/** How the fields of a form or multipart body are written; the fields that are files get the schema of one. */
export function readFields(
  kind: BodyKind,
  schema: JsonSchema,
  media: Media,
  schemas: Schemas,
  budget: Budget,
): Pick<ApiBody, 'schema' | 'encoding'> {
  if (kind === 'multipart' && isFiles(media, schemas, budget))
    return loneFile(schema, media, schemas, budget);
  const places = media.schema ? schemas.view([media.schema], budget).properties : new Map<string, Place[]>();
  const encodings = schemas.resolver.step(media.place, 'encoding');
  const stated = encodings && isObject(encodings.node) ? encodings.node : {};
  const properties: Record<string, JsonSchema> = { ...schema.properties };
  const encoding: FieldEncoding[] = [];
  // In an order of their own, whatever the order of the document.
  for (const name of [...new Set([...Object.keys(stated), ...places.keys()])].sort(compareText)) {
    const node = own(stated, name);
    const place = encodings && schemas.resolver.step(encodings, name);
    const read = isObject(node) ? readEncoding(node) : {};
    const from = places.get(name);
    const files = kind === 'multipart' && from ? filesIn(from, read.contentType, schemas, budget) : undefined;
    const headers =
      kind === 'multipart' && place ? readHeaders(place, schemas, budget) : { fixed: [], open: {} };
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (files && known) {
      const file = fileSchema(files === 'one' ? known.description : undefined, headers.open);
      const { description } = known;
      const list: JsonSchema = {
        type: 'array',
        ...(description === undefined ? {} : { description }),
        items: file,
      };
      setOwn(properties, name, files === 'one' ? file : list);
    }
    const one: FieldEncoding = {
      name,
      ...read,
      ...(files && known ? { file: true } : {}),
      ...(headers.fixed.length > 0 ? { headers: headers.fixed } : {}),
    };
    if (Object.keys(one).length > 1) encoding.push(one);
  }
  return { schema: schema.properties ? { ...schema, properties } : schema, encoding };
}

/** A file without a name of its field: most servers look for one under `file`. */
function loneFile(
  { description }: JsonSchema,
  { schema: source }: Media,
  schemas: Schemas,
  budget: Budget,
): Pick<ApiBody, 'schema' | 'encoding'> {
  const many = source && filesIn([source], undefined, schemas, budget) === 'many';
  const file = fileSchema(description, {});
  return {
    schema: {
      type: 'object',
      properties: { file: many ? { type: 'array', items: file } : file },
      required: ['file'],
    },
    encoding: [{ name: 'file', file: true }],
  };
}

function readEncoding(one: JsonObject): Omit<FieldEncoding, 'name'> {
  const style = FORM_STYLES.find((known) => known === own(one, 'style'));
  const explode = own(one, 'explode');
  const contentType = ownText(one, 'contentType');
  return {
    ...(style === undefined ? {} : { style }),
    ...(typeof explode === 'boolean' ? { explode } : {}),
    ...(own(one, 'allowReserved') === true ? { allowReserved: true as const } : {}),
    ...(contentType === undefined || !isSendable(contentType) ? {} : { contentType }),
  };
}

interface PartHeaders {
  readonly fixed: { readonly name: string; readonly value: string }[];
  readonly open: Record<string, JsonSchema>;
}

/** Headers of a part: one with a single value is always sent, the others are given with the file. */
function readHeaders(encoding: Place, schemas: Schemas, budget: Budget): PartHeaders {
  const { resolver } = schemas;
  const headers: PartHeaders = { fixed: [], open: {} };
  const declared = resolver.step(encoding, 'headers');
  if (!declared || !isObject(declared.node)) return headers;
  for (const name of Object.keys(declared.node)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(name) || OWN_HEADERS.has(name.toLowerCase())) continue;
    const written = resolver.step(declared, name);
    const found = written && resolver.follow(written);
    const source = found?.ok ? resolver.step(found.value, 'schema') : undefined;
    const schema = source ? emitSchema([source], schemas, budget).schema : {};
    const [only] = schema.enum ?? [];
    const value = schema.enum?.length === 1 ? only : schema.default;
    if (typeof value === 'string' && /^[\t\x20-\x7E]*$/.test(value)) headers.fixed.push({ name, value });
    if (schema.enum?.length !== 1) setOwn(headers.open, name, { ...schema, type: 'string' });
  }
  return headers;
}
