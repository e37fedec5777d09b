import { importText } from '../../text/import.ts';
import type { Begin } from './begin.ts';

const text = importText.fetch;
const ADDRESS_CHARACTERS_MAX = 2048;

/** What is typed: an address, or the document itself. */
export function SourceFields({
  begin,
  onChange,
}: {
  begin: Begin;
  onChange: (changed: Partial<Begin>) => void;
}) {
  if (begin.kind === 'paste') {
    return (
      <div className="field">
        <label htmlFor="import-text">{text.paste}</label>
        <textarea
          id="import-text"
          className="input code"
          required
          rows={12}
          autoComplete="off"
          spellCheck={false}
          aria-describedby="import-text-hint"
          value={begin.pasted}
          onChange={(event) => onChange({ pasted: event.target.value })}
        />
        <p id="import-text-hint" className="hint">
          {text.pasteHint}
        </p>
      </div>
    );
  }
  const isServer = begin.kind === 'mcp';
  return (
    <>
      <div className="field">
        <label htmlFor="import-url">{isServer ? text.mcpUrl : text.url}</label>
        <input
          id="import-url"
          type="url"
          className="input"
          required
          placeholder="https://"
          maxLength={ADDRESS_CHARACTERS_MAX}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={isServer ? undefined : 'import-url-hint'}
          value={isServer ? begin.mcpUrl : begin.url}
          onChange={({ target: { value } }) => onChange(isServer ? { mcpUrl: value } : { url: value })}
        />
        {isServer ? null : (
          <p id="import-url-hint" className="hint">
            {text.urlHint}
          </p>
        )}
      </div>
      {isServer ? (
        <div className="field">
          <label htmlFor="import-transport">{text.transport}</label>
          <select
            id="import-transport"
            className="input"
            value={begin.transport}
            onChange={(event) =>
              onChange({ transport: event.target.value === 'sse' ? 'sse' : 'streamable-http' })
            }
          >
            <option value="streamable-http">{text.transports['streamable-http']}</option>
            <option value="sse">{text.transports.sse}</option>
          </select>
        </div>
      ) : null}
    </>
  );
}
