import type { Rejection } from '../catalogue/types.ts';
import { compareText, isObject } from '../json.ts';
import { load } from '../openapi/load.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

const HEAD_BYTES = 64 * 1024;

/** The file that is the document: the one that says a version, nearest to the top. Two as near are a question to the operator. */
export function findEntry(files: ReadonlyMap<string, Uint8Array>): Result<string, Rejection> {
  const likely = [...files]
    .filter(([path, content]) => /\.(?:json|ya?ml)$/i.test(path) && mayBeDocument(content))
    .sort(([left], [right]) => depthOf(left) - depthOf(right) || compareText(left, right));
  const top = likely.find(([, content]) => saysVersion(content));
  const candidates = likely
    .filter(([path, content]) => top && depthOf(path) === depthOf(top[0]) && saysVersion(content))
    .map(([path]) => path);
  const [first, second] = candidates;
  if (first === undefined) {
    return fail({
      code: 'ENTRY_MISSING',
      message: 'No file of the archive is an OpenAPI document.',
      hint: 'It has a field `openapi` or `swagger` at its top.',
    });
  }
  if (second !== undefined) {
    return fail({
      code: 'ENTRY_MISSING',
      message: 'Several files of the archive are OpenAPI documents; name the one that is meant.',
      hint: candidates.slice(0, 5).join(', ').slice(0, 400),
    });
  }
  return ok(first);
}

function depthOf(path: string): number {
  return path.split('/').length;
}

/** A quick look, because an archive may have thousands of files that are none. */
function mayBeDocument(content: Uint8Array): boolean {
  const head = Buffer.from(content.subarray(0, HEAD_BYTES)).toString('utf8');
  return /(?:^|[\s{,\uFEFF])["']?(?:openapi|swagger)["']?[ \t]*:/.test(head);
}

function saysVersion(content: Uint8Array): boolean {
  const read = load(content);
  return (
    read.ok &&
    isObject(read.value) &&
    ['openapi', 'swagger'].some((key) => Object.hasOwn(read.value as object, key))
  );
}
