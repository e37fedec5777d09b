const CHARACTERS_MAX = 8192;

interface TextFieldProps {
  id: string;
  label: string;
  hint?: string;
  value: string;
  required?: boolean;
  /** It is covered, and nothing offers to remember it. */
  secret?: boolean;
  onChange: (value: string) => void;
}

export function TextField({
  hint,
  id,
  label,
  onChange,
  required = false,
  secret = false,
  value,
}: TextFieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={secret ? 'password' : 'text'}
        className="input"
        required={required}
        maxLength={CHARACTERS_MAX}
        autoComplete={secret ? 'new-password' : 'off'}
        spellCheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  );
}
