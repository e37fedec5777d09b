import type { ParameterPlace, ParameterStyle } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { emitSchema } from './emit.ts';
import type { ApiParameter, OperationFault } from './ir.ts';
import { LIMITS } from './limits.ts';
import { below } from './pointer.ts';
import type { Place } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';
import { parameterKey } from './security.ts';
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
  header: ['simple'],
  cookie: ['form'],
};

export interface ParameterReading {
  readonly parameters: ApiParameter[];
  readonly constants: { readonly name: string; readonly value: string }[];
}

interface Declared {
  readonly place: Place;
  readonly node: JsonObject;
  readonly name: string;
  readonly in: ParameterPlace;
}

/** The parameters of an operation: its own and its path item's, the operation winning; undeclared path variables added. */
export function readParameters(
  path: string,
  owners: readonly Place[],
  schemas: Schemas,
  budget: Budget,
  credentialParameters: ReadonlySet<string>,
): Result<ParameterReading, OperationFault> {
  const declared = declaredIn(owners, schemas);
  if (!declared.ok) return declared;
  const variables = new Set([...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? ''));
  const reading: ParameterReading = { parameters: [], constants: [] };

  for (const one of declared.value) {
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
    const constant = constantOf(parameter.value);
    if (constant !== undefined) reading.constants.push({ name: one.name, value: constant });
    else reading.parameters.push(parameter.value);
  }
  for (const name of variables) {
    schemas.notes.warn(
      'PARAM_SYNTHESISED',
      owners[0]?.at ?? '',
      `The path variable ${name} is not declared; it became a required string.`,
    );
    reading.parameters.push({
      name,
      in: 'path',
      pointer: owners[0]?.at ?? '',
      required: true,
      style: 'simple',
      explode: false,
      allowReserved: false,
      schema: { type: 'string' },
    });
  }
  // The path first: it says which thing is meant.
  const place = ({ in: where, name }: ApiParameter): number =>
    where === 'path' ? path.indexOf(`{${name}}`) : Infinity;
  reading.parameters.sort((left, right) => Math.sign(place(left) - place(right)) || 0);
  return ok(reading);
}

function declaredIn(owners: readonly Place[], schemas: Schemas): Result<Declared[], OperationFault> {
  const { resolver, notes } = schemas;
  const byKey = new Map<string, Declared>();
  for (const owner of owners) {
    const list = resolver.step(owner, 'parameters');
    if (!list) continue;
    if (!Array.isArray(list.node)) {
      notes.warn('VALUE_IGNORED', list.at, 'Parameters are a list; this value was ignored.');
      continue;
    }
    for (let index = 0; index < list.node.length; index += 1) {
      const place = resolver.step(list, index) ?? { node: undefined, at: below(list.at, index) };
      const found = resolver.follow(place);
      if (!found.ok) return fail({ ...found.error, pointer: place.at });
      const one = readDeclaration(place, found.value, schemas);
      if (!one.ok) return one;
      if (!one.value) continue;
      const key = parameterKey(one.value.in, one.value.name);
      // The operation is read before its path item, and the first of two twins stays.
      if (!byKey.has(key)) byKey.set(key, one.value);
    }
  }
  return ok([...byKey.values()]);
}

function readDeclaration(
  written: Place,
  place: Place,
  { notes }: Schemas,
): Result<Declared | undefined, OperationFault> {
  const { node } = place;
  const name = isObject(node) ? ownText(node, 'name') : undefined;
  const where = isObject(node) ? ownText(node, 'in') : undefined;
  if (!isObject(node) || name === undefined || name === '' || where === undefined) {
    notes.warn('PARAM_DROPPED', written.at, 'A parameter needs a name and a place; this one was left out.');
    return ok(undefined);
  }
  if (where === 'path' || where === 'query' || where === 'header' || where === 'cookie') {
    return ok({ place, node, name, in: where });
  }
  if (own(node, 'required') === true) {
    return fail({
      code: 'PARAM_UNSUPPORTED',
      pointer: written.at,
      message: 'A required parameter stands in a place that is not supported.',
    });
  }
  notes.warn('PARAM_DROPPED', written.at, 'A parameter in an unknown place was left out.');
  return ok(undefined);
}

function readParameter(
  one: Declared,
  schemas: Schemas,
  budget: Budget,
): Result<ApiParameter, OperationFault> {
  const { resolver, notes } = schemas;
  const { node, place } = one;
  const content = resolver.step(place, 'content');
  const contentType = content && isObject(content.node) ? Object.keys(content.node)[0] : undefined;
  const owner = content && contentType !== undefined ? resolver.step(content, contentType) : place;
  const source = owner && resolver.step(owner, 'schema');
  let schema: JsonSchema = {};
  if (source) {
    const emission = emitSchema([source], schemas, budget);
    if (emission.external) return fail({ ...emission.external, pointer: emission.external.at });
    schema = emission.schema;
  }
  const description = ownText(node, 'description');
  if (description !== undefined) {
    const text = plainText(
      description,
      LIMITS.argumentDescriptionCharacters,
      below(place.at, 'description'),
      notes,
    );
    if (text !== '') schema.description = text;
  }
  return ok({
    name: one.name,
    in: one.in,
    pointer: place.at,
    required: one.in === 'path' || own(node, 'required') === true,
    ...readStyle(one, notes),
    allowReserved: own(node, 'allowReserved') === true,
    ...(contentType === undefined ? {} : { contentType }),
    schema,
  });
}

function readStyle(
  one: Declared,
  notes: Schemas['notes'],
): { readonly style: ParameterStyle; readonly explode: boolean } {
  const stated = own(one.node, 'style');
  const possible = STYLES[one.in];
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
    explode: typeof explode === 'boolean' ? explode : style === 'form' || style === 'deepObject',
  };
}

/** A required header that can have one value only is no choice for a caller: an API version, say. */
function constantOf(parameter: ApiParameter): string | undefined {
  if (parameter.in !== 'header' || !parameter.required) return undefined;
  const values = parameter.schema.enum;
  const [only] = values ?? [];
  return values?.length === 1 && typeof only === 'string' && /^[\t\x20-\x7E]*$/.test(only) ? only : undefined;
}
