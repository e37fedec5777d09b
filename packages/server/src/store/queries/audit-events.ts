import { and, desc, eq, getTableColumns, lt, sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { OrganisationId } from '../../kernel/ids.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Executor } from '../database.ts';
import { auditEvents } from '../schema.ts';

export type AuditRow = typeof auditEvents.$inferInsert;

// Rows go over as one array for each column: a statement with a parameter for each value of hundreds of rows takes so long
// to put together that everybody waits, and JSON costs the database three times what else it does with a row.
const { id: _given, ...WRITTEN } = getTableColumns(auditEvents);
const KEYS = Object.keys(WRITTEN) as (keyof typeof WRITTEN)[];
const COLUMNS = KEYS.map((key) => sql.identifier(WRITTEN[key].name));
// A function for each: read by names that vary, a row's columns would be looked up one by one.
const READ: Readonly<Record<keyof typeof WRITTEN, (row: AuditRow) => AuditRow[keyof AuditRow]>> = {
  orgId: (row) => row.orgId,
  at: (row) => row.at,
  phase: (row) => row.phase,
  action: (row) => row.action,
  actorKind: (row) => row.actorKind,
  actorId: (row) => row.actorId,
  clientId: (row) => row.clientId,
  grantId: (row) => row.grantId,
  keyId: (row) => row.keyId,
  target: (row) => row.target,
  requestId: (row) => row.requestId,
  outcome: (row) => row.outcome,
  status: (row) => row.status,
  durationMs: (row) => row.durationMs,
  detail: (row) => row.detail,
};
const between = (parts: readonly SQLWrapper[]) => sql.join([...parts], sql`, `);

function insertOf(arrayOf: (key: keyof typeof WRITTEN) => unknown): SQL {
  // In the select list they are read in step; in `from` each would be written down whole first.
  const columns = KEYS.map((key) => sql`unnest(${arrayOf(key)}::${sql.raw(WRITTEN[key].getSQLType())}[])`);
  return sql`insert into ${auditEvents} (${between(COLUMNS)}) select ${between(columns)}`;
}

// Named, so that each connection plans it once: that is more than half of what a row costs that is written alone.
const INSERT_NAME = 'insert_audit_events';
const INSERT = new PgDialect().sqlToQuery(insertOf((key) => sql.placeholder(key)));

/** The insert of one row, for a statement that does what it tells of. A condition may follow it. */
export function insertOfRow(row: AuditRow): SQL {
  return insertOf((key) => arrayLiteral([row], READ[key]));
}

export function createAuditQueries(executor: Executor) {
  return {
    async insertMany(rows: AuditRow[]): Promise<void> {
      if (rows.length === 0) return;
      const insert = executor._.session.prepareQuery(INSERT, undefined, INSERT_NAME, false);
      await insert.execute(Object.fromEntries(KEYS.map((key) => [key, arrayLiteral(rows, READ[key])])));
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
