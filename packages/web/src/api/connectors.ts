import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  Change,
  CredentialInput,
  CredentialView,
  Diff,
  Published,
  Source,
  TestResult,
} from './imports.ts';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';

/** A connector, for whoever manages it. */
export interface ConnectorView {
  slug: string;
  name: string;
  kind: 'openapi' | 'mcp';
  shared: boolean;
  /** `operator`: it stands in the configuration file, and cannot be changed here. */
  managed_by: 'operator' | 'organisation';
  base_url: string;
  /** Null: published before versions were kept. */
  version: number | null;
  source: Source | null;
  credential: CredentialView;
  tools: { read: number; full: number; waiting: number };
  enabled: boolean;
  /** What deleting it ends. */
  effect: { tools: number; connections: number; accounts: number };
}

export interface Version {
  number: number;
  current: boolean;
  made_at: string;
  made_by: { id: string; name: string | null } | null;
  note: string;
  rolled_back_to: number | null;
  name: string;
  base_url: string;
  tools: number | null;
  document_sha256: string | null;
  source: Source | null;
  can_roll_back: boolean;
}

export interface VersionDiff extends Diff {
  from: number;
  to: number;
}

const pathOf = (org: string, connector: string) =>
  `${below(org)}/connectors/${encodeURIComponent(connector)}`;

export const connectorQuery = (org: string, connector: string) =>
  queryOptions({
    queryKey: ['connectors', org, connector, 'view'],
    queryFn: () => get<ConnectorView>(pathOf(org, connector)),
  });

export const versionsQuery = (org: string, connector: string) =>
  infiniteQueryOptions({
    queryKey: ['connectors', org, connector, 'versions'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      get<{ items: Version[]; next_cursor: string | null }>(
        `${pathOf(org, connector)}/versions${pageParam === '' ? '' : `?cursor=${encodeURIComponent(pageParam)}`}`,
      ),
    getNextPageParam: (page) => page.next_cursor,
  });

export const versionDiffQuery = (
  org: string,
  connector: string,
  { from, to }: { from: number; to: number },
  change: Change | 'new_write' | 'all',
  q: string,
) =>
  infiniteQueryOptions({
    queryKey: ['connectors', org, connector, 'versions', from, to, change, q],
    initialPageParam: '',
    queryFn: ({ pageParam }) => {
      const asked = new URLSearchParams({ from: String(from), to: String(to), change });
      if (q !== '') asked.set('q', q);
      if (pageParam !== '') asked.set('cursor', pageParam);
      return get<VersionDiff>(`${pathOf(org, connector)}/versions/diff?${asked.toString()}`);
    },
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const setConnectorCredential = (org: string, connector: string, credential: CredentialInput) =>
  put<ConnectorView>(`${pathOf(org, connector)}/credential`, { credential });

export const testConnector = (org: string, connector: string, operation: string) =>
  post<TestResult>(`${pathOf(org, connector)}/test`, { operation });

export const deleteConnector = (org: string, connector: string, baseVersion: number | null) =>
  post<{ deleted: true }>(`${pathOf(org, connector)}/delete`, { base_version: baseVersion });

export const rollBack = (
  org: string,
  connector: string,
  back: { to: number; base_version: number; note: string },
) => post<Published>(`${pathOf(org, connector)}/roll-back`, back);
