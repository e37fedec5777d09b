import type { JsonSchema, JsonType } from '../json.ts';
import type { Place, ReferenceFault } from './resolve.ts';

export type SchemaFacts = Pick<
  JsonSchema,
  | 'format'
  | 'pattern'
  | 'minimum'
  | 'maximum'
  | 'exclusiveMinimum'
  | 'exclusiveMaximum'
  | 'multipleOf'
  | 'minLength'
  | 'maxLength'
  | 'minItems'
  | 'maxItems'
  | 'uniqueItems'
  | 'minProperties'
  | 'maxProperties'
>;

export interface Union {
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly place: Place;
  /** The discriminator's property, and the values of it that choose this branch; none: the branch says them itself. */
  readonly tag?: { readonly property: string; readonly values: readonly string[] };
}

/**
 * One level of a schema with everything that stands beside it merged in: references, allOf, one-branch unions.
 * What is below this level is still a place in the document, so looking at a level costs the level alone.
 */
export interface View {
  /** Where it is defined, for messages and for the name of the shape. */
  readonly at: string;
  /** The objects of the document that are merged in here: how recursion is recognised. */
  readonly nodes: readonly unknown[];
  /** Undefined: any type. */
  types?: readonly JsonType[];
  literals?: readonly unknown[];
  facts: SchemaFacts;
  int64?: boolean;
  description?: string;
  default?: unknown;
  readonly properties: Map<string, readonly Place[]>;
  readonly required: Set<string>;
  additional?: false | readonly Place[];
  readonly patterns: Map<string, readonly Place[]>;
  items?: readonly Place[];
  prefix?: readonly Place[];
  readonly unions: Union[];
  /** The shapes that extend this one and that its discriminator chooses among. They do not inherit the choice. */
  kinds?: Union;
  /** Members of an allOf that contradict the rest: kept beside it. */
  readonly rest: Place[];
  readOnly?: boolean;
  /** The text stands for bytes: a file where bytes can be sent. */
  bytes?: 'raw' | 'base64';
  /** The schema `false`. */
  never?: boolean;
  /** Something in it is in another document: the operation cannot be compiled. */
  external?: ReferenceFault;
}

export function emptyView(at: string, nodes: readonly unknown[]): View {
  return {
    at,
    nodes,
    facts: {},
    properties: new Map(),
    required: new Set(),
    patterns: new Map(),
    unions: [],
    rest: [],
  };
}
