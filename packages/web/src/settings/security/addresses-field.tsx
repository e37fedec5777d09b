import { securityText } from '../../text/security.ts';
import { Choice } from './choice.tsx';

const { addresses: text } = securityText;

interface AddressesFieldProps {
  /** As it was typed. */
  typed: string;
  scope: 'own' | 'all';
  /** Where the person is. */
  address: string | null;
  /** The list as it is now, where somebody else changed it meanwhile. */
  theirs: readonly string[] | undefined;
  theirScope: 'own' | 'all' | undefined;
  onType: (typed: string) => void;
  onScope: (scope: 'own' | 'all') => void;
}

/** From where the organisation answers. */
export function AddressesField(props: AddressesFieldProps) {
  const { address, onScope, onType, scope, theirScope, theirs, typed } = props;
  const own = address ?? '';
  const isIn = typed.split(/\s|,|;/).includes(own);
  return (
    <>
      <div className="field">
        <label htmlFor="addresses">{text.label}</label>
        <textarea
          id="addresses"
          className="input addresses"
          rows={4}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          aria-describedby="addresses-hint"
          value={typed}
          onChange={(event) => onType(event.target.value)}
        />
        <p className="hint" id="addresses-hint">
          {text.hint}{' '}
          {address === null ? (
            text.unknown
          ) : (
            <>
              {text.youAre} <code>{address}</code>.
            </>
          )}
        </p>
        {theirs === undefined ? null : (
          <p className="hint">
            {securityText.meanwhileAddresses}{' '}
            {theirs.length === 0 ? securityText.noAddresses : <code>{theirs.join(' ')}</code>}
          </p>
        )}
        {address === null || isIn ? null : (
          <p>
            <button
              type="button"
              className="button secondary"
              onClick={() => onType(typed.trim() === '' ? own : `${typed.trimEnd()}\n${own}`)}
            >
              {text.add}
            </button>
          </p>
        )}
      </div>
      <Choice
        name="address_scope"
        title={text.scope}
        options={text.options}
        value={scope}
        theirs={theirScope}
        onChoose={onScope}
      />
    </>
  );
}
