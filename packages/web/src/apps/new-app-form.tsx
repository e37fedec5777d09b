import { useState } from 'react';
import type { NewApp } from '../api/apps.ts';
import { KeySourceField } from '../public-keys/key-source-field.tsx';
import { newAppText as text } from '../text/apps.ts';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { METHOD_NAMES, type AppKind } from './app-words.ts';
import { EMPTY_DRAFT, methodOf, methodsFor, newAppOf, type AppDraft } from './new-app.ts';
import { RedirectUrisField } from './redirect-uris-field.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const NAME_CHARACTERS_MAX = 80;

const KINDS = ['people', 'machine', 'exchange'] as const satisfies readonly AppKind[];

interface NewAppFormProps {
  pending: boolean;
  error: unknown;
  onSubmit: (app: NewApp) => void;
  onCancel: () => void;
}

export function NewAppForm({ pending, error, onSubmit, onCancel }: NewAppFormProps) {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const change = (changed: Partial<AppDraft>): void => setDraft({ ...draft, ...changed });
  const method = methodOf(draft);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(newAppOf(draft));
      }}
    >
      <div className="field">
        <label htmlFor="app-name">{text.name}</label>
        <input
          id="app-name"
          className="input"
          required
          pattern=".*\S.*"
          title={text.nameTitle}
          maxLength={NAME_CHARACTERS_MAX}
          autoComplete="off"
          data-focus-first
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
        />
      </div>
      <fieldset className="field">
        <legend>{text.actsFor}</legend>
        {KINDS.map((kind) => (
          <Option
            key={kind}
            name="kind"
            value={kind}
            checked={draft.kind === kind}
            onChoose={() => change({ kind })}
          >
            <b>{text.kinds[kind].name}</b>
            <span className="quiet">{text.kinds[kind].more}</span>
          </Option>
        ))}
      </fieldset>
      {draft.kind === 'people' ? (
        <RedirectUrisField value={draft.redirectUris} onChange={(redirectUris) => change({ redirectUris })} />
      ) : null}
      {draft.kind === 'machine' ? (
        <AgentRoleField role={draft.agentRole} onChange={(agentRole) => change({ agentRole })} />
      ) : null}
      <div className="field">
        <label htmlFor="app-method">{text.proves}</label>
        <select
          id="app-method"
          className="input"
          value={method}
          onChange={(event) => {
            const chosen = methodsFor(draft.kind).find((one) => one === event.target.value);
            if (chosen !== undefined) change({ method: chosen });
          }}
        >
          {methodsFor(draft.kind).map((one) => (
            <option key={one} value={one}>
              {one === 'none' ? METHOD_NAMES[one] : `${METHOD_NAMES[one]} (${one})`}
            </option>
          ))}
        </select>
      </div>
      {method === 'private_key_jwt' ? (
        <KeySourceField
          kinds={['address', 'pasted']}
          source={draft.keys}
          onChange={(keys) => change({ keys })}
        />
      ) : null}
      {draft.kind === 'exchange' || method === 'none' ? null : (
        <label className="option">
          <input
            type="checkbox"
            name="exchange"
            checked={draft.exchange}
            onChange={(event) => change({ exchange: event.target.checked })}
          />
          <span className="option-text">
            <b>{text.exchange}</b>
            <span className="quiet">{text.exchangeMore}</span>
          </span>
        </label>
      )}
      {error === null || error === undefined ? null : <Problem error={error} />}
      <FormActions act={text.act} acting={text.acting} pending={pending} holds onCancel={onCancel} />
    </form>
  );
}

function AgentRoleField({
  role,
  onChange,
}: {
  role: AppDraft['agentRole'];
  onChange: (role: AppDraft['agentRole']) => void;
}) {
  return (
    <fieldset className="field">
      <legend>{text.role}</legend>
      <Option name="role" value="viewer" checked={role === 'viewer'} onChoose={() => onChange('viewer')}>
        <b>{text.viewer}</b>
        <span className="quiet">{text.viewerMore}</span>
      </Option>
      <Option name="role" value="member" checked={role === 'member'} onChoose={() => onChange('member')}>
        <b>{text.member}</b>
        <span className="quiet">{text.memberMore}</span>
      </Option>
    </fieldset>
  );
}
