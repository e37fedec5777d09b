/** The characters of a path segment (RFC 3986 section 3.3), percent-encoding included. */
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSAFE_DECODED = /[/\\\x00-\x1f\x7f]|%(?:2e|2f|5c|00)/i;

export interface PathSegment {
  /** As it was sent: what goes to the upstream. */
  readonly raw: string;
  /** Percent-decoded: what is compared. */
  readonly decoded: string;
}

/**
 * The segments of a path that means the same to us and to whatever stands behind us. Undefined for one that could be
 * read in two ways: dot segments, encoded slashes, encoded twice, empty segments, `..;` (a path parameter to some).
 */
export function safeSegments(path: string): readonly PathSegment[] | undefined {
  if (!path.startsWith('/')) return undefined;
  if (path === '/') return [];
  const segments: PathSegment[] = [];
  for (const raw of path.slice(1).split('/')) {
    if (!SEGMENT.test(raw)) return undefined;
    const decoded = raw.includes('%') ? decode(raw) : raw;
    if (decoded === undefined || UNSAFE_DECODED.test(decoded)) return undefined;
    const name = decoded.split(';', 1)[0];
    if (name === '.' || name === '..') return undefined;
    segments.push({ raw, decoded });
  }
  return segments;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
