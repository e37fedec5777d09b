import { queryOptions } from '@tanstack/react-query';
import { pagesOf } from './pages.ts';
import { get, post, put } from './request.ts';
import type {
  AgentsPage,
  AgentsWanted,
  Connector,
  ConnectorTools,
  MadeKey,
  Me,
  NewAgent,
  NewKey,
  Organisation,
  OrganisationSettings,
  ToolRule,
} from './types.ts';

/** Where the portal's API has what is an organisation's. */
export const below = (org: string) => `/organisations/${encodeURIComponent(org)}`;

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => get<Me>('/me') });

export const organisationQuery = (org: string) =>
  queryOptions({ queryKey: ['organisation', org], queryFn: () => get<Organisation>(below(org)) });

/** All that is known of an organisation's keys, to be asked for again. */
export const allKeys = (org: string) => ({ queryKey: ['keys', org] });

export const allAgents = (org: string) => ({ queryKey: ['agents', org] });

export const agentsPages = (org: string, wanted: AgentsWanted) =>
  pagesOf<AgentsPage>(['agents', org], `${below(org)}/agents`, { ...wanted });

export const connectorsQuery = (org: string) =>
  queryOptions({
    queryKey: ['connectors', org],
    queryFn: async () => (await get<{ items: Connector[] }>(`${below(org)}/connectors`)).items,
  });

const connectorPath = (org: string, connector: string) =>
  `${below(org)}/connectors/${encodeURIComponent(connector)}`;

export const connectorToolsQuery = (org: string, connector: string) =>
  queryOptions({
    queryKey: ['connectors', org, connector],
    queryFn: () => get<ConnectorTools>(`${connectorPath(org, connector)}/tools`),
  });

export const setToolRule = (org: string, connector: string, rule: ToolRule & { tool: string }) =>
  put<{ tool: string }>(`${connectorPath(org, connector)}/rules`, rule);

export const approveTools = (org: string, connector: string, tools: readonly string[]) =>
  post<{ approved: string[] }>(`${connectorPath(org, connector)}/approvals`, { tools });

export const settingsQuery = (org: string) =>
  queryOptions({
    queryKey: ['settings', org],
    queryFn: () => get<OrganisationSettings>(`${below(org)}/settings`),
  });

export const changeSettings = (org: string, settings: OrganisationSettings & { was: OrganisationSettings }) =>
  put<OrganisationSettings>(`${below(org)}/settings`, settings);

export const createKey = (org: string, key: NewKey) => post<MadeKey>(`${below(org)}/keys`, key);

export const revokeKey = (org: string, keyId: string) =>
  post<{ id: string }>(`${below(org)}/keys/${encodeURIComponent(keyId)}/revoke`, {});

export const signEveryoneOut = (org: string) =>
  post<{ ended_connections: number; restarted_machines: number }>(`${below(org)}/sign-everyone-out`, {});

export const createAgent = (org: string, agent: NewAgent) =>
  post<{ id: string }>(`${below(org)}/agents`, agent);

const agentPath = (org: string, agentId: string) => `${below(org)}/agents/${encodeURIComponent(agentId)}`;

export const createAgentKey = (org: string, agentId: string, key: NewKey) =>
  post<MadeKey>(`${agentPath(org, agentId)}/keys`, key);

export const suspendAgent = (org: string, agentId: string) =>
  post<{ id: string }>(`${agentPath(org, agentId)}/suspend`, {});

export const resumeAgent = (org: string, agentId: string) =>
  post<{ id: string }>(`${agentPath(org, agentId)}/resume`, {});

export const deleteAgent = (org: string, agentId: string) =>
  post<{ id: string }>(`${agentPath(org, agentId)}/delete`, {});
