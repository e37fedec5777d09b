import { useRef } from 'react';
import type { Organisation } from '../api/types.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { addToClaudeUrl, reachOf, type Reach } from './claude-link.ts';

const WHY_NOT: Readonly<Record<Exclude<Reach, 'public'>, string>> = {
  'this-computer':
    'claude.ai cannot reach this address: it is on this computer. Claude Code and other apps on this computer can.',
  'private-network':
    'claude.ai cannot reach this address: it is in a private network. Apps inside that network can.',
  'not-https':
    'claude.ai connects to https addresses alone, and this one is http. Ask whoever runs Latchkey to put it behind https.',
};

export function ConnectorCard({ organisation }: { organisation: Organisation }) {
  const { name, connector_url: url } = organisation;
  const shown = useRef<HTMLElement>(null);
  const reach = reachOf(url);
  return (
    <section className="sheet" aria-labelledby="connector">
      <h2 id="connector">Connector URL</h2>
      <div className="connector">
        <code ref={shown} className="connector-url">
          {url}
        </code>
        <div className="connector-actions">
          <CopyButton text={url} what="the connector URL" shownIn={shown} primary={reach !== 'public'} />
          {reach === 'public' ? (
            <a className="button" href={addToClaudeUrl({ name, url })} target="_blank" rel="noreferrer">
              Add to Claude
              <span className="for-screen-readers"> (opens claude.ai)</span>
            </a>
          ) : null}
        </div>
      </div>
      {reach === 'public' ? null : <p className="note">{WHY_NOT[reach]}</p>}
    </section>
  );
}
