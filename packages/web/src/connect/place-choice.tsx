import { useId, useRef } from 'react';
import { connectText as text } from '../text/connect.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { tamed } from '../ui/tamed.ts';
import type { ChoosablePlace } from './places.ts';

const NAME_CHARACTERS_MAX = 60;

interface PlaceChoiceProps {
  places: readonly ChoosablePlace[];
  chosen: ChoosablePlace;
  onChoose: (at: string) => void;
}

/** Which URL: all tools, one connector or a toolset. */
export function PlaceChoice({ chosen, onChoose, places }: PlaceChoiceProps) {
  const id = useId();
  const shown = useRef<HTMLElement>(null);
  const connectors = places.filter(({ kind }) => kind === 'connector');
  const toolsets = places.filter(({ kind }) => kind === 'toolset');
  return (
    <section className="sheet" aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{text.url}</h2>
      {places.length === 1 ? null : (
        <div className="field">
          <label htmlFor={`${id}which`}>{text.which}</label>
          <select
            id={`${id}which`}
            className="input place-choice"
            aria-describedby={`${id}hint`}
            value={chosen.at}
            onChange={(event) => onChoose(event.target.value)}
          >
            <option value="">{text.allTools}</option>
            <Group label={text.connectors} places={connectors} />
            <Group label={text.toolsets} places={toolsets} />
          </select>
          <p id={`${id}hint`} className="hint">
            {text.whichHint}
          </p>
        </div>
      )}
      <div className="connector">
        <code ref={shown} className="connector-url">
          {chosen.url}
        </code>
        <div className="connector-actions">
          <CopyButton text={chosen.url} what={text.urlWhat} shownIn={shown} primary />
        </div>
      </div>
    </section>
  );
}

function Group({ label, places }: { label: string; places: readonly ChoosablePlace[] }) {
  if (places.length === 0) return null;
  return (
    <optgroup label={label}>
      {places.map(({ at, words }) => (
        <option key={at} value={at}>
          {tamed(words, NAME_CHARACTERS_MAX)}
        </option>
      ))}
    </optgroup>
  );
}
