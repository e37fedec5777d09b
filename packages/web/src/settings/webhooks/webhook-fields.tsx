import type { WebhookSettings } from '../../api/webhooks.ts';
import { webhooksText } from '../../text/webhooks.ts';

const text = webhooksText.form;
const URL_CHARACTERS_MAX = 2048;
const DESCRIPTION_CHARACTERS_MAX = 80;

interface WebhookFieldsProps {
  settings: WebhookSettings;
  onChange: (settings: WebhookSettings) => void;
}

/** What an admin says of a webhook. */
export function WebhookFields({ onChange, settings }: WebhookFieldsProps) {
  const { description, events, url } = settings;
  return (
    <>
      <div className="field">
        <label htmlFor="webhook-url">{text.url}</label>
        <input
          id="webhook-url"
          className="input"
          type="url"
          required
          data-focus-first
          pattern="https://.+"
          title={text.urlHint}
          maxLength={URL_CHARACTERS_MAX}
          autoComplete="off"
          spellCheck={false}
          placeholder="https://"
          aria-describedby="webhook-url-hint"
          value={url}
          onChange={(event) => onChange({ ...settings, url: event.target.value })}
        />
        <p className="hint" id="webhook-url-hint">
          {text.urlHint}
        </p>
      </div>
      <div className="field">
        <label htmlFor="webhook-description">{text.description}</label>
        <input
          id="webhook-description"
          className="input"
          maxLength={DESCRIPTION_CHARACTERS_MAX}
          autoComplete="off"
          value={description}
          onChange={(event) => onChange({ ...settings, description: event.target.value })}
        />
      </div>
      <fieldset className="field">
        <legend>{text.events}</legend>
        <div className="webhook-kinds">
          {webhooksText.kinds.map(({ id, name, why }) => (
            <label key={id} className="option">
              <input
                type="checkbox"
                name="events"
                value={id}
                checked={events.includes(id)}
                onChange={() => onChange({ ...settings, events: toggled(events, id) })}
              />
              <span className="option-text">
                <b>{name}</b>
                <span className="quiet">{why}</span>
              </span>
            </label>
          ))}
        </div>
        {events.length === 0 ? <p className="hint">{text.eventsMissing}</p> : null}
      </fieldset>
    </>
  );
}

/** In the order of the list, as they are stored. */
function toggled(events: readonly string[], id: string): string[] {
  return webhooksText.kinds.map((kind) => kind.id).filter((one) => (one === id) !== events.includes(one));
}
