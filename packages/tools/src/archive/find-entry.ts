import type { Rejection } from '../catalogue/types.ts';
import { compareText } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

const HEAD_BYTES = 64 * 1024;

/** The file that is the document: the one that says a version, nearest to the top. Two as near are a question to the operator. */
export function findEntry(files: ReadonlyMap<string, Uint8Array>): Result<string, Rejection> {
  const candidates = [...files]
    .filter(([path, content]) => /\.(?:json|ya?ml)$/i.test(path) && saysVersion(content))
    .map(([path]) => path)
    .sort((left, right) => depthOf(left) - depthOf(right) || compareText(left, right));
  const [first, second] = candidates;
  if (first === undefined) {
    return fail({
      code: 'ENTRY_MISSING',
      message: 'No file of the archive is an OpenAPI document.',
      hint: 'It has a field `openapi` or `swagger` at its top.',
    });
  }
  if (second !== undefined && depthOf(first) === depthOf(second)) {
    return fail({
      code: 'ENTRY_MISSING',
      message: 'Several files of the archive are OpenAPI documents; name the one that is meant.',
      hint: candidates
        .filter((path) => depthOf(path) === depthOf(first))
        .slice(0, 5)
        .join(', ')
        .slice(0, 400),
    });
  }
  return ok(first);
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function saysVersion(content: Uint8Array): boolean {
  const head = Buffer.from(content.subarray(0, HEAD_BYTES)).toString('utf8');
  return (
    /^(?:\uFEFF)?["']?(?:openapi|swagger)["']?[ \t]*:/m.test(head) ||
    /^(?:\uFEFF)?\s*\{[^]{0,60000}?"(?:openapi|swagger)"\s*:\s*["\d]/.test(head)
  );
}
