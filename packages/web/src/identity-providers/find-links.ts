import type { IdentityLink } from '../api/identity-providers.ts';

export const SHOWN_MAX = 200;

/** The links that have the text in them. */
export function findLinks(links: readonly IdentityLink[], wanted: string): IdentityLink[] {
  const text = wanted.trim().toLowerCase();
  return links.filter(({ member, subject, issuer }) =>
    `${member} ${subject} ${issuer}`.toLowerCase().includes(text),
  );
}
