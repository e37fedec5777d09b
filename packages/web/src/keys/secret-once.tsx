import { useRef, type ReactNode } from 'react';
import { newKeyText as text } from '../text/key-dialogs.ts';
import { CopyButton } from '../ui/copy-button.tsx';

/** The one time that a secret is on a page. */
export function SecretOnce({
  secret,
  what = text.what,
  ifLost = text.ifLost,
  onDone,
  children,
}: {
  secret: string;
  what?: string | undefined;
  ifLost?: string;
  onDone: () => void;
  children?: ReactNode;
}) {
  const shown = useRef<HTMLElement>(null);
  return (
    <>
      <p>{text.once(ifLost)}</p>
      <div className="snippet secret">
        <code ref={shown} data-secret>
          {secret}
        </code>
        <CopyButton text={secret} what={what} shownIn={shown} primary />
      </div>
      {children}
      <div className="dialog-actions">
        <button type="button" className="button secondary" onClick={onDone}>
          {text.saved}
        </button>
      </div>
    </>
  );
}
