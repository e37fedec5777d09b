import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get } from './request.ts';

interface Named {
  id: string;
  name: string | null;
}

export interface AuditEvent {
  id: string;
  at: string;
  action: string;
  phase: 'event' | 'intent' | 'outcome';
  actor: { kind: string; id: string | null; name: string | null };
  client: Named | null;
  key: Named | null;
  grant_id: string | null;
  target: { text: string; name: string | null } | null;
  result: string | null;
  status: number | null;
  duration_ms: number | null;
  request_id: string | null;
  detail: Record<string, unknown> | null;
}

export interface AuditPage {
  items: AuditEvent[];
  next_cursor: string | null;
  /** Everything since then was looked at, although the page is not full. */
  searched_back_to: string | null;
}

interface Place {
  id: string;
  at: string | null;
}

export interface ChainCheck {
  result: 'intact' | 'broken';
  events: number;
  deleted_by_policy: number;
  first: Place | null;
  last: Place | null;
  broken: {
    event: string;
    at: string | null;
    kind: 'changed' | 'removed' | 'added' | 'seal' | 'wiped';
    /** Of what was wiped: its last event. */
    last_event: string | null;
    /** Of what was wiped: the first block of the chain that is empty. */
    block: number | null;
  } | null;
  not_sealed_yet: number;
}

/** As the API takes it. */
export type AuditFilter = Readonly<Record<string, string>>;

const PAGE = 50;
/** What is rare is searched for in steps; after so many the person is asked whether to go on. */
const STEPS_MAX = 10;
const LIVE_MS = 3000;

const pathOf = (org: string, more: string, query: Record<string, string>) =>
  `${below(org)}/audit${more}?${new URLSearchParams(query).toString()}`;

async function pageOf(org: string, filter: AuditFilter, cursor: string | undefined): Promise<AuditPage> {
  let from = cursor;
  for (let step = 1; ; step += 1) {
    const page = await get<AuditPage>(
      pathOf(org, '', { ...filter, limit: String(PAGE), ...(from === undefined ? {} : { cursor: from }) }),
    );
    if (page.items.length > 0 || page.next_cursor === null || step >= STEPS_MAX) return page;
    from = page.next_cursor;
  }
}

export const auditQuery = (org: string, filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', org, filter],
    queryFn: ({ pageParam }) => pageOf(org, filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
  });

/** The newest, again and again while somebody watches. */
export const liveAuditQuery = (org: string, filter: AuditFilter, isOn: boolean) =>
  queryOptions({
    queryKey: ['audit-live', org, filter],
    queryFn: () => pageOf(org, filter, undefined),
    enabled: isOn,
    refetchInterval: isOn ? LIVE_MS : false,
    retry: false,
  });

export const auditFileUrl = (org: string, filter: AuditFilter, format: 'csv' | 'ndjson') =>
  `/portal/v1${pathOf(org, '/export', { ...filter, format })}`;

/** Checks the chain from its beginning to its end; `onPart` hears after each part how many entries are all right. */
export async function checkChain(org: string, onPart: (events: number) => void): Promise<ChainCheck> {
  let whole: ChainCheck | undefined;
  let cursor: string | null = null;
  do {
    const part: ChainCheck & { next_cursor: string | null } = await get(
      pathOf(org, '/check', cursor === null ? {} : { cursor }),
    );
    whole = {
      ...part,
      events: (whole?.events ?? 0) + part.events,
      deleted_by_policy: (whole?.deleted_by_policy ?? 0) + part.deleted_by_policy,
      first: whole?.first ?? part.first,
      last: part.last ?? whole?.last ?? null,
    };
    onPart(whole.events);
    cursor = part.next_cursor;
  } while (cursor !== null);
  return whole;
}
