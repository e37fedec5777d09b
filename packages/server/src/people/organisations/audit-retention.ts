import { AUDIT_DAYS_MIN } from '../../kernel/audit-days.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import type { AuditDays } from '../../store/queries/audit-retention.ts';
import type { Store } from '../../store/store.ts';
import { changeSetting, type SettingChange, type SettingFault } from './change-setting.ts';

/** For how long audit rows may be kept, if not for ever. Days. */
export const AUDIT_DAYS = [AUDIT_DAYS_MIN, 90, 180, 365, 730, 2555] as const;

export type AuditRetentionFault = SettingFault;

/** How long an organisation keeps its audit log. */
export function createAuditRetention({ clock, store }: { clock: Clock; store: Store }) {
  return {
    of: (orgId: OrganisationId) => store.auditRetention.of(orgId),

    change(change: SettingChange<AuditDays>): Promise<Result<void, AuditRetentionFault>> {
      const { becomes, orgId, was } = change;
      return changeSetting(
        { clock, store },
        {
          ...change,
          action: 'organisation.audit_retention_changed',
          needs: 'audit.retain',
          tellsNodes: false,
          detail: { from: { days: was }, to: { days: becomes } },
        },
        (queries) => queries.auditRetention.change(orgId, was, becomes),
      );
    },
  };
}

export type OrganisationAuditRetention = ReturnType<typeof createAuditRetention>;
