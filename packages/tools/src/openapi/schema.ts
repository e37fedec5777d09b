import { isObject, own, ownText } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { createHeirs } from './heirs.ts';
import { allowNull, readKeywords } from './keywords.ts';
import { readKinds } from './kinds.ts';
import { LIMITS } from './limits.ts';
import { agree, merged } from './merge.ts';
import type { Notes } from './notes.ts';
import type { Place, ReferenceFault, Resolver } from './resolve.ts';
import { readUnion } from './union.ts';
import { hasJsonSchema } from './version.ts';
import { emptyView } from './view.ts';
import type { View } from './view.ts';

/** What one operation may still look at: nodes to emit, and objects to merge (apart, because merging is remembered). */
export interface Budget {
  nodes: number;
  merges: number;
  /** Where schemas that contain themselves are put; without it they are cut. */
  readonly definitions?: Definitions;
}

export interface Definitions {
  /** By the object of the document that they stand for. */
  readonly names: Map<unknown, string>;
  readonly schemas: Record<string, JsonSchema>;
}

export function newBudget(refs: 'cut' | 'defs' = 'cut'): Budget {
  return {
    nodes: LIMITS.nodesPerOperation,
    merges: LIMITS.mergesPerOperation,
    ...(refs === 'defs' ? { definitions: { names: new Map(), schemas: {} } } : {}),
  };
}

export interface Schemas {
  readonly resolver: Resolver;
  readonly notes: Notes;
  /** One level of a schema. Several places mean all of them, as in allOf. Remembered across operations. */
  view(places: readonly Place[], budget: Budget): View;
}

interface Step {
  readonly budget: Budget;
  /** Objects being merged right now: meeting one again is a loop without a level in between. */
  readonly open: Set<unknown>;
  depth: number;
  /** A loop or a limit was met, so the result depends on where we came from and is not remembered. */
  tainted: boolean;
}

export function createSchemas(resolver: Resolver, notes: Notes): Schemas {
  const memo = new Map<unknown, View>();
  const heirsOf = createHeirs(resolver);

  const viewOf = (place: Place, step: Step): View => {
    const { node } = place;
    if (typeof node === 'boolean')
      return node ? emptyView(place.at, [place]) : { ...emptyView(place.at, [place]), never: true };
    if (!isObject(node)) {
      notes.warn('VALUE_IGNORED', place.at, 'A schema is an object; this value was ignored.');
      return emptyView(place.at, [place]);
    }
    const known = memo.get(node);
    if (known) return known;
    if (step.open.has(node)) {
      notes.warn('REF_CYCLE', place.at, 'The schema contains itself without a level in between.');
      step.tainted = true;
      return emptyView(place.at, []);
    }
    step.budget.merges -= 1;
    if (step.budget.merges < 0 || step.depth >= LIMITS.mergeDepth) {
      notes.warn(
        'SCHEMA_DEPTH',
        place.at,
        'The schema is nested too deeply; from here on anything is accepted.',
      );
      step.tainted = true;
      return emptyView(place.at, []);
    }
    const taintedBefore = step.tainted;
    step.tainted = false;
    step.open.add(node);
    step.depth += 1;
    const view = read(place, node, step);
    step.depth -= 1;
    step.open.delete(node);
    if (!step.tainted) memo.set(node, view);
    step.tainted ||= taintedBefore;
    return view;
  };

  const read = (place: Place, node: JsonObject, step: Step): View => {
    if (Object.hasOwn(node, '$dynamicRef')) return emptyView(place.at, [node]);
    const ref = ownText(node, '$ref');
    let view =
      ref === undefined ? readKeywords(place, node, resolver, notes) : referenced(ref, place, node, step);
    let wrapped: View | undefined;
    const all = resolver.step(place, 'allOf');
    if (all && Array.isArray(all.node)) {
      for (let index = 0; index < all.node.length; index += 1) {
        const member = resolver.step(all, index);
        if (!member) continue;
        view = withMember(view, member, step);
        wrapped = viewOf(member, step);
      }
    }
    let nullable = own(node, 'nullable') === true || own(node, 'x-nullable') === true;
    for (const kind of ['oneOf', 'anyOf'] as const) {
      const branches = resolver.step(place, kind);
      if (!branches || !Array.isArray(branches.node)) continue;
      const union = readUnion(branches, node, resolver, (branch) => viewOf(branch, step));
      nullable ||= union.nullable;
      if (union.literals) view = withView(view, union.literals, branches);
      else if (union.only) {
        view = withMember(view, union.only, step);
        wrapped = viewOf(union.only, step);
      } else if (union.branches.length > 0) view.unions.push({ branches: union.branches });
    }
    const kinds = readKinds(place, node, resolver, heirsOf) ?? kindsOfWrapped(wrapped, view, node);
    if (kinds && view.unions.length === 0) view.kinds = kinds;
    return nullable ? allowNull(view) : view;
  };

  const referenced = (ref: string, place: Place, node: JsonObject, step: Step): View => {
    const target = resolver.target(ref, place);
    if (!target.ok) return broken(target.error, place);
    const view = viewOf(target.value, step);
    const beside = Object.keys(node).some((key) => key !== '$ref' && !key.startsWith('x-'));
    if (!beside) return { ...copied(view), nodes: [node, ...view.nodes] };
    // Before 3.1 what stands beside a reference is ignored; its texts and `nullable` are meant nevertheless.
    const neighbours = hasJsonSchema(resolver.dialect)
      ? readKeywords(place, node, resolver, notes)
      : annotationsOf(place, node);
    if (!agree(neighbours, view)) return { ...copied(view), nodes: [node, ...view.nodes] };
    const both = { ...merged(neighbours, view), at: view.at };
    const kinds = kindsOfWrapped(view, both, node);
    return kinds ? { ...both, kinds } : both;
  };

  const broken = (fault: ReferenceFault, place: Place): View => {
    const view = emptyView(place.at, [place.node]);
    switch (fault.code) {
      case 'REF_EXTERNAL':
        view.external = fault;
        break;
      case 'REF_MISSING':
      case 'REF_CYCLE':
        notes.warn(fault.code, place.at, `${fault.message} Anything is accepted here.`);
        break;
    }
    return view;
  };

  const withMember = (view: View, member: Place, step: Step): View => {
    const other = viewOf(member, step);
    return withView(view, other, member);
  };

  const withView = (view: View, other: View, from: Place): View => {
    if (agree(view, other)) return merged(view, other);
    const kept = copied(view);
    kept.rest.push(from);
    return kept;
  };

  return {
    resolver,
    notes,
    view(places, budget) {
      const step: Step = { budget, open: new Set(), depth: 0, tainted: false };
      const [first, ...others] = places;
      if (first === undefined) return emptyView('', []);
      let view = viewOf(first, step);
      for (const place of others) view = withView(view, viewOf(place, step), place);
      return view;
    },
  };
}

/** A schema that adds no field to another, to say that it may be null, say, has its kinds, unless it is one of them. */
function kindsOfWrapped(wrapped: View | undefined, view: View, node: JsonObject): View['kinds'] {
  if (!wrapped?.kinds || wrapped.properties.size < view.properties.size) return undefined;
  return wrapped.kinds.branches.some(({ place }) => place.node === node) ? undefined : wrapped.kinds;
}

/** A view that may be changed without changing the remembered one. */
function copied(view: View): View {
  return { ...view, unions: [...view.unions], rest: [...view.rest] };
}

function annotationsOf(place: Place, node: JsonObject): View {
  const view = emptyView(place.at, [node]);
  const description = ownText(node, 'description');
  if (description !== undefined && description !== '') view.description = description;
  const preset = own(node, 'default');
  if (preset !== undefined && preset !== null) view.default = preset;
  if (own(node, 'readOnly') === true) view.readOnly = true;
  return view;
}
