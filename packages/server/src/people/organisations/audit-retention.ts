import { toAuditRow } from '../../audit/entry.ts';
import { AUDIT_DAYS_MIN } from '../../kernel/audit-days.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { AuditDays } from '../../store/queries/audit-retention.ts';
import type { Store } from '../../store/store.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

/** For how long audit rows may be kept, if not for ever. Days. */
export const AUDIT_DAYS = [AUDIT_DAYS_MIN, 90, 180, 365, 730, 2555] as const;

export type AuditRetentionFault = 'changed_meanwhile' | 'forbidden';

/** How long an organisation keeps its audit log. */
export function createAuditRetention({ clock, store }: { clock: Clock; store: Store }) {
  return {
    of: (orgId: OrganisationId) => store.auditRetention.of(orgId),

    /** `was`: what the owner saw. Nothing is changed if it is something else by now. */
    change({
      becomes,
      by,
      orgId,
      requestId,
      was,
    }: {
      readonly orgId: OrganisationId;
      readonly was: AuditDays;
      readonly becomes: AuditDays;
      readonly by: UserId;
      readonly requestId: RequestId;
    }): Promise<Result<void, AuditRetentionFault>> {
      return refusableTransaction(store, async (queries) => {
        // Whoever removes a member holds on to the same row.
        if (!(await queries.auditRetention.change(orgId, was, becomes))) return fail('changed_meanwhile');
        const role = await queries.people.roleOf(orgId, by);
        if (role === undefined || !can(role, 'audit.retain')) return fail('forbidden');
        await queries.audit.insertMany([
          toAuditRow(
            {
              orgId,
              action: 'organisation.audit_retention_changed',
              actor: { kind: 'user', id: by },
              target: orgId,
              requestId,
              outcome: 'ok',
              detail: { from: { days: was }, to: { days: becomes } },
            },
            'event',
            clock,
          ),
        ]);
        return ok(undefined);
      });
    },
  };
}

export type OrganisationAuditRetention = ReturnType<typeof createAuditRetention>;
