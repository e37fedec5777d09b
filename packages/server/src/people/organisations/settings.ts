import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { cleanDisplayName } from '../display-name.ts';
import { changeSetting, type SettingChange, type SettingFault } from './change-setting.ts';

/** In days: how long a connection lasts that is made from now on. */
export const REFRESH_DAYS = [1, 7, 30, 90] as const;

export interface OrganisationSettings {
  readonly name: string;
  readonly refreshDays: number;
}

export type SettingsFault = 'name_missing' | SettingFault;

/** What an organisation's admins decide about it. */
export function createSettings({ store, clock }: { store: Store; clock: Clock }) {
  return {
    async of(orgId: OrganisationId): Promise<OrganisationSettings | undefined> {
      const found = await store.people.findOrganisation(orgId);
      return found && { name: found.name, refreshDays: found.refreshDays };
    },

    async change(
      change: SettingChange<OrganisationSettings>,
    ): Promise<Result<OrganisationSettings, SettingsFault>> {
      const { orgId, was } = change;
      const becomes = { ...change.becomes, name: cleanDisplayName(change.becomes.name) };
      if (becomes.name === '') return fail('name_missing');
      const changed = await changeSetting(
        { clock, store },
        {
          ...change,
          action: 'organisation.settings_changed',
          needs: 'settings.manage',
          tellsNodes: false,
          detail: { from: was, to: becomes },
        },
        (queries) => queries.people.changeSettings(orgId, was, becomes),
      );
      return changed.ok ? ok(becomes) : changed;
    },
  };
}

export type Settings = ReturnType<typeof createSettings>;
