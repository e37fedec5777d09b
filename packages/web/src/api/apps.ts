import { queryOptions } from '@tanstack/react-query';
import { pagesOf, withQuery, type Page } from './pages.ts';
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
  /** That those connections could still use. */
  refresh_tokens: number;
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
  /** Of the app that it is about, if that is known. */
  name: string | null;
  rule: 'approved' | 'blocked';
  created_at: string;
}

/** An app that came by itself and that somebody here connected. */
export interface SeenApp {
  client_id: string;
  /** By its own word. */
  name: string;
  tier: 'approved' | 'identified' | 'self_named' | 'blocked';
  host: string | null;
  /** `document`: its id is the address of what it says of itself. */
  registered_by: 'document' | 'itself';
  redirect_uris: string[];
  destinations: string[];
  /** How often it was approved, what is over included. */
  grants: number;
  connections: number;
  people: number;
  approved_at: string;
  registered_at: string;
}

interface Counted<Item> extends Page<Item> {
  total: number;
}

export interface AppsWanted {
  q?: string;
  sort?: 'name';
}

/** All that is known of an organisation's apps, to be asked for again. */
export const allApps = (org: string) => ({ queryKey: ['apps', org] });
export const allAppRules = (org: string) => ({ queryKey: ['app-rules', org] });

export const appsPages = (org: string, wanted: AppsWanted) =>
  pagesOf<Counted<App>>(['apps', org, 'made'], `${below(org)}/clients`, { ...wanted });

export const seenAppsPages = (org: string, wanted: AppsWanted) =>
  pagesOf<Counted<SeenApp>>(['apps', org, 'seen'], `${below(org)}/clients/seen`, { ...wanted });

export const createApp = (org: string, app: NewApp) => post<MadeApp>(`${below(org)}/clients`, app);

const appPath = (org: string, clientId: string) => `${below(org)}/clients/${encodeURIComponent(clientId)}`;

export const deleteApp = (org: string, clientId: string) =>
  post<{ ended_grants: number }>(`${appPath(org, clientId)}/delete`, {});

export const setTokenExchange = (org: string, clientId: string, allowed: boolean) =>
  post<{ token_exchange: boolean }>(`${appPath(org, clientId)}/token-exchange`, { allowed });

export const appRulesPages = (org: string, wanted: { q?: string; rule?: AppRule['rule'] }) =>
  pagesOf<Counted<AppRule>>(['app-rules', org], `${below(org)}/client-rules`, { ...wanted });

/** The rule about exactly this, if there is one. */
export const appRuleQuery = (org: string, subject: string) =>
  queryOptions({
    queryKey: ['app-rules', org, 'one', subject],
    queryFn: async () => {
      const page = await get<Page<AppRule>>(withQuery(`${below(org)}/client-rules`, { q: subject }));
      return page.items.find((rule) => rule.subject === subject) ?? null;
    },
  });

/** Null: no rule any more. */
export const setAppRule = (org: string, subject: string, rule: AppRule['rule'] | null) =>
  put<{ connections_ended: number }>(`${below(org)}/client-rules`, { subject, rule });
