import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { allAgents, createAgent } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { NewAgent } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { newAgentText as text } from '../text/agents.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const NAME_CHARACTERS_MAX = 80;

interface NewAgentDialogProps {
  onCreated: (name: string) => void;
  onClose: () => void;
}

export function NewAgentDialog({ onCreated, onClose }: NewAgentDialogProps) {
  const { slug: org } = useOrganisation();
  const [name, setName] = useState('');
  const [role, setRole] = useState<NewAgent['role']>('viewer');
  const creating = useMutation({
    mutationFn: async (agent: NewAgent) => {
      await createAgent(org, agent);
      await queryClient.invalidateQueries(allAgents(org));
    },
    onSuccess: (_, agent) => onCreated(agent.name),
  });
  return (
    <Dialog title={text.title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          creating.mutate({ name: name.trim(), role });
        }}
      >
        <div className="field">
          <label htmlFor="agent-name">{text.name}</label>
          <input
            id="agent-name"
            className="input"
            required
            pattern=".*\S.*"
            title={text.nameTitle}
            maxLength={NAME_CHARACTERS_MAX}
            autoComplete="off"
            data-focus-first
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <fieldset className="field">
          <legend>{text.role}</legend>
          <Option name="role" value="viewer" checked={role === 'viewer'} onChoose={() => setRole('viewer')}>
            <b>{text.viewer}</b>
            <span className="quiet">{text.viewerMore}</span>
          </Option>
          <Option name="role" value="member" checked={role === 'member'} onChoose={() => setRole('member')}>
            <b>{text.member}</b>
            <span className="quiet">{text.memberMore}</span>
          </Option>
        </fieldset>
        {creating.isError ? <Problem error={creating.error} /> : null}
        <FormActions act={text.act} acting={text.acting} pending={creating.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
