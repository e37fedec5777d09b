import { isObject, ownText } from '../json.ts';
import type { Place, Resolver } from './resolve.ts';

/** The schemas among the document's components that extend one by `allOf`, and those that extend these. */
export type HeirsOf = (base: Place) => readonly Place[];

export function createHeirs(resolver: Resolver): HeirsOf {
  let direct: ReadonlyMap<unknown, readonly Place[]> | undefined;

  return (base) => {
    direct ??= indexHeirs(resolver);
    const heirs = new Set(direct.get(base.node));
    for (const heir of heirs) for (const next of direct.get(heir.node) ?? []) heirs.add(next);
    return [...heirs].filter(({ node }) => node !== base.node);
  };
}

/** By the object that is extended. One walk over the components, made only when a discriminator needs it. */
function indexHeirs(resolver: Resolver): ReadonlyMap<unknown, readonly Place[]> {
  const heirs = new Map<unknown, Place[]>();
  const components =
    resolver.dialect === '2.0'
      ? resolver.step(resolver.root, 'definitions')
      : stepAlong(resolver.root, ['components', 'schemas'], resolver);
  for (const name of isObject(components?.node) ? Object.keys(components.node) : []) {
    const heir = components && resolver.step(components, name);
    if (heir === undefined) continue;
    for (const member of membersOf(heir, resolver)) {
      const ref = isObject(member.node) ? ownText(member.node, '$ref') : undefined;
      const extended = ref === undefined ? undefined : resolver.target(ref, member);
      if (!extended?.ok) continue;
      const known = heirs.get(extended.value.node) ?? [];
      if (known.at(-1) !== heir) known.push(heir);
      heirs.set(extended.value.node, known);
    }
  }
  return heirs;
}

/** What a schema says of a property itself, and not by what it extends. */
export function ownProperty(schema: Place, property: string, resolver: Resolver): Place | undefined {
  for (const part of [schema, ...membersOf(schema, resolver)]) {
    const found = stepAlong(part, ['properties', property], resolver);
    const said = found && resolver.follow(found);
    if (said?.ok) return said.value;
  }
  return undefined;
}

function membersOf(schema: Place, resolver: Resolver): Place[] {
  const all = resolver.step(schema, 'allOf');
  return Array.isArray(all?.node) ? all.node.flatMap((_, index) => resolver.step(all, index) ?? []) : [];
}

function stepAlong(from: Place, keys: readonly string[], resolver: Resolver): Place | undefined {
  return keys.reduce<Place | undefined>((place, key) => place && resolver.step(place, key), from);
}
