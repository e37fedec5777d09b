import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get } from './request.ts';

export type UsageRange = '24h' | '7d' | '30d' | '90d';
export type UsageBy = 'tool' | 'client' | 'person' | 'key';

export interface UsageCounts {
  calls: number;
  refused: number;
  limited: number;
  client_errors: number;
  server_errors: number;
  failed: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

export interface UsageStep extends UsageCounts {
  at: string;
}

export interface UsageGroup extends UsageCounts {
  id: string;
  name: string | null;
  action: string;
}

export interface Usage {
  from: string;
  to: string;
  step_seconds: number;
  whose: 'all' | 'own';
  totals: UsageCounts;
  series: UsageStep[];
  groups: UsageGroup[];
  groups_in_all: number;
}

export type UsageQuestion = { range: UsageRange; by: UsageBy } & { [By in UsageBy]?: string };

const FRESH_MS = 30_000;

const pathOf = (org: string, more: string, question: UsageQuestion) =>
  `${below(org)}/usage${more}?${new URLSearchParams(Object.entries(question)).toString()}`;

export const usageQuery = (org: string, question: UsageQuestion) =>
  queryOptions({
    queryKey: ['usage', org, question],
    queryFn: () => get<Usage>(pathOf(org, '', question)),
    staleTime: FRESH_MS,
  });

export const usageFileUrl = (org: string, question: UsageQuestion) =>
  `/portal/v1${pathOf(org, '/export', question)}`;
