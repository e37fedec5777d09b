import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, put } from './request.ts';

export interface AuditRetention {
  /** Null: for ever. */
  days: number | null;
  oldest: string | null;
}

const pathOf = (org: string) => `${below(org)}/settings/audit-log`;

export const auditRetentionQuery = (org: string) =>
  queryOptions({ queryKey: ['audit-retention', org], queryFn: () => get<AuditRetention>(pathOf(org)) });

export const changeAuditRetention = (org: string, change: { days: number | null; was: number | null }) =>
  put<AuditRetention>(pathOf(org), change);
