import type { Result } from '../result.ts';
import { fail, ok } from '../result.ts';

/** A query of RFC 9535: everything but function extensions. */
export interface Query {
  /** Relative to the node that a filter looks at (`@`), or absolute (`$`). */
  readonly from: 'root' | 'current';
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** The selectors apply to the node and to everything below it. */
  readonly descends: boolean;
  readonly selectors: readonly Selector[];
}

export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'index'; readonly index: number }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: 'filter'; readonly test: Test };

export type Test =
  | { readonly kind: 'or' | 'and'; readonly tests: readonly Test[] }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'exists'; readonly query: Query }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'query'; readonly query: Query };

const CHARACTERS_MAX = 2_000;
const DEPTH_MAX = 32;

/** Thrown inside this file alone. */
class SyntaxFault extends Error {}

/** Reads a query such as `$.paths['/a'].get` or `$..[?@.deprecated==true]`. The failure is a sentence. */
export function parseJsonPath(text: string): Result<Query, string> {
  if (text.length > CHARACTERS_MAX) return fail(`A JSONPath has at most ${CHARACTERS_MAX} characters.`);
  try {
    const reader = createReader(text.trim());
    if (!reader.takes('$')) return fail('A JSONPath begins with $.');
    const query: Query = { from: 'root', segments: reader.segments() };
    return reader.isAtEnd() ? ok(query) : fail(reader.unexpected());
  } catch (thrown) {
    if (thrown instanceof SyntaxFault) return fail(thrown.message);
    throw thrown;
  }
}

interface Reader {
  takes(token: string): boolean;
  segments(): Segment[];
  isAtEnd(): boolean;
  unexpected(): string;
}

/* eslint-disable-next-line max-lines-per-function -- one grammar, whose rules call one another */
function createReader(text: string): Reader {
  let at = 0;
  let depth = 0;

  const unexpected = (): string =>
    at < text.length
      ? `The JSONPath is not understood from character ${at + 1} on: ${JSON.stringify(text.slice(at, at + 20))}.`
      : 'The JSONPath ends too early.';
  const refuse = (): never => {
    throw new SyntaxFault(unexpected());
  };
  const skipBlanks = (): void => {
    while (/[ \t\r\n]/.test(text.charAt(at))) at += 1;
  };
  const takes = (token: string): boolean => {
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const needs = (token: string): void => {
    if (!takes(token)) refuse();
  };
  const matches = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };

  const segments = (): Segment[] => {
    const found: Segment[] = [];
    for (;;) {
      const before = at;
      skipBlanks();
      const segment = segmentHere();
      if (segment === undefined) {
        at = before;
        return found;
      }
      found.push(segment);
    }
  };

  const segmentHere = (): Segment | undefined => {
    const descends = takes('..');
    if (text.charAt(at) === '[') return { descends, selectors: bracketed() };
    if (!descends && !takes('.')) return undefined;
    if (takes('*')) return { descends, selectors: [{ kind: 'all' }] };
    // Names of extensions have hyphens, and are written without brackets by everyone, the specification included.
    const name = matches(/[\p{L}_\u0080-\uFFFF][\p{L}\p{N}_\u0080-\uFFFF-]*/uy);
    return name === undefined ? refuse() : { descends, selectors: [{ kind: 'name', name }] };
  };

  const bracketed = (): Selector[] => {
    needs('[');
    const selectors: Selector[] = [];
    do {
      skipBlanks();
      selectors.push(selector());
      skipBlanks();
    } while (takes(','));
    needs(']');
    return selectors;
  };

  const selector = (): Selector => {
    if (takes('*')) return { kind: 'all' };
    if (takes('?')) return { kind: 'filter', test: either() };
    const name = quoted();
    if (name !== undefined) return { kind: 'name', name };
    const start = integer();
    skipBlanks();
    if (!takes(':')) return start === undefined ? refuse() : { kind: 'index', index: start };
    skipBlanks();
    const end = integer();
    skipBlanks();
    let step = 1;
    if (takes(':')) {
      skipBlanks();
      step = integer() ?? 1;
    }
    return { kind: 'slice', start, end, step };
  };

  const integer = (): number | undefined => {
    const digits = matches(/-?(?:0|[1-9]\d{0,14})/y);
    return digits === undefined ? undefined : Number(digits);
  };

  const quoted = (): string | undefined => {
    const quote = text.charAt(at);
    if (quote !== "'" && quote !== '"') return undefined;
    const inside = matches(quote === "'" ? /'(?:[^'\\]|\\.)*'/sy : /"(?:[^"\\]|\\.)*"/sy) ?? refuse();
    return inside.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex: string, one: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return ESCAPES[one] ?? (`'"/\\`.includes(one) ? one : refuse());
    });
  };

  const nested = (kind: 'or' | 'and', token: string, inner: () => Test): Test => {
    const tests = [inner()];
    for (skipBlanks(); takes(token); skipBlanks()) tests.push(inner());
    const [only] = tests;
    return tests.length === 1 && only !== undefined ? only : { kind, tests };
  };
  const either = (): Test => nested('or', '||', both);
  const both = (): Test => nested('and', '&&', one);

  const one = (): Test => {
    depth += 1;
    if (depth > DEPTH_MAX) throw new SyntaxFault('The filter of the JSONPath is nested too deeply.');
    skipBlanks();
    const test = oneHere();
    depth -= 1;
    return test;
  };

  const oneHere = (): Test => {
    if (takes('!')) return { kind: 'not', test: one() };
    if (takes('(')) {
      const test = either();
      skipBlanks();
      needs(')');
      return test;
    }
    const left = operand();
    skipBlanks();
    const operator = matches(/==|!=|<=|>=|<|>/y) as Comparison | undefined;
    if (operator !== undefined) {
      skipBlanks();
      return { kind: 'compare', operator, left: single(left), right: single(operand()) };
    }
    return left.kind === 'query' ? { kind: 'exists', query: left.query } : refuse();
  };

  const operand = (): Operand => {
    if (takes('@')) return { kind: 'query', query: { from: 'current', segments: segments() } };
    if (takes('$')) return { kind: 'query', query: { from: 'root', segments: segments() } };
    const string = quoted();
    if (string !== undefined) return { kind: 'literal', value: string };
    const number = matches(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) return { kind: 'literal', value: Number(number) };
    const word = matches(/[a-z_][a-z0-9_]*/y);
    if (word !== undefined && Object.hasOwn(WORDS, word))
      return { kind: 'literal', value: WORDS[word] ?? null };
    if (word !== undefined && text.charAt(at) === '(') {
      throw new SyntaxFault(`The function ${word}() is not supported in a JSONPath here.`);
    }
    return refuse();
  };

  /** What is compared is one value (RFC 9535 section 2.3.5.1). */
  const single = (compared: Operand): Operand => {
    if (compared.kind === 'literal') return compared;
    const isOne = compared.query.segments.every(
      ({ descends, selectors }) =>
        !descends && selectors.length === 1 && ['name', 'index'].includes(selectors[0]?.kind ?? ''),
    );
    if (!isOne) throw new SyntaxFault('A filter of a JSONPath compares single values.');
    return compared;
  };

  return { takes, segments, isAtEnd: () => at === text.length, unexpected };
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
