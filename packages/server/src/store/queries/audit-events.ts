import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { auditEvents } from '../schema.ts';

export type AuditRow = typeof auditEvents.$inferInsert;

// Rows go over as one JSON text: a statement with a parameter for each value of hundreds of rows takes so long to put
// together that everybody waits.
const { id: _given, ...WRITTEN } = getTableColumns(auditEvents);
const list = (part: (key: string, column: { name: string; getSQLType(): string }) => string) =>
  sql.raw(
    Object.entries(WRITTEN)
      .map(([key, column]) => part(key, column))
      .join(', '),
  );
const COLUMNS = list((_key, { name }) => `"${name}"`);
const MEMBERS = list((key) => `"${key}"`);
const MEMBER_TYPES = list((key, column) => `"${key}" ${column.getSQLType()}`);
// Named, so that each connection plans it once: that is more than half of what a row costs that is written alone.
const INSERT_NAME = 'insert_audit_events';
const INSERT = new PgDialect().sqlToQuery(sql`
  insert into ${auditEvents} (${COLUMNS})
  select ${MEMBERS} from json_to_recordset(${sql.placeholder('rows')}::json) as row (${MEMBER_TYPES})`);

export function createAuditQueries(executor: Executor) {
  return {
    async insertMany(rows: AuditRow[]): Promise<void> {
      if (rows.length === 0) return;
      const insert = executor._.session.prepareQuery(INSERT, undefined, INSERT_NAME, false);
      await insert.execute({ rows: JSON.stringify(rows) });
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
