import { useEffect, useState } from 'react';
import type { CallResult } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { tamed } from '../../ui/tamed.ts';
import { bytesInWords } from '../in-words.ts';

const text = playgroundText.result;
const NAME_CHARACTERS = 100;

/** A file that no text can show, to be saved. It is never opened here, whatever it says that it is. */
export function SavedFile({ file: { bytes, data, name } }: { file: NonNullable<CallResult['file']> }) {
  const [url, setUrl] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (data === null) return undefined;
    const binary = Uint8Array.from(atob(data), (character) => character.codePointAt(0) ?? 0);
    const made = URL.createObjectURL(new Blob([binary], { type: 'application/octet-stream' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return (
    <p className="play-file">
      <Foreign
        text={text.file(tamed(name, NAME_CHARACTERS), bytesInWords(bytes))}
        max={NAME_CHARACTERS + 40}
      />
      {data === null ? ` ${text.fileTooLarge}` : null}
      {url === undefined ? null : (
        <a href={url} download={tamed(name, NAME_CHARACTERS)} className="button secondary small-button">
          {text.save}
        </a>
      )}
    </p>
  );
}
