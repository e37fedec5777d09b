import { queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, put } from './request.ts';
import type { Access } from './types.ts';

/** What an organisation asks of whoever does anything in it. */
export interface SecuritySettings {
  second_factor_required: boolean;
  session_hours: 12 | 24 | 72 | 168;
  client_policy: 'any' | 'known' | 'approved';
  max_access: Access;
  addresses: readonly string[];
  address_scope: 'own' | 'all';
  token_mode: 'token' | 'key';
}

/** Whom a change would concern, as it is now. */
export interface SecurityEffects {
  people: { all: number; without_second_factor: number };
  connections: { all: number; full: number; unknown_apps: number; unapproved_apps: number };
  keys: { all: number; full: number };
}

export interface Security extends SecuritySettings {
  effects: SecurityEffects;
  you: { address: string | null; may_require_second_factor: boolean };
}

const pathOf = (org: string) => `${below(org)}/settings/security`;

export const securityQuery = (org: string) =>
  queryOptions({ queryKey: ['security', org], queryFn: () => get<Security>(pathOf(org)) });

export const changeSecurity = (org: string, settings: SecuritySettings & { was: SecuritySettings }) =>
  put<Security & { ended_connections: number }>(pathOf(org), settings);
