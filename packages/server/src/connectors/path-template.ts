import type { PathSegment } from '@latchkey/tools';

/** The literal texts around the parameters of a segment: `{id}.json` is `['', '.json']`. */
type Literals = readonly string[];

interface SegmentTemplate {
  readonly literals: Literals;
  readonly lowerCase: Literals;
}

export interface PathTemplate {
  readonly text: string;
  readonly segments: readonly SegmentTemplate[];
}

/** Reads `/bundles/{bundle_id}/items`. */
export function parseTemplate(text: string): PathTemplate {
  const segments = text.split('/').filter((segment) => segment !== '');
  return {
    text,
    segments: segments.map((segment) => {
      const literals = segment.split(/\{[^{}]*\}/);
      return { literals, lowerCase: literals.map((literal) => literal.toLowerCase()) };
    }),
  };
}

/**
 * Whether a path fits: `exact`, or only if upper and lower case are taken as the same, which some upstreams do; then
 * it may mean this operation there although it is not written like it.
 */
export function fitOf(template: PathTemplate, path: readonly PathSegment[]): 'exact' | 'loose' | undefined {
  if (template.segments.length !== path.length) return undefined;
  let fit: 'exact' | 'loose' = 'exact';
  for (const [index, { literals, lowerCase }] of template.segments.entries()) {
    const value = path[index]?.decoded ?? '';
    if (segmentFits(literals, value)) continue;
    if (!segmentFits(lowerCase, value.toLowerCase())) return undefined;
    fit = 'loose';
  }
  return fit;
}

/** Literal segments go before parameters, from left to right (OpenAPI: concrete before templated). */
export function moreSpecificFirst(left: PathTemplate, right: PathTemplate): number {
  for (const [index, segment] of left.segments.entries()) {
    const difference = specificity(right.segments[index]) - specificity(segment);
    if (difference !== 0) return difference;
  }
  return 0;
}

function specificity(segment: SegmentTemplate | undefined): number {
  if (segment === undefined || segment.literals.length === 1) return 2;
  return segment.literals.every((literal) => literal === '') ? 0 : 1;
}

/** Parameters stand for at least one character. The first place where each literal fits is enough to know. */
function segmentFits(literals: Literals, value: string): boolean {
  const [first = '', ...rest] = literals;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  const end = value.length - last.length;
  let at = first.length;
  for (const literal of rest) {
    const found = value.indexOf(literal, at + 1);
    if (found < 0 || found + literal.length > end) return false;
    at = found + literal.length;
  }
  return at < end;
}
