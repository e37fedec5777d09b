import { and, desc, eq, lt } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { auditEvents } from '../schema.ts';

export type AuditRow = typeof auditEvents.$inferInsert;

export function createAuditQueries(executor: Executor) {
  return {
    async insertMany(rows: AuditRow[]): Promise<void> {
      if (rows.length > 0) await executor.insert(auditEvents).values(rows);
    },

    /** Newest first; `before` is the id at which the page before ended. */
    list(orgId: OrganisationId, page: { limit: number; before?: number }) {
      return executor
        .select()
        .from(auditEvents)
        .where(
          and(
            eq(auditEvents.orgId, orgId),
            page.before === undefined ? undefined : lt(auditEvents.id, page.before),
          ),
        )
        .orderBy(desc(auditEvents.id))
        .limit(page.limit);
    },
  };
}
