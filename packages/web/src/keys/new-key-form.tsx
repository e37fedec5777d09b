import { useState } from 'react';
import type { Access, NewKey } from '../api/types.ts';
import { newKeyText as text } from '../text/key-dialogs.ts';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const NAME_CHARACTERS_MAX = 80;
const EXPIRIES = [7, 30, 90, 365, null] as const satisfies readonly NewKey['expires_in_days'][];

interface NewKeyFormProps {
  /** Why a key of full access is not to be had; undefined if it is. */
  fullRefused: string | undefined;
  /** Whether that has been found out. Until then only read-only can be chosen. */
  isFullKnown: boolean;
  callsMax: number | undefined;
  pending: boolean;
  error: unknown;
  onSubmit: (key: NewKey) => void;
  onCancel: () => void;
}

export function NewKeyForm({
  fullRefused,
  isFullKnown,
  callsMax,
  pending,
  error,
  onSubmit,
  onCancel,
}: NewKeyFormProps) {
  const [name, setName] = useState('');
  const [access, setAccess] = useState<Access>('read');
  const [expiry, setExpiry] = useState('30');
  const [limit, setLimit] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const days = EXPIRIES.find((one) => String(one) === expiry) ?? null;
        onSubmit({
          name: name.trim(),
          access,
          expires_in_days: days,
          ...(limit.trim() === '' ? {} : { calls_per_minute: Number(limit) }),
        });
      }}
    >
      <div className="field">
        <label htmlFor="key-name">{text.name}</label>
        <input
          id="key-name"
          className="input"
          required
          pattern=".*\S.*"
          title={text.nameTitle}
          maxLength={NAME_CHARACTERS_MAX}
          autoComplete="off"
          data-focus-first
          aria-describedby="key-name-hint"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <p id="key-name-hint" className="hint">
          {text.nameHint}
        </p>
      </div>
      <fieldset className="field">
        <legend>{text.access}</legend>
        <Option name="access" value="read" checked={access === 'read'} onChoose={() => setAccess('read')}>
          <b>{text.read}</b>
          <span className="quiet">{text.readMore}</span>
        </Option>
        <Option
          name="access"
          value="full"
          checked={access === 'full'}
          disabled={fullRefused !== undefined || !isFullKnown}
          onChoose={() => setAccess('full')}
        >
          <b>{text.full}</b>
          <span className="quiet">{fullRefused ?? text.fullMore}</span>
        </Option>
      </fieldset>
      <div className="field">
        <label htmlFor="key-expiry">{text.expires}</label>
        <select
          id="key-expiry"
          className="input"
          value={expiry}
          onChange={(event) => setExpiry(event.target.value)}
        >
          {EXPIRIES.map((days) => (
            <option key={String(days)} value={String(days)}>
              {days === null ? text.noExpiry : text.days(days)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="key-limit">{text.limit}</label>
        <input
          id="key-limit"
          className="input"
          type="number"
          inputMode="numeric"
          min={1}
          max={callsMax}
          step={1}
          autoComplete="off"
          aria-describedby="key-limit-hint"
          value={limit}
          onChange={(event) => setLimit(event.target.value)}
        />
        <p id="key-limit-hint" className="hint">
          {text.limitHint(callsMax)}
        </p>
      </div>
      {error === null || error === undefined ? null : <Problem error={error} />}
      <FormActions act={text.act} acting={text.acting} pending={pending} holds onCancel={onCancel} />
    </form>
  );
}
