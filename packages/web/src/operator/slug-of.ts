const CHARACTERS_MAX = 40;

/** An address that resembles a name, to begin with; the server has the last word. Empty: none does. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-')
    .slice(0, CHARACTERS_MAX)
    .replace(/-$/, '');
}
