import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery, membersQuery, setMemberRole } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Member, Role } from '../api/types.ts';
import { ROLE_NAMES, rolesToGive } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const WHAT_IT_MAY: Readonly<Record<Role, string>> = {
  owner: 'Everything, and who else is an owner.',
  admin: 'Members, agents, apps and connectors.',
  member: 'Connect apps and make keys, with full access too.',
  viewer: 'Connect apps and make keys, read-only.',
};

interface RoleDialogProps {
  member: Member;
  onChanged: (role: Role) => void;
  onClose: () => void;
}

export function RoleDialog({ member, onChanged, onClose }: RoleDialogProps) {
  const { slug: org, role: own } = useOrganisation();
  const [role, setRole] = useState(member.role);
  const changing = useMutation({
    mutationFn: async () => {
      await setMemberRole(org, member.id, role);
      await Promise.all([
        queryClient.invalidateQueries(membersQuery(org)),
        queryClient.invalidateQueries(meQuery),
      ]);
    },
    onSuccess: () => onChanged(role),
  });
  return (
    <Dialog
      onClose={onClose}
      title={
        <>
          Role of <bdi>{member.name}</bdi>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate();
        }}
      >
        <fieldset className="field">
          <legend>Role</legend>
          {rolesToGive(own, member.role).map((one) => (
            <Option key={one} name="role" value={one} checked={role === one} onChoose={() => setRole(one)}>
              <b>{ROLE_NAMES[one]}</b>
              <span className="quiet">{WHAT_IT_MAY[one]}</span>
            </Option>
          ))}
        </fieldset>
        <p className="small quiet">
          It holds at once for everything that they connected: with less, apps do less from the next call on.
        </p>
        {changing.isError ? <Problem error={changing.error} /> : null}
        <FormActions
          act="Change role"
          acting="Changing…"
          pending={changing.isPending}
          idle={role === member.role}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
