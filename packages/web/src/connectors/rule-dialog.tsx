import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { connectorsQuery, setToolRule } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Role, ToolRule } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const CONFIRMATION_CHARACTERS_MAX = 500;
const ROLES = Object.keys(ROLE_NAMES) as Role[];

export interface RuleSubject {
  /** A tool's name; `*`: all. */
  tool: string;
  title: string;
  rule: ToolRule;
}

interface RuleDialogProps {
  connector: string;
  subject: RuleSubject;
  onSaved: () => void;
  onClose: () => void;
}

export function RuleDialog({ connector, onClose, onSaved, subject }: RuleDialogProps) {
  const { slug: org } = useOrganisation();
  const [rule, setRule] = useState(subject.rule);
  const change = (changed: Partial<ToolRule>): void => setRule({ ...rule, ...changed });
  const saving = useMutation({
    mutationFn: async () => {
      await setToolRule(org, connector, { tool: subject.tool, ...rule });
      await queryClient.invalidateQueries(connectorsQuery(org));
    },
    onSuccess: onSaved,
  });
  const unsaid = subject.tool === '*' ? 'As the connector says' : 'As for all its tools';
  return (
    <Dialog
      title={
        <>
          What becomes of <bdi>{subject.title}</bdi>
        </>
      }
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <fieldset className="field">
          <legend>Use</legend>
          {USES.map(({ enabled, name }) => (
            <Option
              key={name}
              name="enabled"
              value={name}
              checked={rule.enabled === enabled}
              onChoose={() => change({ enabled })}
            >
              {enabled === null ? unsaid : name}
            </Option>
          ))}
        </fieldset>
        <fieldset className="field">
          <legend>Access that it takes</legend>
          {ACCESSES.map(({ access, name }) => (
            <Option
              key={name}
              name="access"
              value={name}
              checked={rule.access === access}
              onChoose={() => change({ access })}
            >
              {access === null ? unsaid : name}
            </Option>
          ))}
        </fieldset>
        <RoleChoice roles={rule.roles} onChange={(roles) => change({ roles })} />
        <div className="field">
          <label htmlFor="confirmation">What a person has to agree to first</label>
          <input
            id="confirmation"
            className="input"
            maxLength={CONFIRMATION_CHARACTERS_MAX}
            autoComplete="off"
            placeholder="Nothing"
            value={rule.confirmation ?? ''}
            onChange={(event) =>
              change({ confirmation: event.target.value === '' ? null : event.target.value })
            }
          />
          <p className="hint">
            {subject.tool === '*'
              ? 'Asked before each tool that can change something.'
              : 'Asked before each call.'}{' '}
            Such as: “This sends mail to customers.”
          </p>
        </div>
        {saving.isError ? <Problem error={saving.error} /> : null}
        <FormActions act="Save" acting="Saving…" pending={saving.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

const USES = [
  { enabled: null, name: 'unsaid' },
  { enabled: true, name: 'On' },
  { enabled: false, name: 'Off: nobody is offered it' },
] as const;

const ACCESSES = [
  { access: null, name: 'unsaid' },
  { access: 'read', name: 'Read-only is enough' },
  { access: 'full', name: 'Full access' },
] as const;

/** All roles is the same as no word about roles: who comes later is meant too. */
function RoleChoice({
  onChange,
  roles,
}: {
  roles: readonly Role[] | null;
  onChange: (roles: Role[] | null) => void;
}) {
  const chosen = roles ?? ROLES;
  return (
    <fieldset className="field">
      <legend>Offered to</legend>
      {ROLES.map((role) => (
        <label key={role} className="option">
          <input
            type="checkbox"
            name="roles"
            value={role}
            checked={chosen.includes(role)}
            // The last one stays: a tool for nobody is one that is off.
            disabled={chosen.length === 1 && chosen.includes(role)}
            onChange={() => {
              const next = ROLES.filter((one) => (one === role) !== chosen.includes(one));
              onChange(next.length === ROLES.length ? null : next);
            }}
          />
          <span className="option-text">{ROLE_NAMES[role]}</span>
        </label>
      ))}
    </fieldset>
  );
}
