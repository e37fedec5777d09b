import { isObject, setOwn } from '../json.ts';
import type { JsonSchema, JsonType } from '../json.ts';
import { isJsonType } from './media-type.ts';
import type { Place, Resolver } from './resolve.ts';
import { createNotes } from './notes.ts';
import { createSchemas, newBudget } from './schema.ts';
import type { Budget, Schemas } from './schema.ts';

const DEPTH_MAX = 3;
const NODES_MAX = 400;

/**
 * Reads the shape of an operation's successful JSON answer, weakened: which fields there are and of which types, three
 * levels deep, nothing being required and everything nullable. Undefined if no 2xx answer is declared as JSON.
 * What is wrong with such a schema stops nobody from calling, so nothing is said of it.
 */
export function createAnswerReader(resolver: Resolver): (operation: Place) => JsonSchema | undefined {
  const schemas = createSchemas(resolver, createNotes());
  return (operation) => {
    const schema = answerSchema(operation, resolver);
    if (!schema) return undefined;
    const budget: Budget = { ...newBudget(), nodes: NODES_MAX };
    try {
      return shapeOf([schema], 0, schemas, budget);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      return undefined;
    }
  };
}

function answerSchema(operation: Place, resolver: Resolver): Place | undefined {
  const responses = resolver.step(operation, 'responses');
  if (!responses || !isObject(responses.node)) return undefined;
  const good = Object.keys(responses.node)
    .filter((status) => /^2(?:\d\d|XX)$/i.test(status))
    .sort();
  for (const status of good) {
    const written = resolver.step(responses, status);
    const response = written && resolver.follow(written);
    if (!response?.ok || !isObject(response.value.node)) continue;
    if (resolver.dialect === '2.0') {
      const schema = resolver.step(response.value, 'schema');
      if (schema && producesJson(operation, resolver)) return schema;
      continue;
    }
    const content = resolver.step(response.value, 'content');
    if (!content || !isObject(content.node)) continue;
    const type = Object.keys(content.node).find(isJsonType);
    const media = type === undefined ? undefined : resolver.step(content, type);
    const followed = media && resolver.follow(media);
    const schema = followed?.ok ? resolver.step(followed.value, 'schema') : undefined;
    if (schema) return schema;
  }
  return undefined;
}

function producesJson(operation: Place, { root, step }: Resolver): boolean {
  const produces = (step(operation, 'produces') ?? step(root, 'produces'))?.node;
  return !Array.isArray(produces) || produces.some((type) => typeof type === 'string' && isJsonType(type));
}

function shapeOf(places: readonly Place[], depth: number, schemas: Schemas, budget: Budget): JsonSchema {
  budget.nodes -= 1;
  if (budget.nodes < 0) return {};
  const view = schemas.view(places, budget);
  if (view.never || view.external || view.unions.length > 0 || view.rest.length > 0) return {};
  const types = typesOf(view.types, view.properties.size > 0, view.items !== undefined);
  if (types === undefined) return {};
  const shape: JsonSchema = { type: view.int64 && types.includes('integer') ? ['string', ...types] : types };
  if (types.length > 1 || depth >= DEPTH_MAX) return nullable(shape);
  if (types[0] === 'object' && view.properties.size > 0) {
    const properties: Record<string, JsonSchema> = {};
    for (const [name, field] of view.properties)
      setOwn(properties, name, shapeOf(field, depth + 1, schemas, budget));
    shape.properties = properties;
  }
  if (types[0] === 'array' && view.items) {
    const items = shapeOf(view.items, depth + 1, schemas, budget);
    if (Object.keys(items).length > 0) shape.items = items;
  }
  return nullable(shape);
}

function typesOf(
  declared: readonly JsonType[] | undefined,
  hasFields: boolean,
  hasItems: boolean,
): JsonType[] | undefined {
  if (declared) return declared.filter((type) => type !== 'null');
  if (hasFields) return ['object'];
  return hasItems ? ['array'] : undefined;
}

function nullable(shape: JsonSchema): JsonSchema {
  const types = shape.type === undefined ? [] : [shape.type].flat();
  return { ...shape, type: [...types, 'null'] };
}
