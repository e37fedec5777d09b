import { and, desc, eq, getTableColumns, gt, inArray, sql } from 'drizzle-orm';
import type { ImportId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { importContents, imports, users } from '../schema.ts';

export type ImportRow = typeof imports.$inferSelect;
export type ImportContent = typeof importContents.$inferSelect;

const UNDER_WAY = ['fetching', 'checking'] as const;

/** Documents and MCP servers that admins are importing. One that has expired is as absent as one that never was. */
export function createImportQueries(executor: Executor) {
  const isOf = (orgId: OrganisationId, id: ImportId) =>
    and(eq(imports.orgId, orgId), eq(imports.id, id), gt(imports.expiresAt, sql`now()`));
  /** Only who has the work in hand, and only as long as nobody has cancelled or changed it. */
  const isWorkOf = (id: ImportId, workId: string) =>
    and(eq(imports.id, id), eq(imports.workId, workId), inArray(imports.state, [...UNDER_WAY]));

  return {
    /** False: the organisation has as many as it may have. */
    async insert(
      row: Omit<typeof imports.$inferInsert, 'expiresAt'>,
      { days, most }: { days: number; most: number },
    ): Promise<boolean> {
      // One at a time in an organisation, or two would both be the last that fits.
      await executor.execute(
        sql`select pg_advisory_xact_lock(hashtextextended(${`imports ${row.orgId}`}, 0))`,
      );
      const [{ count } = { count: 0 }] = await executor
        .select({ count: sql<number>`count(*)::int` })
        .from(imports)
        .where(
          and(
            eq(imports.orgId, row.orgId),
            gt(imports.expiresAt, sql`now()`),
            sql`${imports.state} <> 'published'`,
          ),
        );
      if (count >= most) return false;
      await executor
        .insert(imports)
        .values({ ...row, expiresAt: sql`now() + make_interval(days => ${days})` });
      await executor.insert(importContents).values({ importId: row.id });
      return true;
    },

    async find(orgId: OrganisationId, id: ImportId): Promise<ImportRow | undefined> {
      const [row] = await executor.select().from(imports).where(isOf(orgId, id));
      return row;
    },

    /** Which nobody else changes until the end of the transaction. */
    async lock(orgId: OrganisationId, id: ImportId): Promise<ImportRow | undefined> {
      const [row] = await executor.select().from(imports).where(isOf(orgId, id)).for('update');
      return row;
    },

    /** Newest first. */
    async list(orgId: OrganisationId, limit: number): Promise<(ImportRow & { byName: string | null })[]> {
      const rows = await executor
        .select({ ...getTableColumns(imports), byName: users.name })
        .from(imports)
        .leftJoin(users, eq(users.id, imports.createdBy))
        .where(and(eq(imports.orgId, orgId), gt(imports.expiresAt, sql`now()`)))
        .orderBy(desc(imports.createdAt), desc(imports.id))
        .limit(limit);
      return rows;
    },

    async nameOf(userId: ImportRow['createdBy']): Promise<string | null> {
      const [row] = await executor.select({ name: users.name }).from(users).where(eq(users.id, userId));
      return row?.name ?? null;
    },

    async update(
      orgId: OrganisationId,
      id: ImportId,
      fields: Partial<Omit<ImportRow, 'id' | 'orgId' | 'workUntil'>>,
    ): Promise<void> {
      await executor.update(imports).set(fields).where(isOf(orgId, id));
    },

    /** Whoever had the work in hand has it no more. */
    async release(id: ImportId): Promise<void> {
      await executor.update(imports).set({ workId: null, workUntil: null }).where(eq(imports.id, id));
    },

    async remove(orgId: OrganisationId, id: ImportId): Promise<boolean> {
      const rows = await executor.delete(imports).where(isOf(orgId, id)).returning({ id: imports.id });
      return rows.length > 0;
    },

    /** For one node: what is to be done, unless another one is doing it. */
    async claim(id: ImportId, workId: string, seconds: number): Promise<ImportRow | undefined> {
      const [row] = await executor
        .update(imports)
        .set({ workId, workUntil: sql`now() + make_interval(secs => ${seconds})` })
        .where(
          and(
            eq(imports.id, id),
            inArray(imports.state, [...UNDER_WAY]),
            sql`(${imports.workUntil} is null or ${imports.workUntil} < now())`,
          ),
        )
        .returning();
      return row;
    },

    /** False: it was cancelled, changed or deleted. */
    async stillWanted(
      id: ImportId,
      workId: string,
      seconds: number,
      progress: { readonly done: number; readonly total: number | null },
    ): Promise<boolean> {
      const rows = await executor
        .update(imports)
        .set({
          workUntil: sql`now() + make_interval(secs => ${seconds})`,
          progressDone: progress.done,
          progressTotal: progress.total,
        })
        .where(isWorkOf(id, workId))
        .returning({ id: imports.id });
      return rows.length > 0;
    },

    /** The same rule: false, and nothing is written, if nobody wants it any more. */
    async advance(
      id: ImportId,
      workId: string,
      fields: Partial<Omit<ImportRow, 'id' | 'orgId' | 'workUntil'>>,
    ): Promise<boolean> {
      const rows = await executor
        .update(imports)
        .set(fields)
        .where(isWorkOf(id, workId))
        .returning({ id: imports.id });
      return rows.length > 0;
    },

    async putContent(id: ImportId, content: Partial<Omit<ImportContent, 'importId'>>): Promise<void> {
      await executor.update(importContents).set(content).where(eq(importContents.importId, id));
    },

    async getDocument(id: ImportId): Promise<Buffer | undefined> {
      const [row] = await executor
        .select({ document: importContents.document })
        .from(importContents)
        .where(eq(importContents.importId, id));
      return row?.document ?? undefined;
    },

    async getCompiled(id: ImportId): Promise<Pick<ImportContent, 'catalogue' | 'places'> | undefined> {
      const [row] = await executor
        .select({ catalogue: importContents.catalogue, places: importContents.places })
        .from(importContents)
        .where(eq(importContents.importId, id));
      return row;
    },

    async deleteExpired(): Promise<void> {
      await executor.delete(imports).where(sql`${imports.expiresAt} <= now()`);
    },
  };
}
