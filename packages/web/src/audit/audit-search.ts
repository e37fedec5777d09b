import type { AuditFilter } from '../api/audit.ts';

const SINCE_MS = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
} as const;

export type Since = keyof typeof SINCE_MS;
export const SINCE = Object.keys(SINCE_MS) as Since[];
export const RESULTS = ['ok', 'refused', 'failed', 'unknown'] as const;

/** What is looked for in the audit log, as it stands in the address. Absent: everything. */
export interface AuditSearch {
  who?: string;
  what?: string;
  result?: (typeof RESULTS)[number];
  target?: string;
  app?: string;
  key?: string;
  request?: string;
  since?: Since;
  /** Moments in ISO 8601, so that the address means the same in another time zone. */
  from?: string;
  to?: string;
  intents?: '1';
}

const TEXTS = ['who', 'what', 'target', 'app', 'key', 'request'] as const;
const TEXT_MAX = 200;

export type TextFilter = (typeof TEXTS)[number];

export function readAuditSearch(given: Record<string, unknown>): AuditSearch {
  const read: AuditSearch = {};
  for (const name of TEXTS) {
    const text = given[name];
    if (typeof text === 'string' && text !== '') read[name] = text.slice(0, TEXT_MAX);
  }
  const result = RESULTS.find((one) => one === given['result']);
  if (result !== undefined) read.result = result;
  const since = SINCE.find((one) => one === given['since']);
  if (since !== undefined) read.since = since;
  for (const name of ['from', 'to'] as const) {
    const moment = given[name];
    if (since === undefined && typeof moment === 'string' && !Number.isNaN(Date.parse(moment)))
      read[name] = new Date(moment).toISOString();
  }
  if (given['intents'] === '1' || given['intents'] === 1) read.intents = '1';
  return read;
}

/** As the API takes it. `since` counts from the beginning of this minute, so that it stays the same query for a while. */
export function filterOf(search: AuditSearch, nowMs: number): AuditFilter {
  const minute = Math.floor(nowMs / 60_000) * 60_000;
  const from =
    search.since === undefined ? search.from : new Date(minute - SINCE_MS[search.since]).toISOString();
  const given = {
    from,
    to: search.to,
    actor: search.who,
    action: search.what,
    target: search.target,
    result: search.result,
    client: search.app,
    key: search.key,
    request_id: search.request?.trim(),
    intents: search.intents === undefined ? 'false' : undefined,
  };
  return Object.fromEntries(
    Object.entries(given).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/** Whether anything is left out but what only announces a call. */
export function isFiltered({ intents: _intents, ...search }: AuditSearch): boolean {
  return Object.values(search).some((value) => value !== undefined);
}

/** A moment in the field of a form, in the reader's own time. */
export function toField(moment: string | undefined): string {
  if (moment === undefined) return '';
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromField(value: string): string | undefined {
  return value === '' || Number.isNaN(Date.parse(value)) ? undefined : new Date(value).toISOString();
}
