import { sql } from 'drizzle-orm';
import type { GrantId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { changes, grants, keys } from '../schema.ts';
import { insertOfRow, type AuditRow } from './audit-events.ts';
import { announce, type Change } from './changes.ts';

/** How a grant ends: with its key, with word of it to every node, and on record, in one statement (see `announce`). */
export function createGrantEndQueries(executor: Executor, onChangeAdded: (change: Change) => void) {
  return {
    /**
     * With it end its access tokens and its refresh family. False: it was over before, and `record` is not kept. The grant
     * is locked before its key, as by everyone who ends both; the key was made in the grant's own transaction, so whoever
     * sees one sees both.
     */
    async end(orgId: OrganisationId, grantId: GrantId, reason: string, record: AuditRow): Promise<boolean> {
      const adding = sql`
        ended as (
          update ${grants} set revoked_at = now(), revoked_reason = ${reason}
          where org_id = ${orgId} and id = ${grantId} and revoked_at is null
          returning id
        ),
        ended_key as (
          update ${keys} set revoked_at = now()
          where org_id = ${orgId} and grant_id in (select id from ended) and revoked_at is null
          returning id
        ),
        recorded as (
          ${insertOfRow(record)} where exists (select from ended)
        ),
        added as (
          insert into ${changes} (kind, subject)
          select 'grant', id from ended union all select 'key', id from ended_key
          returning id, kind, subject
        )`;
      return (await announce(executor, adding, onChangeAdded)) > 0;
    },
  };
}
