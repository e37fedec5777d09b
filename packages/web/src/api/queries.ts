import { queryOptions } from '@tanstack/react-query';
import { get, post } from './request.ts';
import type { Agent, ApiKey, MadeKey, Me, NewAgent, NewKey, Organisation } from './types.ts';

const below = (org: string) => `/organisations/${encodeURIComponent(org)}`;

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => get<Me>('/me') });

export const organisationQuery = (org: string) =>
  queryOptions({ queryKey: ['organisation', org], queryFn: () => get<Organisation>(below(org)) });

export const keysQuery = (org: string) =>
  queryOptions({
    queryKey: ['keys', org],
    queryFn: async () => (await get<{ items: ApiKey[] }>(`${below(org)}/keys`)).items,
  });

export const agentsQuery = (org: string) =>
  queryOptions({
    queryKey: ['agents', org],
    queryFn: async () => (await get<{ items: Agent[] }>(`${below(org)}/agents`)).items,
  });

export const createKey = (org: string, key: NewKey) => post<MadeKey>(`${below(org)}/keys`, key);

export const revokeKey = (org: string, keyId: string) =>
  post<{ id: string }>(`${below(org)}/keys/${encodeURIComponent(keyId)}/revoke`, {});

export const signEveryoneOut = (org: string) =>
  post<{ ended_connections: number; restarted_machines: number }>(`${below(org)}/sign-everyone-out`, {});

export const createAgent = (org: string, agent: NewAgent) =>
  post<{ id: string }>(`${below(org)}/agents`, agent);

export const createAgentKey = (org: string, agentId: string, key: NewKey) =>
  post<MadeKey>(`${below(org)}/agents/${encodeURIComponent(agentId)}/keys`, key);
