import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, put } from './request.ts';

/** Null: none of its own; of the operator's: no end. */
export interface OwnQuota {
  calls_per_month: number | null;
  credits_per_month: number | null;
  calls_at_once_per_key: number | null;
  calls_at_once: number | null;
}

export interface Quota extends OwnQuota {
  /** What the operator allows. */
  most: OwnQuota;
  /** Of what there is a quota for. */
  this_month: { calls: number; credits: number; ends_at: string };
}

const pathOf = (org: string) => `${below(org)}/settings/quota`;

export const quotaQuery = (org: string) =>
  queryOptions({ queryKey: ['quota', org], queryFn: () => get<Quota>(pathOf(org)) });

export const changeQuota = (org: string, quota: OwnQuota & { was: OwnQuota }) =>
  put<Quota>(pathOf(org), quota);

/** What holds: the smaller of both; null: no end. */
export function holding(quota: Quota, name: 'calls_per_month' | 'credits_per_month'): number | null {
  const [own, most] = [quota[name], quota.most[name]];
  if (own === null || most === null) return own ?? most;
  return Math.min(own, most);
}
