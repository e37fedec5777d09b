import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import type { AuditFilter, FoundAuditRow } from '../store/queries/audit-search.ts';
import type { Queries } from '../store/store.ts';
import type { AuditStore } from './audit.ts';
import { checkChain, type ChainCheck, type CheckStore } from './check-chain.ts';
import { recordEvent } from './record-event.ts';

export interface AuditLogStore extends CheckStore, AuditStore {
  readonly auditSearch: Queries['auditSearch'];
}

export interface AuditPage {
  readonly rows: readonly FoundAuditRow[];
  /** The id to go on below; undefined: there is nothing older. */
  readonly next: number | undefined;
  /** Everything from this time on was looked at, although the page is not full. */
  readonly searchedBackToMs: number | undefined;
}

/** As many rows are looked at for one page: what is rare is searched for in several steps, none of which takes long. */
const LOOK = 20_000;
const EXPORT_LOOK = 50_000;
const EXPORT_PAGE = 1000;
/** A row may wait so long for the database before it gets its id. */
const SLACK_MS = 15 * 60_000;

/** Reading the audit trail of one organisation. */
export function createAuditLog({ store, clock }: { store: AuditLogStore; clock: Clock }) {
  const { auditSearch } = store;

  /** Between which ids a time lies: at least, and below. */
  async function boundsOf(orgId: OrganisationId, { from, to }: AuditFilter) {
    const away = (at: Date, ms: number) => new Date(at.getTime() + ms);
    return {
      atLeast: from === undefined ? 0 : await auditSearch.firstIdAt(orgId, away(from, -SLACK_MS)),
      below:
        to === undefined ? Number.MAX_SAFE_INTEGER : await auditSearch.firstIdAt(orgId, away(to, SLACK_MS)),
    };
  }

  async function pageOf(
    orgId: OrganisationId,
    filter: AuditFilter,
    place: { atLeast: number; below: number; limit: number; look: number },
  ): Promise<AuditPage> {
    const found = await auditSearch.search(orgId, filter, { ...place, limit: place.limit + 1 });
    const rows = found.slice(0, place.limit);
    if (found.length > place.limit) return { rows, next: rows.at(-1)?.id, searchedBackToMs: undefined };
    const last = await auditSearch.lastOf(orgId, place);
    return { rows, next: last?.id, searchedBackToMs: last?.atMs };
  }

  return {
    /** Newest first, below the id `cursor`. */
    async search(
      orgId: OrganisationId,
      filter: AuditFilter,
      { cursor = Number.MAX_SAFE_INTEGER, limit }: { cursor?: number | undefined; limit: number },
    ): Promise<AuditPage> {
      const { atLeast, below } = await boundsOf(orgId, filter);
      return pageOf(orgId, filter, { atLeast, below: Math.min(below, cursor), limit, look: LOOK });
    },

    /** All that fit, newest first, a page at a time: no more of it is ever in memory. */
    async *pages(orgId: OrganisationId, filter: AuditFilter): AsyncGenerator<readonly FoundAuditRow[]> {
      let { atLeast, below } = await boundsOf(orgId, filter);
      for (;;) {
        const page = await pageOf(orgId, filter, { atLeast, below, limit: EXPORT_PAGE, look: EXPORT_LOOK });
        if (page.rows.length > 0) yield page.rows;
        if (page.next === undefined) return;
        below = page.next;
      }
    },

    /** Whoever takes the trail out of the house leaves a trace of it. */
    noteExport({ by, filter, format, orgId, requestId }: NotedExport): Promise<void> {
      const detail = {
        format,
        filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
      };
      return recordEvent(store, clock, {
        orgId,
        action: 'audit.exported',
        actor: { kind: 'user', id: by },
        requestId,
        outcome: 'ok',
        detail,
      });
    },

    /** A part of the check of its chain: see `checkChain`. */
    check: (orgId: OrganisationId, afterSeq: number): Promise<ChainCheck> =>
      checkChain(store, orgId, afterSeq),
  };
}

export interface NotedExport {
  readonly orgId: OrganisationId;
  readonly by: UserId;
  readonly requestId: RequestId;
  readonly format: string;
  /** As it was asked for. */
  readonly filter: Readonly<Record<string, unknown>>;
}

export type AuditLog = ReturnType<typeof createAuditLog>;
export type AuditLogRow = FoundAuditRow;
export type AuditLogFilter = AuditFilter;
