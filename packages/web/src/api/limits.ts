import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, put } from './request.ts';

/** Calls in a minute; null: none of its own. */
export interface OwnLimits {
  calls_per_key: number | null;
  calls_per_organisation: number | null;
}

export interface Limits extends OwnLimits {
  /** What the operator allows. */
  most: { calls_per_key: number; calls_per_organisation: number };
  /** Calls in the busiest hour of the last seven days. */
  busiest_hour: { key: number; organisation: number };
}

const pathOf = (org: string) => `${below(org)}/settings/limits`;

export const limitsQuery = (org: string) =>
  queryOptions({ queryKey: ['limits', org], queryFn: () => get<Limits>(pathOf(org)) });

export const changeLimits = (org: string, limits: OwnLimits & { was: OwnLimits }) =>
  put<Limits>(pathOf(org), limits);
