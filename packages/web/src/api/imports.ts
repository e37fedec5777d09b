import { keepPreviousData, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';
import type { Access, Role } from './types.ts';
import { upload } from './upload.ts';

// What `/portal/v1/organisations/{org}/imports` asks and answers (packages/server/src/portal/imports/schemas.ts).

export type Source =
  | { kind: 'url'; url: string }
  | { kind: 'upload'; file_name: string | null }
  | { kind: 'mcp'; url: string; transport: 'streamable-http' | 'sse' };

export interface OperationChoice {
  include?: boolean;
  access?: Access;
  reason?: string;
  name?: string;
  title?: string;
  description?: string;
}

export interface ImportSettings {
  slug: string | null;
  name: string | null;
  base_url: string | null;
  include: string[];
  exclude: string[];
  deprecated: boolean;
  operations: Record<string, OperationChoice>;
  mode: 'auto' | 'full' | 'search';
  pinned: string[];
  toolsets: Record<string, string[]> | null;
  docs_url: string | null;
  server_hosts: string[];
  security: string[] | null;
  new_write_tools: 'wait' | 'allow';
  overlay: string | null;
}

export type CredentialKind = 'assertion' | 'none' | 'bearer' | 'basic' | 'header' | 'query' | 'oauth';

export type CredentialInput =
  | { kind: 'assertion' | 'none' }
  | { kind: 'bearer'; token: string }
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'header' | 'query'; name: string; value: string }
  | {
      kind: 'oauth';
      issuer?: string;
      authorization_endpoint?: string;
      token_endpoint?: string;
      client_id?: string;
      client_secret?: string;
      scopes?: string[];
    };

/** A credential without its secret. */
export interface CredentialView {
  kind: CredentialKind | 'token_exchange';
  origin: string | null;
  label: string | null;
  has_secret: boolean;
}

export type Severity = 'error' | 'warn' | 'info';

export interface ImportProblem {
  severity: Severity;
  code: string;
  message: string;
  pointer: string;
  line: number | null;
  column: number | null;
  operation: string | null;
  tool: string | null;
  fix: { label: string; operation: string; change: OperationChoice } | null;
}

export interface Size {
  bytes: number;
  tokens: number;
  mode: 'full' | 'search';
}

export interface ImportReport extends Size {
  title: string;
  servers: string[];
  security: {
    name: string;
    type: string;
    in: string | null;
    parameter: string | null;
    scheme: string | null;
  }[];
  operations: number;
  tools: { read: number; full: number };
  skipped: number;
  problems: Record<Severity, number>;
  tags: { tag: string; operations: number }[];
}

interface Person {
  id: string;
  name: string | null;
}

export interface ImportHead {
  id: string;
  state: 'fetching' | 'checking' | 'ready' | 'rejected' | 'cancelled' | 'published';
  source: Source;
  slug: string | null;
  name: string | null;
  created_by: Person;
  created_at: string;
  expires_at: string;
}

export interface ImportView extends ImportHead {
  revision: number;
  progress: { done: number; total: number | null } | null;
  document: { sha256: string; bytes: number } | null;
  settings: ImportSettings;
  credential: CredentialView | null;
  rejection: {
    code: string;
    message: string;
    line: number | null;
    column: number | null;
    hint: string | null;
  } | null;
  report: ImportReport | null;
  content_hash: string | null;
  target: { exists: boolean; kind: 'openapi' | 'mcp' | null; base_version: number | null };
  blockers: { code: string; field: string | null; message: string }[];
  published: { connector: string; version: number } | null;
}

export interface ImportOperation {
  operation: string;
  method: string;
  path: string;
  tool: {
    name: string;
    title: string;
    description: string;
    access: Access;
    bytes: number;
    deprecated: boolean;
  } | null;
  skipped: { code: string; message: string; summary: string | null } | null;
  access_by_method: Access;
  tags: string[];
  choice: OperationChoice | null;
  problems: Record<Severity, number>;
  testable: boolean;
}

interface Page<Item> {
  items: Item[];
  total: number;
  next_cursor: string | null;
}

export interface ImportPreview extends Page<unknown> {
  size: Size;
  roles: { role: Role; tools: { read: number; full: number } }[];
  toolsets: { slug: string; title: string; tools: number }[];
  listed: unknown[];
}

export const CHANGES = [
  'added',
  'removed',
  'renamed',
  'input_changed',
  'access_changed',
  'text_changed',
] as const;
export type Change = (typeof CHANGES)[number];

interface ToolThen {
  name: string;
  access: Access;
  title: string;
  description: string;
  input_schema: unknown;
}

export interface DiffItem {
  tool: string;
  operation: string | null;
  title: string;
  changes: Change[];
  new_write: boolean;
  before: ToolThen | null;
  after: ToolThen | null;
}

export interface Diff extends Page<DiffItem> {
  counts: Record<Change | 'new_write' | 'unchanged', number>;
  connector: { field: string; before: string | null; after: string | null }[];
}

export interface ImportDiff extends Diff {
  content_hash: string;
  base_version: number | null;
  new_write_tools: string[];
}

export interface Published {
  connector: string;
  version: number;
  waiting: string[];
}

export interface TestResult {
  ok: boolean;
  status: number | null;
  message: string;
  duration_ms: number;
}

/** What a 409 says besides its sentence. */
export interface Conflict {
  reason: 'changed' | 'published' | 'blocked' | 'state';
  diff: ImportDiff | null;
  import: ImportView | null;
}

export function conflictOf(error: unknown): Conflict | undefined {
  if (!(error instanceof ApiError) || error.status !== 409) return undefined;
  const { body } = error;
  if (typeof body !== 'object' || body === null || !('reason' in body)) return undefined;
  // The server is our own and of the same build.
  return body as Conflict;
}

const POLL_MS = 700;
const PAGE_ITEMS = 100;

export function isBusy({ state }: Pick<ImportHead, 'state'>): boolean {
  return state === 'fetching' || state === 'checking';
}

const importsPath = (org: string) => `${below(org)}/imports`;
const importPath = (org: string, id: string) => `${importsPath(org)}/${encodeURIComponent(id)}`;

function query(fields: Record<string, string | undefined>): string {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

export const importsQuery = (org: string) =>
  queryOptions({
    queryKey: ['imports', org],
    queryFn: () => get<{ items: ImportHead[]; limit: number }>(importsPath(org)),
  });

export const importQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: ['imports', org, id],
    queryFn: () => get<ImportView>(importPath(org, id)),
    // Somebody else may work at the same.
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => (data !== undefined && isBusy(data) ? POLL_MS : false),
  });

/** All operations, page after page: the tree counts and ticks whole groups. */
export const operationsQuery = (
  org: string,
  { content_hash, id, revision }: ImportView,
  onLoaded: (operations: number) => void,
) =>
  queryOptions({
    queryKey: ['imports', org, id, 'operations', content_hash ?? revision],
    queryFn: async ({ signal }) => {
      const items: ImportOperation[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await get<Page<ImportOperation>>(
          `${importPath(org, id)}/operations${query({ cursor, limit: String(PAGE_ITEMS) })}`,
        );
        signal.throwIfAborted();
        items.push(...page.items);
        onLoaded(items.length);
        if (page.next_cursor === null) return items;
        cursor = page.next_cursor;
      }
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });

export const testableQuery = (org: string, { content_hash, id, revision }: ImportView) =>
  queryOptions({
    queryKey: ['imports', org, id, 'testable', content_hash ?? revision],
    queryFn: () =>
      get<Page<ImportOperation>>(`${importPath(org, id)}/operations${query({ status: 'testable' })}`),
    placeholderData: keepPreviousData,
  });

export const problemsQuery = (
  org: string,
  { content_hash, id, revision }: ImportView,
  severity: Severity | 'all',
  q: string,
) =>
  infiniteQueryOptions({
    queryKey: ['imports', org, id, 'problems', content_hash ?? revision, severity, q],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      get<Page<ImportProblem>>(`${importPath(org, id)}/problems${query({ severity, q, cursor: pageParam })}`),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const previewQuery = (org: string, { content_hash, id, revision }: ImportView, q: string) =>
  infiniteQueryOptions({
    queryKey: ['imports', org, id, 'preview', content_hash ?? revision, q],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      get<ImportPreview>(`${importPath(org, id)}/preview${query({ q, cursor: pageParam })}`),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const diffQuery = (
  org: string,
  { id, revision }: Pick<ImportView, 'id' | 'revision'>,
  change: Change | 'new_write' | 'all',
  q: string,
) =>
  infiniteQueryOptions({
    queryKey: ['imports', org, id, 'diff', revision, change, q],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      get<ImportDiff>(`${importPath(org, id)}/diff${query({ change, q, cursor: pageParam })}`),
    getNextPageParam: (page) => page.next_cursor,
    // What is published may have changed meanwhile.
    staleTime: 0,
    placeholderData: keepPreviousData,
  });

export const createImport = (
  org: string,
  source: Exclude<Source, { kind: 'upload' }>,
  connector: string | undefined,
) => post<ImportView>(importsPath(org), { source, ...(connector === undefined ? {} : { connector }) });

export const uploadDocument = (
  org: string,
  document: { bytes: Blob; fileName: string | undefined; connector: string | undefined },
  onSent: (bytes: number) => void,
) =>
  upload<ImportView>(
    `${importsPath(org)}/upload${query({ file_name: document.fileName, connector: document.connector })}`,
    document.bytes,
    onSent,
  );

export const cancelImport = (org: string, id: string) =>
  post<ImportView>(`${importPath(org, id)}/cancel`, {});

export const deleteImport = (org: string, id: string) =>
  post<{ deleted: true }>(`${importPath(org, id)}/delete`, {});

/** The same address once more, as a new import. */
export const fetchAgain = (org: string, id: string) => post<ImportView>(`${importPath(org, id)}/fetch`, {});

export const changeImport = (org: string, id: string, revision: number, settings: ImportSettings) =>
  put<ImportView>(`${importPath(org, id)}/settings`, { revision, settings });

export const setImportCredential = (
  org: string,
  id: string,
  revision: number,
  credential: CredentialInput | null,
) => put<ImportView>(`${importPath(org, id)}/credential`, { revision, credential });

export const testImport = (org: string, id: string, operation: string) =>
  post<TestResult>(`${importPath(org, id)}/test`, { operation });

export const publishImport = (
  org: string,
  id: string,
  publication: { content_hash: string; base_version: number | null; ticked: string[]; note: string },
) => post<Published>(`${importPath(org, id)}/publish`, publication);
