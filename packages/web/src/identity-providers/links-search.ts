/** Which of the linked people to show, as it stands in the address. */
export interface LinksSearch {
  q?: string;
}

export function readLinksSearch({ q }: Record<string, unknown>): LinksSearch {
  return typeof q === 'string' && q !== '' ? { q } : {};
}
