/** One spelling for `next_cursor`, `nextCursor`, `next-cursor` and `@odata.nextLink`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
