/** Where the picture of an organisation is, at the addresses of people and of apps alike. */
export function logoPath(hash: string): string {
  return `/logos/${hash}.png`;
}
