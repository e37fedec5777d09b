import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { below } from './pointer.ts';
import type { Place, Resolver } from './resolve.ts';
import { emptyView } from './view.ts';
import type { Branch, View } from './view.ts';

export interface UnionReading {
  /** One of the branches was null. */
  readonly nullable: boolean;
  /** All branches are constants: one list of values. */
  readonly literals?: View;
  /** There is one branch: it is no choice. */
  readonly only?: Place;
  readonly branches: readonly Branch[];
}

/** A oneOf or anyOf without what is no choice: null, lists of constants, a single branch. */
export function readUnion(
  list: Place,
  parent: JsonObject,
  resolver: Resolver,
  viewOf: (place: Place) => View,
): UnionReading {
  const length = Array.isArray(list.node) ? list.node.length : 0;
  const tagOf = readTags(parent, list, resolver);
  let nullable = false;
  const branches: { place: Place; view: View }[] = [];
  for (let index = 0; index < length; index += 1) {
    const place = resolver.step(list, index);
    if (place === undefined) continue;
    const view = viewOf(place);
    if (view.types?.length === 1 && view.types[0] === 'null') nullable = true;
    else if (!view.never) branches.push({ place, view });
  }
  const [first] = branches;
  if (first === undefined) return { nullable, branches: [] };
  if (branches.length === 1) return { nullable, only: first.place, branches: [] };
  if (branches.every(({ view }) => isConstant(view))) {
    const literals = emptyView(list.at, [list.node]);
    literals.literals = [...new Set(branches.flatMap(({ view }) => view.literals ?? []))];
    const types = [...new Set(branches.flatMap(({ view }) => view.types ?? []))];
    if (types.length > 0 && branches.every(({ view }) => view.types)) literals.types = types;
    return { nullable, literals, branches: [] };
  }
  return {
    nullable,
    branches: branches.map(({ place }) => {
      const tag = tagOf?.(place);
      return tag === undefined ? { place } : { place, tag };
    }),
  };
}

function isConstant(view: View): boolean {
  return (
    view.literals !== undefined &&
    view.properties.size === 0 &&
    view.unions.length === 0 &&
    view.rest.length === 0 &&
    view.items === undefined
  );
}

/** The values of the discriminator's property for a branch, by mapping (pointer or bare name) or by its name. */
function readTags(
  parent: JsonObject,
  list: Place,
  resolver: Resolver,
): ((branch: Place) => Branch['tag']) | undefined {
  const discriminator = own(parent, 'discriminator');
  const property = isObject(discriminator) ? ownText(discriminator, 'propertyName') : undefined;
  if (!isObject(discriminator) || property === undefined) return undefined;
  const mapping = own(discriminator, 'mapping');
  const byTarget = new Map<unknown, string[]>();
  for (const [value, target] of isObject(mapping) ? Object.entries(mapping) : []) {
    if (typeof target !== 'string') continue;
    const asReference = resolver.target(target, list);
    const found = asReference.ok
      ? asReference
      : resolver.target(`#${below('/components/schemas', target)}`, { node: list.node, at: list.at });
    if (!found.ok) continue;
    byTarget.set(found.value.node, [...(byTarget.get(found.value.node) ?? []), value]);
  }
  return (branch) => {
    const ref = isObject(branch.node) ? ownText(branch.node, '$ref') : undefined;
    if (ref === undefined) return undefined;
    const target = resolver.target(ref, branch);
    if (!target.ok) return undefined;
    const values = byTarget.get(target.value.node) ?? [nameAt(target.value.at)];
    return { property, values };
  };
}

/** The name of a component from its pointer. */
export function nameAt(pointer: string): string {
  const last = pointer.slice(pointer.lastIndexOf('/') + 1);
  return last.replaceAll('~1', '/').replaceAll('~0', '~');
}
