import { keySourceText as text } from '../text/public-keys.ts';
import { Option } from '../ui/option.tsx';
import { readKeySet, type KeySource } from './key-source.ts';

const ADDRESS_CHARACTERS_MAX = 2048;
const PASTED_CHARACTERS_MAX = 50_000;

interface KeySourceFieldProps {
  kinds: readonly KeySource['kind'][];
  source: KeySource;
  onChange: (source: KeySource) => void;
}

/** Asks where public keys are. What was typed for one answer is still there after another. */
export function KeySourceField({ kinds, source, onChange }: KeySourceFieldProps) {
  const isKeySet = readKeySet(source.pasted) !== undefined;
  return (
    <>
      <fieldset className="field">
        <legend>{text.legend}</legend>
        {kinds.map((kind) => (
          <Option
            key={kind}
            name="key-source"
            value={kind}
            checked={source.kind === kind}
            onChoose={() => onChange({ ...source, kind })}
          >
            {text.kinds[kind]}
          </Option>
        ))}
      </fieldset>
      {source.kind === 'address' ? (
        <div className="field">
          <label htmlFor="key-address">{text.address}</label>
          <input
            id="key-address"
            type="url"
            className="input"
            required
            placeholder="https://"
            maxLength={ADDRESS_CHARACTERS_MAX}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="key-address-hint"
            value={source.address}
            onChange={(event) => onChange({ ...source, address: event.target.value })}
          />
          <p id="key-address-hint" className="hint">
            {text.addressHint}
          </p>
        </div>
      ) : null}
      {source.kind === 'pasted' ? (
        <div className="field">
          <label htmlFor="key-set">{text.pasted}</label>
          <textarea
            id="key-set"
            className="input code"
            required
            rows={6}
            maxLength={PASTED_CHARACTERS_MAX}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="key-set-hint"
            ref={(field) => {
              field?.setCustomValidity(isKeySet ? '' : text.noKeySet);
            }}
            value={source.pasted}
            onChange={(event) => onChange({ ...source, pasted: event.target.value })}
          />
          <p id="key-set-hint" className="hint">
            {text.pastedHint}
          </p>
        </div>
      ) : null}
    </>
  );
}
