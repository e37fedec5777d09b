import { companySignInText } from '../text/company-sign-in.ts';
import { Option } from '../ui/option.tsx';

const text = companySignInText.provider;
const SECRET_CHARACTERS_MAX = 1024;

export interface SecretChoice {
  kind: 'keep' | 'new' | 'none';
  value: string;
}

interface SecretFieldProps {
  secret: SecretChoice;
  /** Whether there is one that could be kept. */
  stored: boolean;
  onChange: (secret: SecretChoice) => void;
}

export function SecretField({ onChange, secret, stored }: SecretFieldProps) {
  const choose = (kind: SecretChoice['kind']) => onChange({ ...secret, kind });
  return (
    <fieldset className="field">
      <legend>{text.secret}</legend>
      {stored ? (
        <Option name="secret" value="keep" checked={secret.kind === 'keep'} onChoose={() => choose('keep')}>
          {text.secretKeep}
        </Option>
      ) : null}
      <Option name="secret" value="new" checked={secret.kind === 'new'} onChoose={() => choose('new')}>
        {text.secretNew}
        <span className="quiet">{text.secretNewHint}</span>
      </Option>
      {secret.kind === 'new' ? (
        <div className="field">
          <label htmlFor="client-secret">{text.secretLabel}</label>
          <input
            id="client-secret"
            type="password"
            className="input"
            required
            maxLength={SECRET_CHARACTERS_MAX}
            autoComplete="off"
            value={secret.value}
            onChange={(event) => onChange({ kind: 'new', value: event.target.value })}
          />
        </div>
      ) : null}
      <Option name="secret" value="none" checked={secret.kind === 'none'} onChoose={() => choose('none')}>
        {text.secretNone}
        <span className="quiet">{text.secretNoneHint}</span>
      </Option>
    </fieldset>
  );
}
