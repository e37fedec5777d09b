import { redirectUrisText as text } from '../text/apps.ts';
import { REDIRECT_URIS_MAX, linesOf, redirectUriFault } from './new-app.ts';

export function RedirectUrisField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="field">
      <label htmlFor="redirect-uris">{text.label}</label>
      <textarea
        id="redirect-uris"
        className="input code"
        required
        rows={2}
        autoComplete="off"
        spellCheck={false}
        placeholder="https://"
        aria-describedby="redirect-uris-hint"
        ref={(field) => {
          field?.setCustomValidity(linesOf(value).length === 0 ? '' : redirectUriFault(value));
        }}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id="redirect-uris-hint" className="hint">
        {text.hint(REDIRECT_URIS_MAX)}
      </p>
    </div>
  );
}
