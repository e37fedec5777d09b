import { useState } from 'react';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { FieldBlockers } from '../field-blockers.tsx';
import type { Draft } from '../use-draft.ts';

const text = importText.auth;
const ADDRESS_CHARACTERS_MAX = 2048;

export function BaseUrlField({ draft, servers }: { draft: Draft; servers: readonly string[] }) {
  // What is no address yet is the page's alone: the server takes addresses.
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const baseUrl = typed ?? draft.settings.base_url ?? '';
  const others = servers.filter((server) => server !== baseUrl);
  return (
    <div className="field">
      <label htmlFor="base-url">{text.baseUrl}</label>
      <input
        id="base-url"
        type="url"
        className="input"
        required
        placeholder="https://"
        maxLength={ADDRESS_CHARACTERS_MAX}
        autoComplete="off"
        spellCheck={false}
        aria-describedby="base-url-hint"
        value={baseUrl}
        onChange={({ target: { value } }) => {
          const address = value.trim();
          const isFit = address === '' || isAddress(address);
          setTyped(isFit ? undefined : value);
          if (isFit) draft.change({ fields: { base_url: address === '' ? null : address } });
        }}
      />
      {typed === undefined ? null : <p className="hint status-warning">{text.noAddress}</p>}
      <p id="base-url-hint" className="hint">
        {text.baseUrlHint}
      </p>
      <FieldBlockers view={draft.view} field="base_url" />
      {others.length === 0 ? null : (
        <div className="hint">
          {text.servers}
          <ul className="address-list">
            {others.slice(0, 10).map((server) => (
              <li key={server}>
                <code>
                  <Foreign text={server} />
                </code>{' '}
                <button
                  type="button"
                  className="button secondary small-button"
                  onClick={() => {
                    setTyped(undefined);
                    draft.change({ fields: { base_url: server } });
                  }}
                >
                  {text.useServer}
                  <span className="for-screen-readers">
                    {' '}
                    (<Foreign text={server} />)
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function isAddress(text: string): boolean {
  return /^https?:\/\/./i.test(text) && URL.canParse(text);
}
