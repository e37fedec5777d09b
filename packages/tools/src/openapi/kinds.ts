import { isObject, own } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { mappedTo, readDiscriminator } from './discriminator.ts';
import type { HeirsOf } from './heirs.ts';
import { ownProperty } from './heirs.ts';
import type { Place, Resolver } from './resolve.ts';
import { nameAt } from './union.ts';
import type { Union } from './view.ts';

/**
 * The shapes that a schema without a choice of its own is mapped to, none if one of them cannot be found. Without a
 * mapping they are those that extend it, and itself, by their names (OpenAPI 3.1.1, Discriminator Object).
 */
export function readKinds(
  place: Place,
  schema: JsonObject,
  resolver: Resolver,
  heirsOf: HeirsOf,
): Union | undefined {
  const stated = readDiscriminator(schema);
  if (stated === undefined) return undefined;
  const { mapping, property } = stated;
  if (mapping.length === 0) return kindsByName(place, property, resolver, heirsOf(place));
  const kinds = new Map<unknown, { place: Place; values: string[] }>();
  for (const [value, target] of mapping) {
    const found = mappedTo(target, place, resolver);
    if (!found) return undefined;
    const known = kinds.get(found.node) ?? { place: found, values: [] };
    known.values.push(value);
    kinds.set(found.node, known);
  }
  if (kinds.size === 0) return undefined;
  return {
    branches: [...kinds.values()].map((kind) => ({
      place: kind.place,
      tag: { property, values: kind.values },
    })),
  };
}

function kindsByName(
  base: Place,
  property: string,
  resolver: Resolver,
  heirs: readonly Place[],
): Union | undefined {
  if (heirs.length === 0) return undefined;
  const ofAll = ownProperty(base, property, resolver);
  return {
    branches: [...heirs, base].map((place) => {
      const ownSay = place === base ? undefined : ownProperty(place, property, resolver);
      const name = nameAt(place.at);
      const isNamed = !listsValues(ownSay) && mayBeText(ofAll, name);
      return { place, tag: { property, values: isNamed ? [name] : [] } };
    }),
  };
}

function listsValues(property: Place | undefined): boolean {
  const node = property?.node;
  return isObject(node) && (own(node, 'enum') ?? own(node, 'const')) !== undefined;
}

/** Whether a property can have a text, as far as one level shows. */
function mayBeText(property: Place | undefined, text: string): boolean {
  if (!isObject(property?.node)) return true;
  const { const: only, enum: values, type } = property.node;
  const listed = Array.isArray(values) ? values : only === undefined ? undefined : [only];
  return (listed?.includes(text) ?? true) && (type === undefined || [type].flat().includes('string'));
}
