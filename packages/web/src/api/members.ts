import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';
import type { Role } from './types.ts';

export interface Member {
  id: string;
  name: string;
  email: string;
  role: Role;
  is_you: boolean;
  /** By the operator: nobody changes it here. */
  is_declared: boolean;
  is_suspended: boolean;
  joined_at: string;
  last_signed_in_at: string | null;
  has_second_factor: boolean;
  has_company_sign_in: boolean;
  /** What works now. */
  connections: number;
  keys: number;
}

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export interface MembersPage extends Page<Member> {
  total: number;
}

export interface Invitation {
  id: string;
  role: Role;
  /** Null: whoever has the link. */
  email: string | null;
  /** Null: the operator. */
  invited_by: string | null;
  status: 'open' | 'expired';
  created_at: string;
  expires_at: string;
}

/** The link is in this answer and in no other. */
export interface MadeLink {
  url: string;
  expires_at: string;
}

export interface Roles {
  actions: { action: string; roles: Role[] }[];
  /** Which you can give to somebody who has none. */
  you_give: Role[];
}

export interface MembersWanted {
  q?: string;
  role?: Role;
}

const addressOf = (org: string, wanted: MembersWanted & { cursor?: string | undefined }) => {
  const given = Object.entries(wanted).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${below(org)}/members?${new URLSearchParams(given).toString()}`;
};

/** What begins the key of every list of members. */
export const membersKey = (org: string) => ['members', org] as const;

export const membersPages = (org: string, wanted: MembersWanted) =>
  infiniteQueryOptions({
    queryKey: [...membersKey(org), 'pages', wanted],
    queryFn: ({ pageParam: cursor }) => get<MembersPage>(addressOf(org, { ...wanted, cursor })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: MembersPage) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

/** The first hundred of those with the text in their name or address. */
export const membersFound = (org: string, wanted: MembersWanted) =>
  queryOptions({
    queryKey: [...membersKey(org), 'first', wanted],
    queryFn: () => get<MembersPage>(addressOf(org, wanted)),
    placeholderData: keepPreviousData,
  });

const memberPath = (org: string, id: string) => `${below(org)}/members/${encodeURIComponent(id)}`;

export const setMemberRole = (org: string, id: string, role: Role) =>
  put<{ id: string }>(`${memberPath(org, id)}/role`, { role });

export const removeMember = (org: string, id: string) =>
  post<{ id: string }>(`${memberPath(org, id)}/remove`, {});

export const createResetLink = (org: string, id: string) =>
  post<MadeLink>(`${memberPath(org, id)}/reset-link`, {});

export const resetTwoFactor = (org: string, id: string) =>
  post<{ id: string }>(`${memberPath(org, id)}/reset-two-factor`, {});

export const rolesQuery = (org: string) =>
  queryOptions({ queryKey: ['roles', org], queryFn: () => get<Roles>(`${below(org)}/roles`) });

export const invitationsKey = (org: string) => ['invitations', org] as const;

export const invitationPages = (org: string) =>
  infiniteQueryOptions({
    queryKey: invitationsKey(org),
    queryFn: ({ pageParam: cursor }) =>
      get<Page<Invitation>>(`${below(org)}/invitations${cursor === undefined ? '' : `?cursor=${cursor}`}`),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Invitation>) => last.next_cursor ?? undefined,
  });

export const createInvitation = (
  org: string,
  invitation: { role: Role; email?: string; expires_in_days: number },
) => post<MadeLink & { id: string }>(`${below(org)}/invitations`, invitation);

const invitationPath = (org: string, id: string) => `${below(org)}/invitations/${encodeURIComponent(id)}`;

export const renewInvitation = (org: string, id: string) =>
  post<MadeLink & { id: string }>(`${invitationPath(org, id)}/renew`, {});

export const withdrawInvitation = (org: string, id: string) =>
  post<{ id: string }>(`${invitationPath(org, id)}/withdraw`, {});
