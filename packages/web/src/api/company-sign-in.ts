import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';
import type { Role } from './types.ts';

export interface GroupRole {
  group: string;
  role: Role;
}

export interface CompanyProvider {
  issuer: string;
  client_id: string;
  has_secret: boolean;
  scopes: string;
  default_role: 'member' | 'viewer' | null;
  groups_claim: string | null;
  group_roles: GroupRole[];
  required: boolean;
  version: number;
  updated_at: string;
}

export interface CompanyDomain {
  domain: string;
  record: string;
  verified_at: string | null;
  checked_at: string | null;
  missing_since: string | null;
}

export interface RemovedPerson {
  id: string;
  name: string;
  email: string;
  last_signed_in_at: string;
}

export interface CompanySignIn {
  callback_url: string;
  sign_in_url: string;
  provider: CompanyProvider | null;
  linked_people: number;
  domains: CompanyDomain[];
  removed_people: RemovedPerson[];
}

export interface ProviderReport {
  usable: boolean;
  findings: { level: 'error' | 'warning' | 'ok'; text: string }[];
  issuer_in_metadata: string | null;
}

export type WantedProvider = Pick<
  CompanyProvider,
  'issuer' | 'client_id' | 'scopes' | 'default_role' | 'groups_claim' | 'group_roles'
> & {
  /** Absent: as it is. Null: none. */
  client_secret?: string | null;
  /** What was seen; null: there was none. */
  version: number | null;
};

const path = (org: string) => `${below(org)}/company-sign-in`;

export const companySignInQuery = (org: string) =>
  queryOptions({ queryKey: ['company-sign-in', org], queryFn: () => get<CompanySignIn>(path(org)) });

export const testProvider = (org: string, issuer: string, hasSecret: boolean) =>
  post<ProviderReport>(`${path(org)}/test`, { issuer, has_secret: hasSecret });

export const setProvider = (org: string, provider: WantedProvider) =>
  put<{ version: number }>(path(org), provider);

export const removeProvider = (org: string) => post<{ ended_sessions: number }>(`${path(org)}/remove`, {});

export const requireCompanySignIn = (org: string, required: boolean) =>
  put<{ required: boolean }>(`${path(org)}/required`, { required });

export const addDomain = (org: string, domain: string) =>
  post<{ domain: string }>(`${path(org)}/domains`, { domain });

export const checkDomain = (org: string, domain: string) =>
  post<{ domain: string }>(`${path(org)}/domains/check`, { domain });

export const removeDomain = (org: string, domain: string) =>
  post<{ domain: string }>(`${path(org)}/domains/remove`, { domain });

export const readmitPerson = (org: string, person: string) =>
  post<{ person: string }>(`${path(org)}/readmit`, { person });
