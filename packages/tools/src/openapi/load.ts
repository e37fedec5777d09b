import { LineCounter, parseDocument } from 'yaml';
import type { Rejection } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { LIMITS } from './limits.ts';

/** Bytes or text to plain values. JSON goes to `JSON.parse`; all else is YAML 1.2 with merge keys. Never throws. */
export function load(source: string | Uint8Array): Result<unknown, Rejection> {
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > LIMITS.documentBytes) {
    return fail({
      code: 'TOO_LARGE',
      message: `The document has ${bytes} bytes; at most ${LIMITS.documentBytes} are read.`,
    });
  }
  const text = decode(source);
  if (text === undefined) {
    return fail({
      code: 'NOT_PARSEABLE',
      message: 'The document is not UTF-8 text.',
      hint: hintOf(source),
    });
  }
  const start = text.trimStart();
  if (start === '') return fail({ code: 'NOT_PARSEABLE', message: 'The document is empty.' });
  if (start.startsWith('<')) {
    return fail({
      code: 'NOT_PARSEABLE',
      message: 'The document is neither JSON nor YAML.',
      line: 1,
      column: 1,
      hint: 'This looks like an HTML or XML page. Give the address of the document itself, not of a page that shows it.',
    });
  }
  // A flow mapping such as `{openapi: 3.1.0}` is YAML; JSON has a quote or a closing brace there.
  return /^(?:\{\s*["}]|\[)/.test(start) ? loadJson(text) : loadYaml(text);
}

/** By the first bytes of it. */
function hintOf(source: string | Uint8Array): string {
  const start = typeof source === 'string' ? '' : Buffer.from(source.subarray(0, 4)).toString('latin1');
  if (start.startsWith('PK') || start.startsWith('\x1F\x8B')) {
    return 'This looks like an archive. Give it as an archive, or the document in it.';
  }
  if (start.startsWith('%PDF')) return 'This looks like a PDF. Give the document that it was made from.';
  return 'Save it as UTF-8 and try again.';
}

function decode(source: string | Uint8Array): string | undefined {
  if (typeof source === 'string') return source.startsWith('\uFEFF') ? source.slice(1) : source;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return undefined;
  }
}

function loadJson(text: string): Result<unknown, Rejection> {
  try {
    return ok(JSON.parse(text));
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : '';
    const found = /position (\d+)/.exec(said)?.[1];
    const offset = found === undefined ? text.length : Number(found);
    return fail({
      code: 'NOT_PARSEABLE',
      message: 'The document is not valid JSON from this position on.',
      ...positionAt(text, offset),
    });
  }
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: before.length - lastBreak };
}

function loadYaml(text: string): Result<unknown, Rejection> {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      merge: true,
      uniqueKeys: true,
      lineCounter: lines,
      logLevel: 'error',
    });
    const fault = document.errors[0];
    if (fault !== undefined) {
      const at = lines.linePos(fault.pos[0]);
      const repeated = fault.code === 'DUPLICATE_KEY';
      return fail({
        code: repeated ? 'YAML_DUPLICATE_KEY' : 'NOT_PARSEABLE',
        message: repeated
          ? 'A mapping has the same key twice.'
          : 'The document is not valid YAML from this position on.',
        line: at.line,
        column: at.col,
      });
    }
    return ok(document.toJS({ maxAliasCount: LIMITS.yamlAliases }) as unknown);
  } catch (thrown) {
    // Two kinds arrive here: the alias limit, and a stack that ended in thousands of levels.
    if (thrown instanceof ReferenceError) {
      return fail({
        code: 'YAML_ALIAS_LIMIT',
        message: `The aliases of the document multiply its content more than ${LIMITS.yamlAliases} times.`,
      });
    }
    return fail({ code: 'NOT_PARSEABLE', message: 'The document is nested too deeply to be read.' });
  }
}
