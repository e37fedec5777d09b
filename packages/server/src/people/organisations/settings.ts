import { toAuditRow } from '../../audit/entry.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { cleanDisplayName } from '../display-name.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

/** In days: how long a connection lasts that is made from now on. */
export const REFRESH_DAYS = [1, 7, 30, 90] as const;

export interface OrganisationSettings {
  readonly name: string;
  readonly refreshDays: number;
}

export type SettingsFault = 'name_missing' | 'changed_meanwhile' | 'forbidden';

/** What an organisation's admins decide about it. */
export function createSettings({ store, clock }: { store: Store; clock: Clock }) {
  return {
    async of(orgId: OrganisationId): Promise<OrganisationSettings | undefined> {
      const found = await store.people.findOrganisation(orgId);
      return found && { name: found.name, refreshDays: found.refreshDays };
    },

    /** `was`: what the admin saw. Nothing is changed if it is something else by now. */
    async change(change: {
      readonly orgId: OrganisationId;
      readonly was: OrganisationSettings;
      readonly becomes: OrganisationSettings;
      readonly by: UserId;
      readonly requestId: RequestId;
    }): Promise<Result<OrganisationSettings, SettingsFault>> {
      const { by, orgId, requestId, was } = change;
      const becomes = { ...change.becomes, name: cleanDisplayName(change.becomes.name) };
      if (becomes.name === '') return fail('name_missing');
      return refusableTransaction<OrganisationSettings, SettingsFault>(store, async (queries) => {
        // Whoever removes a member holds on to the same row.
        if (!(await queries.people.changeSettings(orgId, was, becomes))) return fail('changed_meanwhile');
        const role = await queries.people.roleOf(orgId, by);
        if (role === undefined || !can(role, 'settings.manage')) return fail('forbidden');
        await queries.audit.insertMany([
          toAuditRow(
            {
              orgId,
              action: 'organisation.settings_changed',
              actor: { kind: 'user', id: by },
              target: orgId,
              requestId,
              outcome: 'ok',
              detail: { from: was, to: becomes },
            },
            'event',
            clock,
          ),
        ]);
        return ok(becomes);
      });
    },
  };
}

export type Settings = ReturnType<typeof createSettings>;
