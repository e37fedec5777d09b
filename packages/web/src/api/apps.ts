import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';

export type AuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** An OAuth client that an admin made for the organisation. */
export interface App {
  client_id: string;
  name: string;
  auth_method: AuthMethod;
  /** Empty for what nobody approves. */
  redirect_uris: string[];
  /** As whom a machine acts. */
  agent: { id: string; name: string; role: 'member' | 'viewer' } | null;
  /** What works now, and of how many people. A machine that works has one, of nobody. */
  connections: number;
  people: number;
  token_exchange: boolean;
  jwks_uri: string | null;
  /** Of pinned keys; null: there are none. A key may have no id. */
  key_ids: (string | null)[] | null;
  created_at: string;
}

export interface NewApp {
  name: string;
  auth_method: AuthMethod;
  redirect_uris?: string[];
  agent_role?: 'member' | 'viewer';
  jwks?: unknown;
  jwks_uri?: string;
  token_exchange?: boolean;
}

/** The secret, if it has one, is in this answer and in no other. */
export interface MadeApp {
  client_id: string;
  client_secret?: string;
}

/** What the organisation decided about an app that came by itself, or about all of a host. */
export interface AppRule {
  /** A client id, or `host:` and a host's name. */
  subject: string;
  rule: 'approved' | 'blocked';
  created_at: string;
}

export const appsQuery = (org: string) =>
  queryOptions({
    queryKey: ['apps', org],
    queryFn: async () => (await get<{ items: App[] }>(`${below(org)}/clients`)).items,
  });

export const createApp = (org: string, app: NewApp) => post<MadeApp>(`${below(org)}/clients`, app);

const appPath = (org: string, clientId: string) => `${below(org)}/clients/${encodeURIComponent(clientId)}`;

export const deleteApp = (org: string, clientId: string) =>
  post<{ ended_grants: number }>(`${appPath(org, clientId)}/delete`, {});

export const setTokenExchange = (org: string, clientId: string, allowed: boolean) =>
  post<{ token_exchange: boolean }>(`${appPath(org, clientId)}/token-exchange`, { allowed });

export const appRulesQuery = (org: string) =>
  queryOptions({
    queryKey: ['app-rules', org],
    queryFn: async () => (await get<{ items: AppRule[] }>(`${below(org)}/client-rules`)).items,
  });

/** Null: no rule any more. */
export const setAppRule = (org: string, subject: string, rule: AppRule['rule'] | null) =>
  put<{ connections_ended: number }>(`${below(org)}/client-rules`, { subject, rule });
