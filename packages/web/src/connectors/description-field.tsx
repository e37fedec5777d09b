import { descriptionText as text } from '../text/connectors.ts';
import { Foreign } from '../ui/foreign.tsx';

const CHARACTERS_MAX = 1000;
const SHOWN_MAX = 400;

/** What models read of a tool. Empty: what its API says, which stands below. */
export function DescriptionField({
  description,
  onChange,
  own,
}: {
  description: string | null;
  own: string;
  onChange: (description: string | null) => void;
}) {
  return (
    <div className="field">
      <label htmlFor="description">{text.label}</label>
      <textarea
        id="description"
        className="input"
        rows={3}
        maxLength={CHARACTERS_MAX}
        aria-describedby="description-hint"
        value={description ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      />
      <p id="description-hint" className="hint">
        {text.hint} “<Foreign text={own} max={SHOWN_MAX} />”
      </p>
      {description === null ? null : (
        <button type="button" className="button secondary small-button" onClick={() => onChange(null)}>
          {text.undo}
        </button>
      )}
    </div>
  );
}
