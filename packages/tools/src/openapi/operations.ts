import type { Skip } from '../catalogue/types.ts';
import { isObject, own } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { readHints } from './hints.ts';
import type { OperationHead } from './ir.ts';
import { LIMITS } from './limits.ts';
import type { Notes } from './notes.ts';
import { below } from './pointer.ts';
import type { Place, Resolver } from './resolve.ts';
import { plainText } from './text.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'];
const UNSUPPORTED_METHODS = ['options', 'trace'];

export interface FoundOperation {
  readonly head: OperationHead;
  readonly operation: Place;
  /** Its path item, in two places if that is a reference with something beside it. */
  readonly pathItems: readonly Place[];
}

export interface Findings {
  readonly found: FoundOperation[];
  readonly skipped: Skip[];
}

/** Every operation under `paths`. Webhooks and callbacks are requests to others, not operations of this API. */
export function findOperations(resolver: Resolver, notes: Notes): Findings {
  const findings: Findings = { found: [], skipped: [] };
  const paths = resolver.step(resolver.root, 'paths');
  if (!paths) return findings;
  if (!isObject(paths.node)) {
    notes.warn('VALUE_IGNORED', paths.at, 'The paths are an object; this value was ignored.');
    return findings;
  }
  for (const path of Object.keys(paths.node)) {
    if (path.startsWith('x-')) continue;
    const written = resolver.step(paths, path);
    if (written) readPathItem(path, written, resolver, notes, findings);
  }
  return findings;
}

function readPathItem(
  path: string,
  written: Place,
  resolver: Resolver,
  notes: Notes,
  findings: Findings,
): void {
  const followed = resolver.follow(written);
  if (!followed.ok) {
    const { code, message } = followed.error;
    findings.skipped.push({ method: '*', path, code, pointer: written.at, message });
    return;
  }
  // What a path item says beside its reference wins over what it refers to.
  const items = followed.value.node === written.node ? [written] : [written, followed.value];
  const pathItem = followed.value;
  if (!isObject(pathItem.node)) {
    notes.warn('VALUE_IGNORED', written.at, 'A path item is an object; this value was ignored.');
    return;
  }
  const invalid = pathFault(path);
  const supported = resolver.dialect === '3.2' ? [...METHODS, 'query'] : METHODS;
  for (const key of [...supported, ...UNSUPPORTED_METHODS]) {
    const stated = items.map((item) => resolver.step(item, key)).find((place) => place !== undefined);
    if (!stated) continue;
    if (!isObject(stated.node)) {
      notes.warn('VALUE_IGNORED', stated.at, 'An operation is an object; this value was ignored.');
      continue;
    }
    const method = key.toUpperCase();
    const skip = { method, path, pointer: stated.at };
    // No version allows it, and documents of many files do it all the same.
    const target = resolver.follow(stated);
    if (!target.ok) {
      findings.skipped.push({ ...skip, code: target.error.code, message: target.error.message });
      continue;
    }
    const operation = target.value;
    const owners = [...(operation === stated ? [] : [stated]), ...items, resolver.root];
    if (!isObject(operation.node)) {
      const message = 'The reference leads to something that is no operation.';
      findings.skipped.push({ ...skip, code: 'REF_MISSING', message });
      continue;
    }
    if (invalid !== undefined) findings.skipped.push({ ...skip, code: 'PATH_INVALID', message: invalid });
    else if (UNSUPPORTED_METHODS.includes(key)) {
      findings.skipped.push({
        ...skip,
        code: 'METHOD_UNSUPPORTED',
        message: `${method} is not called through tools.`,
      });
    } else {
      findings.found.push({
        head: readHead({ method, path, pointer: stated.at }, operation, operation.node, owners, notes),
        operation,
        pathItems: items,
      });
    }
  }
  if (resolver.dialect === '3.2') skipAdditional(path, pathItem, resolver, findings);
}

function skipAdditional(path: string, pathItem: Place, resolver: Resolver, findings: Findings): void {
  const additional = resolver.step(pathItem, 'additionalOperations');
  if (!additional || !isObject(additional.node)) return;
  for (const method of Object.keys(additional.node)) {
    findings.skipped.push({
      method,
      path,
      code: 'METHOD_UNSUPPORTED',
      pointer: below(additional.at, method),
      message: 'Methods of an API’s own are not called through tools.',
    });
  }
}

/** Some documents tell operations apart by a fixed query in the path; anything else after the path is not one. */
function pathFault(written: string): string | undefined {
  if (written.length > 2_000) return 'The path is too long.';
  if (!written.startsWith('/')) return 'A path begins with a slash.';
  const mark = written.indexOf('?');
  const path = mark === -1 ? written : written.slice(0, mark);
  if (mark !== -1 && !/^[\w.~%=&+-]+$/.test(written.slice(mark + 1))) {
    return 'The query in the path is not a fixed one.';
  }
  if (path.includes('#')) return 'A path has no fragment.';
  if (/[\s\p{Cc}\\]/u.test(path)) return 'The path has a character that no path can have.';
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(path)) return 'The path leads out of itself.';
  if (!/^(?:[^{}]|\{[^{}]+\})*$/.test(path)) return 'The braces of the path do not match.';
  return undefined;
}

function readHead(
  where: Pick<OperationHead, 'method' | 'path' | 'pointer'>,
  operation: Place,
  node: JsonObject,
  owners: readonly Place[],
  notes: Notes,
): OperationHead {
  const text = (key: string): string | undefined => {
    const value = own(node, key);
    if (value === undefined || typeof value === 'string') return value === '' ? undefined : value;
    notes.warn('VALUE_IGNORED', below(operation.at, key), 'This is text; another type was ignored.');
    return undefined;
  };
  const tags = own(node, 'tags');
  if (tags !== undefined && !Array.isArray(tags)) {
    notes.warn('VALUE_IGNORED', below(operation.at, 'tags'), 'Tags are a list; this value was ignored.');
  }
  const operationId = text('operationId');
  const summary = text('summary');
  const description = text('description');
  return {
    ...where,
    ...(operationId === undefined ? {} : { operationId }),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    tags: readTags(tags, below(operation.at, 'tags'), notes),
    deprecated: own(node, 'deprecated') === true,
    hints: readHints(operation, owners, notes),
  };
}

function readTags(tags: unknown, at: string, notes: Notes): string[] {
  if (!Array.isArray(tags)) return [];
  const texts = tags.filter((tag: unknown) => typeof tag === 'string').slice(0, LIMITS.tags);
  return texts.map((tag) => plainText(tag, LIMITS.titleCharacters, at, notes)).filter((tag) => tag !== '');
}
