import { isObject, isOfType, mayBe, setOwn } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { LIMITS } from './limits.ts';
import { smallCopy } from './literal.ts';
import { below } from './pointer.ts';
import type { Place, ReferenceFault } from './resolve.ts';
import type { Budget, Definitions, Schemas } from './schema.ts';
import { plainText } from './text.ts';
import { nameAt } from './union.ts';
import type { Branch, Union, View } from './view.ts';

export interface Emission {
  readonly schema: JsonSchema;
  /** Part of it is in another document. */
  readonly external?: ReferenceFault;
}

interface Ancestor {
  readonly nodes: readonly unknown[];
  readonly above: Ancestor | undefined;
}

interface Job {
  readonly view: View;
  readonly out: JsonSchema;
  readonly above: Ancestor | undefined;
  readonly depth: number;
  /** References on the way here. */
  readonly hops: number;
  readonly tag?: Branch['tag'];
}

/**
 * A schema of the document as plain JSON Schema without references. It is written level by level, not branch by
 * branch: when the budget ends, what is near the top is complete, whatever the order of the document.
 */
export function emitSchema(places: readonly Place[], schemas: Schemas, budget: Budget): Emission {
  const { notes } = schemas;
  const schema: JsonSchema = {};
  let external: ReferenceFault | undefined;
  const queue: Job[] = [
    { view: schemas.view(places, budget), out: schema, above: undefined, depth: 0, hops: hopsIn(places) },
  ];

  const tooLarge = (view: View): JsonSchema => {
    noteTooLarge(view, notes);
    return cut(view, 'Free-form: see the documentation of the API.');
  };

  /** A reference to a definition of what is referred to, which is written like any other level, later. */
  const define = (from: readonly Place[]): string | undefined => {
    const { definitions } = budget;
    const target = definitions && referredTo(from, schemas);
    if (!definitions || !target) return undefined;
    let name = definitions.names.get(target.node);
    if (name === undefined) {
      name = definitionName(target, definitions);
      const out: JsonSchema = {};
      definitions.names.set(target.node, name);
      setOwn(definitions.schemas, name, out);
      queue.push({ view: schemas.view([target], budget), out, above: undefined, depth: 0, hops: 0 });
    }
    return `#/$defs/${name}`;
  };

  for (let next = 0; next < queue.length; next += 1) {
    const job = queue[next];
    if (job === undefined) break;
    const { view } = job;
    external ??= view.external;
    if (budget.nodes < 0) {
      Object.assign(job.out, tooLarge(view));
      continue;
    }
    writeLevel(job, schemas);
    const here: Ancestor = { nodes: view.nodes, above: job.above };

    const childBelow = (
      above: Ancestor | undefined,
      from: readonly Place[],
      childView: View,
      tag?: Branch['tag'],
    ): JsonSchema => {
      const place: JsonSchema = {};
      external ??= childView.external;
      const hops = job.hops + hopsIn(from);
      budget.nodes -= 1;
      if (!tag && !hasLevelBelow(childView)) {
        writeLevel({ view: childView, out: place, above, depth: job.depth + 1, hops }, schemas);
        return place;
      }
      if (job.depth + 1 >= LIMITS.schemaDepth) {
        notes.warn(
          'SCHEMA_DEPTH',
          childView.at,
          `The schema has more than ${LIMITS.schemaDepth} levels; from here on anything is accepted.`,
        );
        return place;
      }
      if (isAmong(childView.nodes, above)) {
        const definition = define(from);
        if (definition !== undefined) return tagged({ $ref: definition }, tag);
        const referenced = hopsIn(from) > 0;
        notes.warn(
          referenced ? 'SCHEMA_CUT' : 'REF_CYCLE',
          childView.at,
          'The schema contains itself; it is cut at the second visit.',
        );
        return cut(
          childView,
          `Same shape as ${referenced ? nameAt(childView.at) : 'the object that contains it'}.`,
        );
      }
      if (budget.nodes < 0 || hops > LIMITS.inlineDepth) {
        return tooLarge(childView);
      }
      queue.push({
        view: childView,
        out: place,
        above,
        depth: job.depth + 1,
        hops,
        ...(tag ? { tag } : {}),
      });
      return place;
    };

    writeChildren(job, schemas, budget, (...child) => childBelow(here, ...child));
    // Who extends a schema stands in its place, and not below it.
    const kinds = kindsOf(job);
    if (kinds) writeKinds(kinds, job, schemas, budget, (...child) => childBelow(job.above, ...child));
  }
  return external === undefined ? { schema } : { schema, external };
}

type Child = (from: readonly Place[], view: View, tag?: Branch['tag']) => JsonSchema;

/** The keywords of one level that have no schema in them. */
function writeLevel({ view, out, depth }: Job, { notes }: Schemas): void {
  const types = view.types;
  if (types) {
    const [only] = types;
    out.type = types.length === 1 && only !== undefined ? only : [...types];
  }
  if (view.int64 && types?.includes('integer')) {
    // A 64-bit number does not survive JavaScript; as text it does.
    const more = types.filter((type) => type !== 'string');
    out.type = [...more, 'string'];
    if (view.facts.pattern === undefined) out.pattern = '^-?[0-9]+$';
  }
  const max = depth <= 1 ? LIMITS.argumentDescriptionCharacters : LIMITS.nestedDescriptionCharacters;
  const description =
    view.description === undefined
      ? ''
      : plainText(view.description, max, below(view.at, 'description'), notes);
  if (description !== '') out.description = description;
  Object.assign(out, view.facts);
  writeLiterals(view, out, notes);
  if (view.default !== undefined) {
    const preset = smallCopy(view.default, LIMITS.defaultBytes);
    if (preset === undefined) return;
    if (types === undefined || types.some((type) => isOfType(preset.value, type))) out.default = preset.value;
    else notes.warn('SCHEMA_REPAIRED', view.at, 'A default of another type than the value was left out.');
  }
}

function writeLiterals(view: View, out: JsonSchema, notes: Schemas['notes']): void {
  const { literals } = view;
  if (!literals) return;
  const values = literals
    .flatMap((value) => smallCopy(value, LIMITS.defaultBytes) ?? [])
    .map(({ value }) => value);
  if (literals.length <= LIMITS.enumValues) {
    if (values.length === literals.length) out.enum = values;
    return;
  }
  notes.warn(
    'ENUM_TRUNCATED',
    view.at,
    `The list of ${literals.length} values is shown in part; all are accepted.`,
  );
  const shown = values
    .slice(0, 20)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const note = plainText(
    `One of ${literals.length} values, such as ${shown.join(', ')}`,
    400,
    view.at,
    notes,
  );
  out.description = out.description === undefined ? note : `${out.description} ${note}`;
}

function writeChildren(job: Job, schemas: Schemas, budget: Budget, child: Child): void {
  const { view, out, tag } = job;
  const look = (from: readonly Place[]): View => schemas.view(from, budget);
  const required = possible(view, schemas.notes);
  let cutShort = false;
  if (view.properties.size > 0) {
    const properties: Record<string, JsonSchema> = {};
    for (const [name, from] of view.properties) {
      if (budget.nodes < 0) {
        cutShort = true;
        break;
      }
      const below = look(from);
      // What the API only answers with is not an argument.
      if (below.readOnly || below.never) required.delete(name);
      else setOwn(properties, name, child(from, below));
    }
    out.properties = properties;
  }
  if (tag) {
    tagged(out, tag);
    required.add(tag.property);
  }
  if (required.size > 0) out.required = [...required];
  if (view.patterns.size > 0) {
    const patterns: Record<string, JsonSchema> = {};
    for (const [pattern, from] of view.patterns) setOwn(patterns, pattern, child(from, look(from)));
    out.patternProperties = patterns;
  }
  if (cutShort) noteTooLarge(view, schemas.notes);
  // Those that are not shown are accepted, and those of shapes that extend it are its own.
  else if (view.additional === false) {
    if (!kindsOf(job)) out.additionalProperties = false;
  } else if (view.additional !== undefined)
    out.additionalProperties = child(view.additional, look(view.additional));
  if (view.prefix) out.prefixItems = view.prefix.map((place) => child([place], look([place])));
  if (view.items) out.items = child(view.items, look(view.items));
  else if (mayBe(out, 'array') && !view.prefix) out.items = {};
  view.unions.forEach((union, index) => writeUnion(union, index, out, look, child));
  if (view.rest.length > 0) {
    out.allOf = [...(out.allOf ?? []), ...view.rest.map((place) => child([place], look([place])))];
  }
}

/** What is required and can be there: some documents require a field of a closed object under another name. */
function possible(
  { additional, at, patterns, properties, required }: View,
  notes: Schemas['notes'],
): Set<string> {
  if (additional !== false || patterns.size > 0) return new Set(required);
  const names = [...required].filter((name) => properties.has(name));
  if (names.length < required.size) {
    notes.warn('SCHEMA_REPAIRED', at, 'A field that a closed object does not have is not required of it.');
  }
  return new Set(names);
}

function writeUnion(
  union: Union,
  index: number,
  out: JsonSchema,
  look: (from: readonly Place[]) => View,
  child: Child,
): void {
  // Never oneOf: branches that we cut or weakened overlap, and then it refuses good values.
  const anyOf = union.branches.map(({ place, tag }) => child([place], look([place]), tag));
  if (index === 0) out.anyOf = anyOf;
  else out.allOf = [...(out.allOf ?? []), { anyOf }];
}

/** A value of the property that decides is one kind, which is no choice any more. */
function kindsOf({ tag, view: { kinds } }: Job): Union | undefined {
  return kinds?.branches.some((kind) => kind.tag?.property === tag?.property) ? undefined : kinds;
}

function writeKinds(kinds: Union, { out, view }: Job, schemas: Schemas, budget: Budget, child: Child): void {
  writeUnion(kinds, 0, out, (from) => schemas.view(from, budget), child);
  if (view.types?.includes('null')) out.anyOf?.push({ type: 'null' });
}

/** The property that tells a branch of a union from the others, with its values for this branch. */
function tagged(out: JsonSchema, tag: Branch['tag']): JsonSchema {
  if (!tag || tag.values.length === 0) return out;
  const [only] = tag.values;
  const values = tag.values.length === 1 && only !== undefined ? { const: only } : { enum: [...tag.values] };
  const properties = { ...out.properties };
  setOwn(properties, tag.property, { type: 'string', ...values });
  return Object.assign(out, { type: 'object', properties, required: [tag.property] });
}

/** What a reference that says nothing else leads to in the end. */
function referredTo(from: readonly Place[], { resolver }: Schemas): Place | undefined {
  const [place] = from;
  if (place === undefined || from.length > 1 || !isObject(place.node)) return undefined;
  const keys = Object.keys(place.node).filter((key) => !key.startsWith('x-'));
  if (
    !keys.includes('$ref') ||
    keys.some((key) => !['$ref', 'description', 'summary', 'title'].includes(key))
  )
    return undefined;
  const target = resolver.follow(place);
  return target.ok && isObject(target.value.node) ? target.value : undefined;
}

function definitionName({ at }: Place, { schemas }: Definitions): string {
  const name =
    nameAt(at)
      .replace(/[^A-Za-z0-9_.-]+/g, '_')
      .slice(0, 60) || 'Shape';
  if (!Object.hasOwn(schemas, name)) return name;
  for (let count = 2; ; count += 1) {
    if (!Object.hasOwn(schemas, `${name}_${count}`)) return `${name}_${count}`;
  }
}

function hasLevelBelow(view: View): boolean {
  return (
    view.properties.size > 0 ||
    view.unions.length > 0 ||
    view.kinds !== undefined ||
    view.rest.length > 0 ||
    view.items !== undefined ||
    view.prefix !== undefined ||
    view.patterns.size > 0 ||
    view.additional !== undefined ||
    view.required.size > 0
  );
}

function noteTooLarge({ at }: View, notes: Schemas['notes']): void {
  notes.warn('SCHEMA_CUT', at, 'The schema is too large to be written out; the rest of it accepts anything.');
}

function cut(view: View, note: string): JsonSchema {
  const [only] = view.types ?? [];
  if (view.types === undefined || only === undefined) return { description: note };
  const level: JsonSchema = { type: view.types.length === 1 ? only : [...view.types] };
  return { ...level, ...(mayBe(level, 'array') ? { items: {} } : {}), description: note };
}

function isAmong(nodes: readonly unknown[], ancestor: Ancestor | undefined): boolean {
  for (let one = ancestor; one !== undefined; one = one.above) {
    if (one.nodes.some((node) => nodes.includes(node))) return true;
  }
  return false;
}

function hopsIn(places: readonly Place[]): number {
  return places.some(({ node }) => isObject(node) && Object.hasOwn(node, '$ref')) ? 1 : 0;
}
