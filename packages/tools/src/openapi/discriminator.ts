import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { below } from './pointer.ts';
import type { Place, Resolver } from './resolve.ts';

export interface Discriminator {
  readonly property: string;
  readonly mapping: readonly (readonly [string, string])[];
}

export function readDiscriminator(schema: JsonObject): Discriminator | undefined {
  const stated = own(schema, 'discriminator');
  // Swagger 2.0 says the property alone.
  if (typeof stated === 'string') return { property: stated, mapping: [] };
  const property = isObject(stated) ? ownText(stated, 'propertyName') : undefined;
  if (!isObject(stated) || property === undefined) return undefined;
  const mapping = own(stated, 'mapping');
  const entries = isObject(mapping) ? Object.entries(mapping) : [];
  return {
    property,
    mapping: entries.flatMap(([value, target]) =>
      typeof target === 'string' ? [[value, target] as const] : [],
    ),
  };
}

/** What a value is mapped to: a reference, or the bare name of a schema. */
export function mappedTo(target: string, { at, node }: Place, resolver: Resolver): Place | undefined {
  const asReference = resolver.target(target, { at, node });
  const found = asReference.ok
    ? asReference
    : resolver.target(`#${below('/components/schemas', target)}`, { at, node });
  return found.ok ? found.value : undefined;
}
