import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { ConnectorId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { connectors, knownTools, toolApprovals, toolRules } from '../schema.ts';

export type StoredToolRule = typeof toolRules.$inferSelect;

/** A tool that came after its connector, and that an organisation has not approved since. */
export interface WaitingTool {
  readonly connectorId: ConnectorId;
  readonly tool: string;
  readonly since: Date;
}

/** What an organisation lets its people do with tools, and which tools are news to it. */
export function createToolRuleQueries(executor: Executor) {
  return {
    list(orgId: OrganisationId): Promise<StoredToolRule[]> {
      return executor
        .select()
        .from(toolRules)
        .where(eq(toolRules.orgId, orgId))
        .orderBy(asc(toolRules.connectorId), asc(toolRules.tool));
    },

    async set(
      rule: Omit<StoredToolRule, 'updatedAt' | 'description'> & { description?: string | null },
    ): Promise<void> {
      const { access, confirmation, description = null, enabled, roles, updatedBy } = rule;
      await executor
        .insert(toolRules)
        .values(rule)
        .onConflictDoUpdate({
          target: [toolRules.orgId, toolRules.connectorId, toolRules.tool],
          set: { access, confirmation, description, enabled, roles, updatedBy, updatedAt: sql`now()` },
        });
    },

    /** False: there was none. */
    async remove(orgId: OrganisationId, connectorId: ConnectorId, tool: string): Promise<boolean> {
      const rows = await executor
        .delete(toolRules)
        .where(
          and(eq(toolRules.orgId, orgId), eq(toolRules.connectorId, connectorId), eq(toolRules.tool, tool)),
        )
        .returning({ tool: toolRules.tool });
      return rows.length > 0;
    },

    /**
     * Writes down which tools a connector has now. Of those that it never had, and of those that only read until now,
     * the ones that may write begin to wait, if `newOnesWait`. The first that it ever has never wait.
     */
    async know(
      connectorId: ConnectorId,
      tools: readonly { readonly name: string; readonly access: Access }[],
      newOnesWait: boolean,
    ): Promise<void> {
      if (tools.length === 0) return;
      const names = sql.param(tools.map(({ name }) => name));
      const accesses = sql.param(tools.map(({ access }) => access));
      await executor.execute(sql`
        insert into ${knownTools} (connector_id, tool, access, waiting_since)
        select ${connectorId}, tool, access,
               case when access = 'full' and ${newOnesWait}
                     and exists (select from ${knownTools} where connector_id = ${connectorId}) then now() end
        from unnest(${names}::text[], ${accesses}::text[]) as offered (tool, access)
        on conflict (connector_id, tool) do update set
          access = excluded.access,
          waiting_since = case when ${knownTools.access} = 'read' and excluded.access = 'full'
                               then excluded.waiting_since else ${knownTools.waitingSince} end
        where ${knownTools.access} <> excluded.access`);
    },

    /**
     * The same where a person has said which of the new ones wait, and which are offered at once. What was known stays
     * as it was.
     */
    async knowAs(
      connectorId: ConnectorId,
      tools: readonly { readonly name: string; readonly access: Access }[],
      { allowed, waiting }: { readonly allowed: readonly string[]; readonly waiting: readonly string[] },
    ): Promise<void> {
      if (tools.length === 0) return;
      const names = sql.param(tools.map(({ name }) => name));
      const accesses = sql.param(tools.map(({ access }) => access));
      const waits = sql`${sql.param([...waiting])}::text[]`;
      await executor.execute(sql`
        insert into ${knownTools} (connector_id, tool, access, waiting_since)
        select ${connectorId}, tool, access, case when tool = any(${waits}) then now() end
        from unnest(${names}::text[], ${accesses}::text[]) as offered (tool, access)
        on conflict (connector_id, tool) do update set
          access = excluded.access,
          waiting_since = case when excluded.tool = any(${waits}) then excluded.waiting_since
                               when excluded.tool = any(${sql.param([...allowed])}::text[]) then null
                               else ${knownTools.waitingSince} end`);
    },

    /** Among the connectors that the organisation sees, by connector and name. */
    listWaiting(orgId: OrganisationId): Promise<WaitingTool[]> {
      return executor
        .select({
          connectorId: knownTools.connectorId,
          tool: knownTools.tool,
          since: sql<Date>`${knownTools.waitingSince}`.mapWith(knownTools.waitingSince),
        })
        .from(knownTools)
        .innerJoin(
          connectors,
          and(
            eq(connectors.id, knownTools.connectorId),
            sql`(${connectors.orgId} = ${orgId} or ${connectors.orgId} is null)`,
          ),
        )
        .leftJoin(
          toolApprovals,
          and(
            eq(toolApprovals.orgId, orgId),
            eq(toolApprovals.connectorId, knownTools.connectorId),
            eq(toolApprovals.tool, knownTools.tool),
          ),
        )
        .where(
          and(
            isNotNull(knownTools.waitingSince),
            eq(knownTools.access, 'full'),
            sql`(${toolApprovals.approvedAt} is null or ${toolApprovals.approvedAt} < ${knownTools.waitingSince})`,
          ),
        )
        .orderBy(asc(knownTools.connectorId), asc(knownTools.tool));
    },

    /** False: the organisation sees no such tool that waits. */
    async approve(approval: {
      orgId: OrganisationId;
      connectorId: ConnectorId;
      tool: string;
      approvedBy: UserId;
    }): Promise<boolean> {
      const { orgId, connectorId, tool, approvedBy } = approval;
      const { rowCount } = await executor.execute(sql`
        insert into ${toolApprovals} (org_id, connector_id, tool, approved_by)
        select ${orgId}, known.connector_id, known.tool, ${approvedBy}
        from ${knownTools} known
        join ${connectors} on ${connectors.id} = known.connector_id
         and (${connectors.orgId} = ${orgId} or ${connectors.orgId} is null)
        where known.connector_id = ${connectorId} and known.tool = ${tool}
          and known.waiting_since is not null and known.access = 'full'
        on conflict (org_id, connector_id, tool) do update set approved_by = excluded.approved_by, approved_at = now()
        where ${toolApprovals.approvedAt} <
              (select waiting_since from ${knownTools} k where k.connector_id = ${connectorId} and k.tool = ${tool})`);
      return rowCount === 1;
    },
  };
}
