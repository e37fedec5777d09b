import { queryOptions } from '@tanstack/react-query';
import { pagesOf, type Page } from './pages.ts';
import { below } from './queries.ts';
import { get, post } from './request.ts';
import type { Access } from './types.ts';

/** An identity provider whose word the organisation takes for its people. */
export interface Issuer {
  issuer: string;
  /** The most that a connection by its word may do. */
  access: Access;
  jwks_uri: string | null;
  /** Of pinned keys; null: there are none. A key may have no id. */
  key_ids: (string | null)[] | null;
  /** How many of its people are linked. */
  links: number;
  created_at: string;
}

/** Without keys they are where the provider's metadata says. */
export interface NewIssuer {
  issuer: string;
  access: Access;
  jwks?: unknown;
  jwks_uri?: string;
}

/** Which member somebody is whom the provider knows by a subject of its own. */
export interface IdentityLink {
  issuer: string;
  subject: string;
  /** The member's address. */
  member: string;
  created_at: string;
}

export const issuersQuery = (org: string) =>
  queryOptions({
    queryKey: ['issuers', org],
    queryFn: async () => (await get<{ items: Issuer[] }>(`${below(org)}/trusted-issuers`)).items,
  });

export const trustIssuer = (org: string, issuer: NewIssuer) =>
  post<{ issuer: string }>(`${below(org)}/trusted-issuers`, issuer);

export const removeIssuer = (org: string, issuer: string) =>
  post<{ ended_grants: number }>(`${below(org)}/trusted-issuers/remove`, { issuer });

/** All that is known of them, to be asked for again. */
export const allIdentityLinks = (org: string) => ({ queryKey: ['identity-links', org] });

export const identityLinksPages = (org: string, wanted: { q?: string }) =>
  pagesOf<Page<IdentityLink> & { total: number }>(['identity-links', org], `${below(org)}/identity-links`, {
    ...wanted,
  });

export const linkIdentity = (org: string, link: Omit<IdentityLink, 'created_at'>) =>
  post<{ member: string }>(`${below(org)}/identity-links`, link);

export const unlinkIdentity = (org: string, { issuer, subject }: IdentityLink) =>
  post<{ ended_grants: number }>(`${below(org)}/identity-links/remove`, { issuer, subject });
