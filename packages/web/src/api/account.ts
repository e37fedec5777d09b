import { queryOptions } from '@tanstack/react-query';
import type { CreationOptions, RequestOptions } from '../account/browser-passkeys.ts';
import { pagesOf, type Page } from './pages.ts';
import { get, post, put } from './request.ts';
import type { ApiKey } from './types.ts';

export interface Account {
  user: { id: string; email: string; name: string };
  /** In a session by a company's word nothing of the account is shown or changed. */
  via_company: boolean;
  has_password: boolean;
  passkeys_available: boolean;
  passkeys: Passkey[];
  two_factor: {
    enabled: boolean;
    since: string | null;
    backup_codes_left: number;
    remembered_browsers: number;
  };
}

export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
  /** Kept in more than one place. */
  backed_up: boolean;
}

export interface BrowserSession {
  id: string;
  /** What it says of itself. */
  browser: string;
  by: ('pwd' | 'otp' | 'webauthn' | 'sso')[];
  created_at: string;
  expires_at: string;
  is_this: boolean;
}

export interface OwnConnection {
  organisation: { slug: string; name: string };
  connection: ApiKey;
}

export type Proof = { password: string } | { code: string } | { passkey: unknown };

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: () => get<Account>('/me/account'),
});

export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: async () => (await get<{ items: BrowserSession[] }>('/me/sessions')).items,
});

interface OwnConnections extends Page<OwnConnection> {
  total: number;
}

/** All that is known of one's own connections, to be asked for again. */
export const ownConnections = { queryKey: ['account', 'connections'] };

export const ownConnectionPages = (q: string | undefined) =>
  pagesOf<OwnConnections>(ownConnections.queryKey, '/me/connections', { q });

/** Never from memory: another browser may have changed it. */
export const confirmMethodsQuery = queryOptions({
  queryKey: ['confirm-methods'],
  queryFn: () => get<{ password: boolean; code: boolean; passkey: boolean }>('/me/confirm'),
  staleTime: 0,
  gcTime: 0,
});

export const confirm = (proof: Proof) => post<{ confirmed: true }>('/me/confirm', proof);
export const confirmPasskeyOptions = () => post<RequestOptions>('/me/confirm/passkey', {});

export const renameYourself = (name: string) => put<{ name: string }>('/me/name', { name });
export const changePassword = (change: { current: string; next: string }) =>
  post<{ ended_sessions: number }>('/me/password', change);

export const beginTwoFactor = () => post<{ secret: string; uri: string }>('/me/two-factor/begin', {});
export const confirmTwoFactor = (code: string) =>
  post<{ backup_codes: string[] }>('/me/two-factor/confirm', { code });
export const disableTwoFactor = () => post<{ enabled: false }>('/me/two-factor/disable', {});
export const replaceBackupCodes = () => post<{ backup_codes: string[] }>('/me/two-factor/backup-codes', {});
export const forgetBrowsers = () => post<{ remembered_browsers: 0 }>('/me/two-factor/forget-browsers', {});

export const passkeyOptions = () => post<CreationOptions>('/me/passkeys/options', {});
export const addPasskey = (passkey: { name: string; response: unknown }) =>
  post<{ id: string; name: string }>('/me/passkeys', passkey);
export const renamePasskey = (id: string, name: string) =>
  put<{ id: string }>(`/me/passkeys/${encodeURIComponent(id)}`, { name });
export const removePasskey = (id: string) =>
  post<{ id: string }>(`/me/passkeys/${encodeURIComponent(id)}/remove`, {});

export const endSession = (id: string) =>
  post<{ id: string }>(`/me/sessions/${encodeURIComponent(id)}/end`, {});
export const endOtherSessions = () => post<{ ended_sessions: number }>('/me/sessions/end-others', {});
