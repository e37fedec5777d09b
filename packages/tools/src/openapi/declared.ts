import type { ParameterPlace } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { OperationFault } from './ir.ts';
import { LIMITS } from './limits.ts';
import { below } from './pointer.ts';
import type { Place } from './resolve.ts';
import type { Schemas } from './schema.ts';
import { parameterKey } from './security.ts';
import type { Dialect } from './version.ts';

/** A parameter as it is declared. In Swagger 2.0 the body and the fields of a form are parameters too. */
export interface Declared {
  readonly place: Place;
  readonly node: JsonObject;
  readonly name: string;
  readonly in: ParameterPlace | 'body' | 'formData';
}

const PLACES: Readonly<Record<Dialect, readonly Declared['in'][]>> = {
  '2.0': ['path', 'query', 'header', 'body', 'formData'],
  '3.0': ['path', 'query', 'header', 'cookie'],
  '3.1': ['path', 'query', 'header', 'cookie'],
  '3.2': ['path', 'query', 'querystring', 'header', 'cookie'],
};

/** The parameters of an operation and of its path item, the operation winning. */
export function readDeclared(owners: readonly Place[], schemas: Schemas): Result<Declared[], OperationFault> {
  const { resolver, notes } = schemas;
  const byKey = new Map<string, Declared>();
  for (const owner of owners) {
    const list = resolver.step(owner, 'parameters');
    if (!list) continue;
    if (!Array.isArray(list.node)) {
      notes.warn('VALUE_IGNORED', list.at, 'Parameters are a list; this value was ignored.');
      continue;
    }
    if (list.node.length > LIMITS.parametersPerOperation) {
      return fail({
        code: 'TOO_LARGE',
        pointer: list.at,
        message: `The operation has ${list.node.length} parameters; at most ${LIMITS.parametersPerOperation} are read.`,
      });
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
  { resolver, notes }: Schemas,
): Result<Declared | undefined, OperationFault> {
  const { node } = place;
  const name = isObject(node) ? ownText(node, 'name') : undefined;
  const stated = isObject(node) ? ownText(node, 'in') : undefined;
  if (!isObject(node) || name === undefined || name === '' || stated === undefined) {
    notes.warn('PARAM_DROPPED', written.at, 'A parameter needs a name and a place; this one was left out.');
    return ok(undefined);
  }
  const where = PLACES[resolver.dialect].find((known) => known === stated);
  if (where !== undefined) return ok({ place, node, name, in: where });
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
