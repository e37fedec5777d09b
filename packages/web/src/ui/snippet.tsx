import { useRef } from 'react';
import { CopyButton } from './copy-button.tsx';

/** A command or an address to take along. It wraps rather than hides. */
export function Snippet({ text, what }: { text: string; what: string }) {
  const shown = useRef<HTMLElement>(null);
  return (
    <div className="snippet">
      <code ref={shown}>{text}</code>
      <CopyButton text={text} what={what} shownIn={shown} />
    </div>
  );
}
