import { useRef } from 'react';
import type { GroupRole } from '../api/company-sign-in.ts';
import type { Role } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { companySignInText } from '../text/company-sign-in.ts';

const text = companySignInText.provider;
const GROUPS_MAX = 100;
const ROLES: readonly Role[] = ['viewer', 'member', 'admin', 'owner'];

interface GroupRolesProps {
  claim: string | null;
  groups: readonly GroupRole[];
  mayMakeOwners: boolean;
  onChange: (part: { groups_claim?: string | null; group_roles?: GroupRole[] }) => void;
}

/** Which claim names somebody's groups, and what each group makes of them. */
export function GroupRoles({ claim, groups, mayMakeOwners, onChange }: GroupRolesProps) {
  const frame = useRef<HTMLFieldSetElement>(null);
  const set = (index: number, part: Partial<GroupRole>) =>
    onChange({ group_roles: groups.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <fieldset className="field" ref={frame}>
      <legend>{text.groups}</legend>
      <p className="hint groups-lead">{text.groupsLead}</p>
      <div className="field">
        <label htmlFor="groups-claim">{text.claim}</label>
        <input
          id="groups-claim"
          className="input"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          required={groups.length > 0}
          aria-describedby="groups-claim-hint"
          value={claim ?? ''}
          onChange={(event) => {
            const typed = event.target.value.trim();
            onChange({ groups_claim: typed === '' ? null : typed });
          }}
        />
        <p id="groups-claim-hint" className="hint">
          {text.claimHint}
        </p>
      </div>
      {groups.map(({ group, role }, index) => (
        // A row is known by its place: what is typed in it changes.
        <div className="group-role" key={index}>
          <input
            className="input"
            required
            maxLength={255}
            autoComplete="off"
            spellCheck={false}
            placeholder={text.group}
            aria-label={text.groupOf(index + 1)}
            value={group}
            onChange={(event) => set(index, { group: event.target.value })}
          />
          <select
            className="input"
            aria-label={text.roleOf(index + 1)}
            value={role}
            onChange={(event) => set(index, { role: event.target.value as Role })}
          >
            {ROLES.map((one) => (
              <option key={one} value={one} disabled={one === 'owner' && !mayMakeOwners}>
                {ROLE_NAMES[one]}
              </option>
            ))}
          </select>
          <button
            type="button"
            className="button danger-quiet"
            onClick={() => {
              onChange({ group_roles: groups.filter((_, at) => at !== index) });
              frame.current?.querySelector<HTMLElement>('[data-add-group]')?.focus();
            }}
          >
            {text.removeGroup}
            <span className="for-screen-readers"> {group === '' ? text.groupOf(index + 1) : group}</span>
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button secondary small-button"
        data-add-group
        disabled={groups.length >= GROUPS_MAX}
        onClick={() => onChange({ group_roles: [...groups, { group: '', role: 'member' }] })}
      >
        {text.addGroup}
      </button>
      <p className="hint">{text.ownerNote}</p>
    </fieldset>
  );
}
