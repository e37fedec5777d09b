import { sql } from 'drizzle-orm';
import type { KeyId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { auditEvents, clients } from '../schema.ts';

export interface KeyCall extends Record<string, unknown> {
  id: number;
  atMs: number;
  action: string;
  tool: string | null;
  clientName: string | null;
  outcome: string | null;
  status: number | null;
  durationMs: number | null;
  requestId: string | null;
}

/** What was called with a key, as the audit trail has it. */
export function createKeyCallQueries(executor: Executor) {
  return {
    /** The newest first, among the `look` rows of the organisation between the ids: `limit` at most. */
    async callsAmong(
      orgId: OrganisationId,
      keyId: KeyId,
      { atLeast, below, limit, look }: { atLeast: number; below: number; limit: number; look: number },
    ): Promise<KeyCall[]> {
      const { rows } = await executor.execute<KeyCall>(sql`
        select event.id::float8 as id, (extract(epoch from event.at) * 1000)::float8 as "atMs", event.action,
               event.target as tool, client.name as "clientName", event.outcome, event.status,
               event.duration_ms as "durationMs", event.request_id as "requestId"
        from (
          select * from ${auditEvents} where org_id = ${orgId} and id < ${below} and id >= ${atLeast}
          order by id desc limit ${look}
        ) event
        left join ${clients} client on client.id = event.client_id
        where event.key_id = ${keyId} and event.phase <> 'intent'
          and event.action in ('tool.call', 'api.call', 'file.download', 'prompt.get', 'resource.read')
        order by event.id desc limit ${limit}`);
      return rows;
    },
  };
}
