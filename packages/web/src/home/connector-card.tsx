import { useRef } from 'react';
import type { Organisation } from '../api/types.ts';
import { connectorCardText as text } from '../text/home.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { addToClaudeUrl, reachOf } from './claude-link.ts';

export function ConnectorCard({ organisation }: { organisation: Organisation }) {
  const { name, connector_url: url } = organisation;
  const shown = useRef<HTMLElement>(null);
  const reach = reachOf(url);
  return (
    <section className="sheet" aria-labelledby="connector">
      <h2 id="connector">{text.title}</h2>
      <div className="connector">
        <code ref={shown} className="connector-url">
          {url}
        </code>
        <div className="connector-actions">
          <CopyButton text={url} what={text.what} shownIn={shown} primary={reach !== 'public'} />
          {reach === 'public' ? (
            <a className="button" href={addToClaudeUrl({ name, url })} target="_blank" rel="noreferrer">
              {text.add}
              <span className="for-screen-readers">{text.opens}</span>
            </a>
          ) : null}
        </div>
      </div>
      {reach === 'public' ? null : <p className="note">{text.whyNot[reach]}</p>}
    </section>
  );
}
