const SLUG = /^[a-z0-9](?:-?[a-z0-9])*$/;
const SLUG_CHARACTERS_MAX = 40;

/** Whether a connector may be called that: it is part of a URL. */
export function isSlug(text: string): boolean {
  return SLUG.test(text) && text.length <= SLUG_CHARACTERS_MAX;
}

export const SLUG_WANTED =
  'A connector is named with lower-case letters, digits and single hyphens, 40 at most.';
