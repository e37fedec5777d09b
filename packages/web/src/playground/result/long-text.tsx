import { useState } from 'react';
import { playgroundText } from '../../text/playground.ts';
import { countInWords } from '../in-words.ts';

const text = playgroundText.result;
const SHOWN_CHARACTERS = 6_000;

/** Text of somebody else, as text: a long one in part, until all of it is asked for. */
export function LongText({ label, text: whole }: { label: string; text: string }) {
  const [isAll, setAll] = useState(false);
  const isLong = whole.length > SHOWN_CHARACTERS;
  const shown = isLong && !isAll ? `${whole.slice(0, SHOWN_CHARACTERS)}…` : whole;
  return (
    <>
      {/* It scrolls, so a keyboard has to reach it. */}
      <pre className="play-text" tabIndex={0} role="group" aria-label={label} dir="auto">
        {visible(shown)}
      </pre>
      {isLong ? (
        <button type="button" className="button secondary small-button" onClick={() => setAll(!isAll)}>
          {isAll ? text.showLess : text.showAll(countInWords(whole.length))}
        </button>
      ) : null}
    </>
  );
}

/** Marks that turn the reading direction round or hide text, as escapes. */
function visible(text: string): string {
  return text.replaceAll(
    /(?!\u200c|\u200d|[\n\t\r])[\p{Cc}\p{Cf}\p{Co}]/gu,
    (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
