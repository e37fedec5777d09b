import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get } from './request.ts';

export interface Overview {
  whose: 'all' | 'own';
  connected: boolean;
  called: boolean;
  unused_keys: { count: number; days: number };
  expiring_connections: { count: number; days: number };
  failing_connectors: { connector: string; calls: number; failed: number }[];
  webhooks_in_trouble: { host: string; description: string; is_off: boolean }[];
}

export const overviewQuery = (org: string) =>
  queryOptions({ queryKey: ['overview', org], queryFn: () => get<Overview>(`${below(org)}/overview`) });
