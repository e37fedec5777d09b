import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { LIMITS } from './limits.ts';
import { below, percentDecoded, stepsOf } from './pointer.ts';
import { hasJsonSchema } from './version.ts';
import type { Dialect } from './version.ts';

/** A value of the document, where it stands, and the embedded `$id` resource that its references are relative to. */
export interface Place {
  readonly node: unknown;
  readonly at: string;
  readonly resource?: Place;
}

export interface ReferenceFault {
  readonly code: 'REF_MISSING' | 'REF_EXTERNAL' | 'REF_CYCLE';
  readonly at: string;
  readonly message: string;
}

export interface Resolver {
  readonly root: Place;
  readonly dialect: Dialect;
  /** The place one reference points at. Nothing is ever fetched or opened. */
  target(ref: string, from: Place): Result<Place, ReferenceFault>;
  /** For all but schemas: goes on while the value is a reference object. */
  follow(place: Place): Result<Place, ReferenceFault>;
  /** The place of a property or an element, or undefined if there is none. */
  step(place: Place, key: string | number): Place | undefined;
}

export function createResolver(root: JsonObject, dialect: Dialect): Resolver {
  const rootPlace: Place = { node: root, at: '' };
  const modern = hasJsonSchema(dialect);
  const memo = new Map<string, Result<Place, ReferenceFault>>();
  let identifiers: Identifiers | undefined;

  const step = (place: Place, key: string | number): Place | undefined => {
    const { node } = place;
    const child = Array.isArray(node)
      ? (node as readonly unknown[])[Number(key)]
      : isObject(node)
        ? own(node, String(key))
        : undefined;
    if (child === undefined) return undefined;
    return entered({ node: child, at: below(place.at, key), ...inResource(place) });
  };

  // Since 3.1 a schema with `$id` is a resource of its own, and `#/…` in it starts there.
  const entered = (place: Place): Place =>
    modern && isObject(place.node) && typeof own(place.node, '$id') === 'string'
      ? { node: place.node, at: place.at, resource: place }
      : place;

  const walk = (start: Place, steps: readonly string[]): Place | undefined => {
    let place: Place | undefined = start;
    for (const key of steps) {
      if (Array.isArray(place.node) && !/^\d+$/.test(key)) return undefined;
      place = step(place, key);
      if (place === undefined) return undefined;
    }
    return place;
  };

  const lookUp = (ref: string, from: Place): Result<Place, ReferenceFault> => {
    const missing = fail<ReferenceFault>({
      code: 'REF_MISSING',
      at: from.at,
      message: `The reference ${shown(ref)} points at nothing.`,
    });
    const cut = ref.indexOf('#');
    const address = cut === -1 ? ref : ref.slice(0, cut);
    const fragment = cut === -1 ? '' : ref.slice(cut + 1);
    let base = from.resource ?? rootPlace;
    if (address !== '') {
      identifiers ??= indexIdentifiers(rootPlace, dialect);
      const resource = identifiers.resources.get(address);
      if (resource === undefined) {
        return fail({
          code: 'REF_EXTERNAL',
          at: from.at,
          message: `The reference ${shown(ref)} leads out of the document; nothing outside it is read.`,
        });
      }
      base = resource;
    }
    const steps = stepsOf(fragment);
    if (steps !== undefined) {
      // Many documents write `#/components/…` inside a resource and mean the document.
      const found = walk(base, steps) ?? (address === '' ? walk(rootPlace, steps) : undefined);
      return found === undefined ? missing : ok(found);
    }
    identifiers ??= indexIdentifiers(rootPlace, dialect);
    const found = identifiers.anchors.get(base.node)?.get(percentDecoded(fragment));
    return found === undefined ? missing : ok(found);
  };

  const target = (ref: string, from: Place): Result<Place, ReferenceFault> => {
    const key = `${from.resource?.at ?? ''} ${ref}`;
    const known = memo.get(key);
    if (known !== undefined) return known.ok ? known : fail({ ...known.error, at: from.at });
    const found = lookUp(ref, from);
    memo.set(key, found);
    return found;
  };

  const follow = (place: Place): Result<Place, ReferenceFault> => {
    let current = place;
    for (let hops = 0; hops < LIMITS.referenceHops; hops += 1) {
      const ref = isObject(current.node) ? ownText(current.node, '$ref') : undefined;
      if (ref === undefined) return ok(current);
      const next = target(ref, current);
      if (!next.ok) return fail({ ...next.error, at: place.at });
      current = next.value;
    }
    return fail({ code: 'REF_CYCLE', at: place.at, message: 'The reference leads back to itself.' });
  };

  return { root: rootPlace, dialect, target, follow, step };
}

function inResource(place: Place): { resource?: Place } {
  return place.resource === undefined ? {} : { resource: place.resource };
}

function shown(ref: string): string {
  return JSON.stringify(ref.length > 120 ? `${ref.slice(0, 120)}…` : ref);
}

interface Identifiers {
  readonly resources: ReadonlyMap<string, Place>;
  readonly anchors: ReadonlyMap<unknown, ReadonlyMap<string, Place>>;
}

/** One walk over the document for `$id` and `$anchor`, made only when a reference needs it. */
function indexIdentifiers(root: Place, dialect: Dialect): Identifiers {
  const resources = new Map<string, Place>();
  const anchors = new Map<unknown, Map<string, Place>>();
  const self = isObject(root.node) ? ownText(root.node, '$self') : undefined;
  if (self !== undefined) resources.set(self, root);
  if (!hasJsonSchema(dialect)) return { resources, anchors };
  const seen = new Set<unknown>([root.node]);
  const open: Place[] = [root];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { node } = place;
    if (typeof node !== 'object' || node === null) continue;
    let here = place;
    if (isObject(node)) {
      const id = ownText(node, '$id');
      if (id !== undefined) {
        here = { node, at: place.at, resource: place };
        resources.set(id.replace(/#$/, ''), here);
      }
      const anchor = ownText(node, '$anchor') ?? ownText(node, '$dynamicAnchor');
      if (anchor !== undefined) {
        const base = here.resource?.node ?? root.node;
        const names = anchors.get(base) ?? new Map<string, Place>();
        names.set(anchor, here);
        anchors.set(base, names);
      }
    }
    for (const [key, child] of Object.entries(node)) {
      if (typeof child !== 'object' || child === null || seen.has(child)) continue;
      seen.add(child);
      open.push({ node: child, at: below(place.at, key), ...inResource(here) });
    }
  }
  return { resources, anchors };
}
