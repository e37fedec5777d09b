import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get, post } from './request.ts';

export type InstalledState = 'active' | 'suspended' | 'deleted';

export interface InstalledOrganisation {
  id: string;
  slug: string;
  name: string;
  state: InstalledState;
  /** 0: nobody has used the link of its first owner yet. */
  people: number;
  connectors: number;
  connections: number;
  /** Of the last 24 hours. */
  calls: number;
  created_at: string;
  suspended_at: string | null;
  deleted_at: string | null;
}

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** In this answer and in no other. */
export interface OwnerLink {
  url: string;
  expires_at: string;
}

export interface InstalledWanted {
  q?: string;
  state?: InstalledState;
}

export interface SigningKey {
  kid: string;
  state: 'next' | 'active' | 'retired';
  created_at: string;
  signs_from: string | null;
  signs_until: string | null;
  verifies_until: string | null;
}

export interface InstallationHealth {
  version: string;
  runtime: string;
  uptime_seconds: number;
  database: {
    version: string;
    external: boolean;
    size_bytes: number;
    answered_ms: number;
    pool: { used: number; idle: number; waiting: number; max: number };
  };
  migrations: { run: number; known: number; latest: string };
  hears_changes: boolean;
  connectors: { own: number; shared: number };
  disk: { free_bytes: number; size_bytes: number } | null;
  nodes: {
    host: string;
    half: 'gateway' | 'web' | null;
    version: string;
    runtime: string;
    is_this: boolean;
    is_alive: boolean;
    hears_changes: boolean;
    started_at: string;
    seen_at: string;
  }[];
  last_backup: { at: string; file: string; size_bytes: number } | null;
  warnings: string[];
}

export interface Mode {
  id: string;
  value: boolean | string | string[];
  /** Null: it is always so. */
  variable: string | null;
}

export interface OperatorAct {
  id: string;
  at: string;
  action: string;
  /** Null: a command on the server. */
  who: string | null;
  organisation: string | null;
  target: string | null;
  /** Address of the person that the target is. */
  target_name: string | null;
  detail: Record<string, unknown> | null;
  request_id: string | null;
}

const query = (given: Record<string, string | undefined>) =>
  new URLSearchParams(
    Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

/** What begins the key of every list of organisations. */
export const installedKey = ['operator', 'organisations'] as const;

export const installedPages = (wanted: InstalledWanted) =>
  infiniteQueryOptions({
    queryKey: [...installedKey, wanted],
    queryFn: ({ pageParam: cursor }) =>
      get<Page<InstalledOrganisation> & { total: number }>(
        `/operator/organisations?${query({ ...wanted, cursor })}`,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const createOrganisation = (organisation: { name: string; slug: string }) =>
  post<OwnerLink & { id: string; slug: string }>('/operator/organisations', organisation);

const organisationPath = (id: string) => `/operator/organisations/${encodeURIComponent(id)}`;

export const createOwnerLink = (id: string) => post<OwnerLink>(`${organisationPath(id)}/owner-link`, {});

export const suspendOrganisation = (id: string) =>
  post<{ id: string }>(`${organisationPath(id)}/suspend`, {});

export const resumeOrganisation = (id: string) => post<{ id: string }>(`${organisationPath(id)}/resume`, {});

export const signingKeysQuery = queryOptions({
  queryKey: ['operator', 'signing-keys'],
  queryFn: async () => (await get<{ items: SigningKey[] }>('/operator/signing-keys')).items,
});

export const rotateSigningKey = (now: boolean) =>
  post<{ kid: string; state: 'next' | 'active' }>('/operator/signing-keys/rotate', { now });

export const installationHealthQuery = queryOptions({
  queryKey: ['operator', 'health'],
  queryFn: () => get<InstallationHealth>('/operator/health'),
  // Somebody who looks at it wants to see it as it is.
  staleTime: 0,
  refetchInterval: 30_000,
});

export const modesQuery = queryOptions({
  queryKey: ['operator', 'modes'],
  queryFn: async () => (await get<{ items: Mode[] }>('/operator/modes')).items,
});

export const operatorLogKey = ['operator', 'log'] as const;

export const operatorLogPages = infiniteQueryOptions({
  queryKey: operatorLogKey,
  queryFn: ({ pageParam: cursor }) => get<Page<OperatorAct>>(`/operator/log?${query({ cursor })}`),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});
