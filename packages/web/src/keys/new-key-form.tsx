import { useState } from 'react';
import type { Access, NewKey } from '../api/types.ts';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const NAME_CHARACTERS_MAX = 80;
const EXPIRIES: readonly { value: string; days: NewKey['expires_in_days']; text: string }[] = [
  { value: '7', days: 7, text: '7 days' },
  { value: '30', days: 30, text: '30 days' },
  { value: '90', days: 90, text: '90 days' },
  { value: '365', days: 365, text: '365 days' },
  { value: 'none', days: null, text: 'No expiry' },
];

interface NewKeyFormProps {
  fullRefused: string | undefined;
  pending: boolean;
  error: unknown;
  onSubmit: (key: NewKey) => void;
  onCancel: () => void;
}

export function NewKeyForm({ fullRefused, pending, error, onSubmit, onCancel }: NewKeyFormProps) {
  const [name, setName] = useState('');
  const [access, setAccess] = useState<Access>('read');
  const [expiry, setExpiry] = useState('30');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const days = EXPIRIES.find(({ value }) => value === expiry)?.days ?? null;
        onSubmit({ name: name.trim(), access, expires_in_days: days });
      }}
    >
      <div className="field">
        <label htmlFor="key-name">Name</label>
        <input
          id="key-name"
          className="input"
          required
          pattern=".*\S.*"
          title="A name to recognise the key by"
          maxLength={NAME_CHARACTERS_MAX}
          autoComplete="off"
          data-focus-first
          aria-describedby="key-name-hint"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <p id="key-name-hint" className="hint">
          What will use it, so that you know later what stops when you revoke it.
        </p>
      </div>
      <fieldset className="field">
        <legend>Access</legend>
        <Option name="access" value="read" checked={access === 'read'} onChoose={() => setAccess('read')}>
          <b>Read-only</b>
          <span className="quiet">Looks things up, changes nothing.</span>
        </Option>
        <Option
          name="access"
          value="full"
          checked={access === 'full'}
          disabled={fullRefused !== undefined}
          onChoose={() => setAccess('full')}
        >
          <b>Full access</b>
          <span className="quiet">
            {fullRefused ?? 'Everything that your role allows, changes included.'}
          </span>
        </Option>
      </fieldset>
      <div className="field">
        <label htmlFor="key-expiry">Expires after</label>
        <select
          id="key-expiry"
          className="input"
          value={expiry}
          onChange={(event) => setExpiry(event.target.value)}
        >
          {EXPIRIES.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </div>
      {error === null || error === undefined ? null : <Problem error={error} />}
      <FormActions act="Create key" acting="Creating…" pending={pending} holds onCancel={onCancel} />
    </form>
  );
}
