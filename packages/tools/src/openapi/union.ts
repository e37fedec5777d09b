import { isObject, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { mappedTo, readDiscriminator } from './discriminator.ts';
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
    branches: branches.map(({ place, view }) => {
      const found = tagOf?.(place);
      if (found === undefined || (!found.mapped && saysItself(view, found.tag.property, viewOf))) {
        return { place };
      }
      return { place, tag: found.tag };
    }),
  };
}

/** A branch that lists the values of the discriminator, or is a choice itself, is not told by the name of its shape. */
function saysItself(view: View, property: string, viewOf: (place: Place) => View): boolean {
  const declared = view.properties.get(property) ?? [];
  return view.unions.length > 0 || declared.some((place) => viewOf(place).literals !== undefined);
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

interface FoundTag {
  /** The document maps a value to the branch; otherwise the name of its shape is the value. */
  readonly mapped: boolean;
  readonly tag: NonNullable<Branch['tag']>;
}

/** The values of the discriminator's property for a branch, by mapping (pointer or bare name) or by its name. */
function readTags(
  parent: JsonObject,
  list: Place,
  resolver: Resolver,
): ((branch: Place) => FoundTag | undefined) | undefined {
  const stated = readDiscriminator(parent);
  if (stated === undefined) return undefined;
  const { property, mapping } = stated;
  const byTarget = new Map<unknown, string[]>();
  for (const [value, target] of mapping) {
    const found = mappedTo(target, list, resolver);
    if (found) byTarget.set(found.node, [...(byTarget.get(found.node) ?? []), value]);
  }
  return (branch) => {
    const ref = isObject(branch.node) ? ownText(branch.node, '$ref') : undefined;
    if (ref === undefined) return undefined;
    const target = resolver.target(ref, branch);
    if (!target.ok) return undefined;
    const mapped = byTarget.get(target.value.node);
    return {
      mapped: mapped !== undefined,
      tag: { property, values: mapped ?? [nameAt(target.value.at)] },
    };
  };
}

/** The name of a component from its pointer. */
export function nameAt(pointer: string): string {
  const last = pointer.slice(pointer.lastIndexOf('/') + 1);
  return last.replaceAll('~1', '/').replaceAll('~0', '~');
}
