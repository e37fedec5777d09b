import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';

/** The short name in an organisation's URLs. */
export interface Address {
  slug: string;
  connector_url: string;
  /** What stands before the short name in connector URLs. */
  connector_base: string;
  /** The operator's file says what it is. */
  is_declared: boolean;
  /** Live ones that were made at this address. */
  connections: number;
  apps: number;
  alias_days: number;
  former: { slug: string; connector_url: string; works_until: string | null }[];
  changes_left: number;
}

export interface Danger {
  name: string;
  is_declared: boolean;
  kept_days: number;
  /** What ends with the organisation. */
  effect: { people: number; connections: number; keys: number; agents: number; connectors: number };
}

const settings = (org: string) => `${below(org)}/settings`;

export const addressQuery = (org: string) =>
  queryOptions({ queryKey: ['address', org], queryFn: () => get<Address>(`${settings(org)}/address`) });

export const changeAddress = (org: string, change: { slug: string; was: string }) =>
  put<Address>(`${settings(org)}/address`, change);

export const dangerQuery = (org: string) =>
  queryOptions({ queryKey: ['danger', org], queryFn: () => get<Danger>(`${settings(org)}/danger`) });

export const deleteOrganisation = (org: string, name: string) =>
  post<Pick<Danger, 'effect'>>(`${settings(org)}/danger/delete`, { name });
