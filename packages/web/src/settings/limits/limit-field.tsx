import { limitsText as text } from '../../text/limits.ts';
import { quotaText } from '../../text/quota.ts';

interface LimitFieldProps {
  id: string;
  label: string;
  hint: string;
  /** Null: no end. */
  most: number | null;
  /** What was called lately, as a sentence. */
  busiest: string;
  value: number | null;
  was: number | null;
  /** Somebody else made it what it was, while the form was filled in. */
  isTheirs: boolean;
  onChange: (calls: number | null) => void;
}

/** A number of calls; empty: none of the organisation's own. */
export function LimitField({
  busiest,
  hint,
  id,
  isTheirs,
  label,
  most,
  onChange,
  value,
  was,
}: LimitFieldProps) {
  const hintId = `${id}-hint`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input short-input"
        type="number"
        inputMode="numeric"
        min={1}
        // What stood there before the operator allowed less may stay.
        max={most === null ? undefined : Math.max(most, was ?? 0)}
        step={1}
        autoComplete="off"
        placeholder={most === null ? quotaText.noEndPlaceholder : String(most)}
        aria-describedby={hintId}
        // The browser keeps what is no number, and says so when the form is sent.
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
      />
      <p className="hint" id={hintId}>
        {hint} {most === null ? quotaText.noEnd : text.most(most)} {busiest}
      </p>
      {was !== null && most !== null && was > most && value === was ? (
        <p className="hint">{text.lowered(most)}</p>
      ) : null}
      {isTheirs && was !== value ? <p className="hint">{text.meanwhile(was)}</p> : null}
    </div>
  );
}
