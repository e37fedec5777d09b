import type { Rejection } from '../catalogue/types.ts';
import { isObject, setOwn } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { load } from '../openapi/load.ts';
import { below, percentDecoded } from '../openapi/pointer.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { resolveInside } from './jail.ts';
import { ARCHIVE_LIMITS } from './limits.ts';

const DEPTH_MAX = 1_000;

export interface Bundle {
  /** One document: the entry, and every file that it leads to under an extension of it. */
  readonly document: JsonObject;
  /** The files that are in it, in the order in which they were met. */
  readonly files: readonly string[];
  /** References to files that are not there, or are neither JSON nor YAML; also those in files that nothing refers to. */
  readonly missing: readonly MissingFile[];
}

export interface MissingFile {
  /** Where the reference stands in the bundled document, or would if its file were in it (RFC 6901). */
  readonly pointer: string;
  readonly reference: string;
}

/**
 * Many files as one document whose references are all its own. `files` are by their paths, relative and with slashes.
 * Pure: what is not among the files stays a reference to nothing, an address stays an address, and neither is read.
 */
export function bundleFiles(
  files: ReadonlyMap<string, Uint8Array>,
  entry: string,
): Result<Bundle, Rejection> {
  const source = files.get(entry);
  if (source === undefined) {
    return fail({
      code: 'ENTRY_MISSING',
      message: `There is no file ${JSON.stringify(entry.slice(0, 120))}.`,
    });
  }
  const loaded = load(source);
  if (!loaded.ok) return loaded;
  if (!isObject(loaded.value)) {
    return fail({ code: 'NOT_AN_OBJECT', message: 'The document is not an object with fields.' });
  }
  const home = homeIn(loaded.value);
  const budget = { values: ARCHIVE_LIMITS.values };
  const met = new Set<string>();
  const unreadable = new Set<string>();
  const references: Reference[] = [];
  const relocate = (from: string) => (reference: string, pointer: string) => {
    const target = targetOf(from, reference);
    if (!target) return reference;
    if (target.file === entry) return `#${target.fragment}`;
    met.add(target.file);
    references.push({ pointer, reference, file: target.file });
    return `#${inFragment(below(below('', home), target.file))}${target.fragment}`;
  };

  const document = copyOf(
    loaded.value,
    { relocate: relocate(entry), budget, files, from: entry },
    '',
    new Set(),
  );
  const embedded: Record<string, unknown> = {};
  // The set grows while it is gone through.
  for (const file of met) {
    const content = files.get(file);
    if (content === undefined) continue;
    const read = load(content);
    if (!read.ok) {
      unreadable.add(file);
      continue;
    }
    const scene = { relocate: relocate(file), budget, files, from: file };
    setOwn(embedded, file, copyOf(read.value, scene, below(below('', home), file), new Set()));
    if (budget.values < 0) break;
  }
  if (budget.values < 0) {
    return fail({ code: 'TOO_LARGE', message: 'The files of the document are too large together.' });
  }
  const apart = [...files].filter(([file]) => file !== entry && !met.has(file) && isBeside(file, entry));
  for (const [file, content] of apart) references.push(...danglingIn(file, content, home, files, budget));
  const found = [...met].filter((file) => files.has(file));
  return ok({
    document:
      found.length === 0 ? (document as JsonObject) : { ...(document as JsonObject), [home]: embedded },
    files: [entry, ...found],
    missing: references
      .filter(({ file }) => !files.has(file) || unreadable.has(file))
      .map(({ pointer, reference }) => ({ pointer, reference })),
  });
}

interface Reference extends MissingFile {
  readonly file: string;
}

function isBeside(file: string, entry: string): boolean {
  return file.startsWith(entry.slice(0, entry.lastIndexOf('/') + 1)) && /\.(?:json|ya?ml)$/i.test(file);
}

/** What nothing refers to is in no catalogue; a reference that dangles in it is still a sign of something lost. */
function danglingIn(
  file: string,
  content: Uint8Array,
  home: string,
  files: ReadonlyMap<string, Uint8Array>,
  budget: Scene['budget'],
): Reference[] {
  const read = budget.values > 0 ? load(content) : undefined;
  const dangling: Reference[] = [];
  const relocate = (reference: string, pointer: string): string => {
    const target = targetOf(file, reference);
    if (target && !files.has(target.file)) dangling.push({ pointer, reference, file: target.file });
    return reference;
  };
  if (read?.ok)
    copyOf(read.value, { relocate, budget, files, from: file }, below(below('', home), file), new Set());
  return dangling;
}

/** A pointer as the fragment of an address, which has no half characters. */
function inFragment(pointer: string): string {
  return encodeURI(pointer.replace(/\p{Surrogate}/gu, '\uFFFD')).replaceAll('#', '%23');
}

/** A name that the document does not use itself. */
function homeIn(document: JsonObject): string {
  let name = 'x-files';
  while (Object.hasOwn(document, name)) name += '-';
  return name;
}

/** The file and the fragment (a pointer, without `#`) of a relative reference; undefined if it stays as it is. */
function targetOf(from: string, reference: string): { file: string; fragment: string } | undefined {
  const cut = reference.indexOf('#');
  const address = cut === -1 ? reference : reference.slice(0, cut);
  const fragment = cut === -1 ? '' : reference.slice(cut + 1);
  // An anchor is found by its name in whatever document it is.
  if (fragment !== '' && !fragment.startsWith('/')) return undefined;
  if (address === '') return { file: from, fragment };
  const file = resolveInside(from, percentDecoded(address));
  return file === undefined ? undefined : { file, fragment };
}

interface Scene {
  readonly relocate: (reference: string, pointer: string) => string;
  readonly budget: { values: number };
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly from: string;
}

/** A copy with its references relocated. A value that contains itself, as an alias of YAML can, ends there. */
function copyOf(value: unknown, scene: Scene, at: string, above: Set<unknown>): unknown {
  scene.budget.values -= 1;
  if (typeof value !== 'object' || value === null) return value;
  if (above.size > DEPTH_MAX || scene.budget.values < 0 || above.has(value)) return {};
  above.add(value);
  const copy = Array.isArray(value)
    ? value.map((item, index) => copyOf(item, scene, below(at, index), above))
    : objectOf(value, scene, at, above);
  above.delete(value);
  return copy;
}

function objectOf(value: object, scene: Scene, at: string, above: Set<unknown>): unknown {
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const here = below(at, key);
    if (key === '$ref' && typeof item === 'string') setOwn(copy, key, scene.relocate(item, here));
    else if (key === 'mapping' && isObject(item)) setOwn(copy, key, mappingOf(item, scene, here, above));
    else setOwn(copy, key, copyOf(item, scene, here, above));
  }
  return copy;
}

/** The values of a discriminator's mapping are references or bare names: a name that is no file stays one. */
function mappingOf(mapping: JsonObject, scene: Scene, at: string, above: Set<unknown>): unknown {
  const relocated: Record<string, unknown> = {};
  for (const [value, target] of Object.entries(mapping)) {
    const here = below(at, value);
    const refers =
      typeof target === 'string' &&
      (target.startsWith('#/') || scene.files.has(targetOf(scene.from, target)?.file ?? ''));
    const copy = refers ? scene.relocate(target, here) : copyOf(target, scene, here, above);
    setOwn(relocated, value, copy);
  }
  return relocated;
}
