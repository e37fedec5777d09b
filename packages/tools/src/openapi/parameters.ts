import type { ParameterPlace, ParameterStyle } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { Declared } from './declared.ts';
import { emitSchema } from './emit.ts';
import type { ApiParameter, OperationFault } from './ir.ts';
import { LIMITS } from './limits.ts';
import { isSendable } from './media-type.ts';
import { below } from './pointer.ts';
import type { Budget, Schemas } from './schema.ts';
import { parameterKey } from './security.ts';
import { collectionStyle, swaggerSchema } from './swagger.ts';
import { plainText } from './text.ts';

/** Headers that the gateway writes itself; a document may declare them, a caller may not set them. */
const RESERVED_HEADERS = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  querystring: ['form'],
  header: ['simple'],
  cookie: ['form', 'cookie'],
};

export interface ParameterReading {
  readonly parameters: ApiParameter[];
  readonly constants: { readonly name: string; readonly value: string }[];
}

/** The parameters of an operation that are arguments or constants; undeclared path variables are added. */
export function readParameters(
  path: string,
  pointer: string,
  declared: readonly Declared[],
  schemas: Schemas,
  budget: Budget,
  credentialParameters: ReadonlySet<string>,
): Result<ParameterReading, OperationFault> {
  const variables = new Set([...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? ''));
  const reading: ParameterReading = { parameters: [], constants: [] };

  for (const one of declared) {
    if (!isParameter(one)) continue;
    if (one.in === 'header' && RESERVED_HEADERS.has(one.name.toLowerCase())) continue;
    if (credentialParameters.has(parameterKey(one.in, one.name))) continue;
    if (one.in === 'path' && !variables.delete(one.name)) {
      schemas.notes.warn('PARAM_DROPPED', one.place.at, 'The path has no place for this parameter.');
      continue;
    }
    if (one.in === 'header' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(one.name)) {
      schemas.notes.warn('PARAM_DROPPED', one.place.at, 'This is not a possible name of a header.');
      continue;
    }
    const parameter = readParameter(one, schemas, budget);
    if (!parameter.ok) return parameter;
    if (one.in === 'querystring' && parameter.value.contentType === undefined) {
      schemas.notes.warn(
        'PARAM_DROPPED',
        one.place.at,
        'A whole query needs a media type; this one was left out.',
      );
      continue;
    }
    const constant = constantOf(parameter.value);
    if (constant !== undefined) reading.constants.push({ name: one.name, value: constant });
    else reading.parameters.push(parameter.value);
  }
  for (const name of variables) {
    schemas.notes.warn(
      'PARAM_SYNTHESISED',
      pointer,
      `The path variable ${name} is not declared; it became a required string.`,
    );
    reading.parameters.push({
      name,
      in: 'path',
      pointer,
      required: true,
      style: 'simple',
      explode: false,
      allowReserved: false,
      allowEmpty: false,
      schema: { type: 'string' },
    });
  }
  // The path first: it says which thing is meant.
  const place = ({ in: where, name }: ApiParameter): number =>
    where === 'path' ? path.indexOf(`{${name}}`) : Infinity;
  reading.parameters.sort((left, right) => Math.sign(place(left) - place(right)) || 0);
  return ok(reading);
}

function isParameter(one: Declared): one is DeclaredParameter {
  return one.in !== 'body' && one.in !== 'formData';
}

type DeclaredParameter = Declared & { readonly in: ParameterPlace };

function readParameter(
  one: DeclaredParameter,
  schemas: Schemas,
  budget: Budget,
): Result<ApiParameter, OperationFault> {
  const { resolver, notes } = schemas;
  const { node, place } = one;
  const swagger = resolver.dialect === '2.0';
  const content = resolver.step(place, 'content');
  const contentType =
    content && isObject(content.node) ? Object.keys(content.node).find(isSendable) : undefined;
  const owner = content && contentType !== undefined ? resolver.step(content, contentType) : place;
  const source = swagger ? swaggerSchema(place, node, resolver) : owner && resolver.step(owner, 'schema');
  let schema: JsonSchema = {};
  if (source) {
    const emission = emitSchema([source], schemas, budget);
    if (emission.external) return fail({ ...emission.external, pointer: emission.external.at });
    schema = emission.schema;
  }
  const description = readDescription(one, notes);
  if (description !== undefined) schema.description = description;
  return ok({
    name: one.name,
    in: one.in,
    pointer: place.at,
    required: one.in === 'path' || own(node, 'required') === true,
    ...(swagger ? collectionStyle(one.in, node) : readStyle(one, schemas)),
    allowReserved: own(node, 'allowReserved') === true,
    allowEmpty: own(node, 'allowEmptyValue') === true,
    ...(contentType === undefined ? {} : { contentType }),
    schema,
  });
}

/** What a parameter says of itself goes before what its schema says; undefined if it says nothing. */
export function readDescription({ node, place }: Declared, notes: Schemas['notes']): string | undefined {
  const description = ownText(node, 'description');
  if (description === undefined) return undefined;
  const at = below(place.at, 'description');
  const text = plainText(description, LIMITS.argumentDescriptionCharacters, at, notes);
  return text === '' ? undefined : text;
}

function readStyle(
  one: DeclaredParameter,
  { resolver, notes }: Schemas,
): { readonly style: ParameterStyle; readonly explode: boolean } {
  const stated = own(one.node, 'style');
  // The style `cookie` is new in 3.2.
  const possible = STYLES[one.in].filter((style) => style !== 'cookie' || resolver.dialect === '3.2');
  const found = possible.find((style) => style === stated);
  if (stated !== undefined && found === undefined) {
    notes.warn(
      'VALUE_IGNORED',
      one.place.at,
      'This style does not exist for the place of the parameter; the usual one is used.',
    );
  }
  const style = found ?? possible[0] ?? 'simple';
  const explode = own(one.node, 'explode');
  return {
    style,
    explode:
      typeof explode === 'boolean'
        ? explode
        : style === 'form' || style === 'deepObject' || style === 'cookie',
  };
}

/** A required header that can have one value only is no choice for a caller: an API version, say. */
function constantOf(parameter: ApiParameter): string | undefined {
  if (parameter.in !== 'header' || !parameter.required) return undefined;
  const values = parameter.schema.enum;
  const [only] = values ?? [];
  return values?.length === 1 && typeof only === 'string' && /^[\t\x20-\x7E]*$/.test(only) ? only : undefined;
}
