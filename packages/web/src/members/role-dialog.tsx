import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { membersKey, setMemberRole, type Member } from '../api/members.ts';
import { meQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Role } from '../api/types.ts';
import { ROLE_NAMES, rolesToGive } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { roleText as text } from '../text/members.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { useIsLastOwner } from './use-last-owner.ts';

interface RoleDialogProps {
  member: Member;
  onChanged: (role: Role) => void;
  onClose: () => void;
}

export function RoleDialog({ member, onChanged, onClose }: RoleDialogProps) {
  const { slug: org, role: own } = useOrganisation();
  const isLastOwner = useIsLastOwner(member);
  const [role, setRole] = useState(member.role);
  const changing = useMutation({
    mutationFn: async () => {
      try {
        await setMemberRole(org, member.id, role);
      } finally {
        // Also after a refusal: another admin may have been quicker.
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: membersKey(org) }),
          queryClient.invalidateQueries(meQuery),
        ]);
      }
    },
    onSuccess: () => onChanged(role),
  });
  return (
    <Dialog
      onClose={onClose}
      title={
        <>
          {text.title}
          <bdi>{member.name}</bdi>
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
          <legend>{text.legend}</legend>
          {rolesToGive(own, member.role).map((one) => (
            <Option
              key={one}
              name="role"
              value={one}
              checked={role === one}
              disabled={isLastOwner && one !== 'owner'}
              onChoose={() => setRole(one)}
            >
              <b>{ROLE_NAMES[one]}</b>
              <span className="quiet">{text.whatItMay[one]}</span>
            </Option>
          ))}
        </fieldset>
        <p className="small quiet">
          {isLastOwner ? text.lastOwner : text.effect(member.connections, member.keys)}
        </p>
        {changing.isError ? <Problem error={changing.error} /> : null}
        <FormActions
          act={text.act}
          acting={text.acting}
          pending={changing.isPending}
          idle={role === member.role}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
