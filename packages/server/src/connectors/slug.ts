const SLUG = /^[a-z0-9](?:-?[a-z0-9])*$/;
const SLUG_CHARACTERS_MAX = 40;

/** What the dashboard has at their place in an address, or may have: nobody would find the connector there. */
const RESERVED: ReadonlySet<string> = new Set(['import', 'new', 'update', 'versions']);

/** Whether a connector may be called that: it is part of a URL. */
export function isSlug(text: string): boolean {
  return SLUG.test(text) && text.length <= SLUG_CHARACTERS_MAX && !RESERVED.has(text);
}

export const SLUG_WANTED =
  'A connector is named with lower-case letters, digits and single hyphens, 40 at most, and not import, new, update or versions.';
