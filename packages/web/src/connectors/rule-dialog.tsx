import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { connectorQuery } from '../api/connectors.ts';
import { connectorsQuery, setToolRule } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Role, ToolRule } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { ruleDialogText as text } from '../text/connectors.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { DescriptionField } from './description-field.tsx';

const CONFIRMATION_CHARACTERS_MAX = 500;
const ROLES = Object.keys(ROLE_NAMES) as Role[];

export interface RuleSubject {
  /** A tool's name; `*`: all. */
  tool: string;
  title: string;
  rule: ToolRule;
  /** What its connector says of the tool; absent: it is about all of them. */
  own?: string;
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
  const kind = useQuery(connectorQuery(org, connector)).data?.kind;
  const unsaid = subject.tool === '*' ? text.asConnector : text.asForAll;
  return (
    <Dialog
      title={
        <>
          {text.title}
          <bdi>{subject.title}</bdi>
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
          <legend>{text.use}</legend>
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
          <legend>{text.access}</legend>
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
          <label htmlFor="confirmation">{text.confirmation}</label>
          <input
            id="confirmation"
            className="input"
            maxLength={CONFIRMATION_CHARACTERS_MAX}
            autoComplete="off"
            placeholder={text.confirmationNone}
            value={rule.confirmation ?? ''}
            onChange={(event) =>
              change({ confirmation: event.target.value === '' ? null : event.target.value })
            }
          />
          <p className="hint">{text.confirmationHint(subject.tool === '*')}</p>
        </div>
        {subject.own === undefined || kind !== 'openapi' ? null : (
          <DescriptionField
            own={subject.own}
            description={rule.description}
            onChange={(description) => change({ description })}
          />
        )}
        {saving.isError ? <Problem error={saving.error} /> : null}
        <FormActions act={text.act} acting={text.acting} pending={saving.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

const USES = [
  { enabled: null, name: 'unsaid' },
  { enabled: true, name: text.on },
  { enabled: false, name: text.off },
] as const;

const ACCESSES = [
  { access: null, name: 'unsaid' },
  { access: 'read', name: text.read },
  { access: 'full', name: text.full },
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
      <legend>{text.offeredTo}</legend>
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
