import { queryOptions } from '@tanstack/react-query';
import { pagesOf, type Page } from './pages.ts';
import { below } from './queries.ts';
import { get, post } from './request.ts';
import type { ApiKey, MadeKey } from './types.ts';
import type { UsageCounts, UsageStep } from './usage.ts';

export interface KeysPage extends Page<ApiKey> {
  counts: Readonly<Record<'all' | 'active' | 'unused' | 'expired' | 'revoked', number>>;
  calls_per_minute_max: number;
}

export interface KeysWanted {
  q?: string;
  whose?: 'mine';
  status?: 'active' | 'unused' | 'expired' | 'revoked';
  sort?: 'used' | 'name';
  made_by?: ApiKey['made_by'];
}

/** A key with what led to it and what was done with it. */
export interface KeyDetail extends ApiKey {
  can_rotate: boolean;
  /** Until when the secret before works, too. */
  old_secret_until: string | null;
  chain: {
    by: string | null;
    how: 'hand' | 'consent' | 'identity_provider' | 'machine';
    at: string;
    app: {
      id: string;
      name: string | null;
      tier: 'approved' | 'identified' | 'self_named' | 'blocked';
      host: string | null;
    } | null;
    destination: string | null;
    url: string | null;
    issuer: string | null;
  };
  usage: { from: string; to: string; step_seconds: number; totals: UsageCounts; series: UsageStep[] };
  calls: KeyCall[];
  calls_are_all: boolean;
}

export interface KeyCall {
  id: string;
  at: string;
  action: string;
  tool: string | null;
  app: string | null;
  result: string | null;
  status: number | null;
  duration_ms: number | null;
  request_id: string | null;
}

/** The secret is in this answer and in no other. */
export interface RotatedKey extends MadeKey {
  old_secret_until: string | null;
}

const keyPath = (org: string, id: string) => `${below(org)}/keys/${encodeURIComponent(id)}`;

export const keysPages = (org: string, wanted: KeysWanted) =>
  pagesOf<KeysPage>(['keys', org], `${below(org)}/keys`, { ...wanted });

export const keyQuery = (org: string, id: string) =>
  queryOptions({ queryKey: ['keys', org, 'one', id], queryFn: () => get<KeyDetail>(keyPath(org, id)) });

export const rotateKey = (org: string, { hint, id }: Pick<ApiKey, 'id' | 'hint'>, overlapHours: 0 | 1 | 24) =>
  post<RotatedKey>(`${keyPath(org, id)}/rotate`, { overlap_hours: overlapHours, hint });
