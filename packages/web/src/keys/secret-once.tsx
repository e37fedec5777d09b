import { useRef, type ReactNode } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';

/** The one time that a secret is on a page. */
export function SecretOnce({
  secret,
  what = 'the key',
  ifLost = 'revoke it and create another',
  onDone,
  children,
}: {
  secret: string;
  what?: string;
  ifLost?: string;
  onDone: () => void;
  children?: ReactNode;
}) {
  const shown = useRef<HTMLElement>(null);
  return (
    <>
      <p>This is the only time that it is shown. Put it where your secrets live; if it is lost, {ifLost}.</p>
      <div className="snippet secret">
        <code ref={shown} data-secret>
          {secret}
        </code>
        <CopyButton text={secret} what={what} shownIn={shown} primary />
      </div>
      {children}
      <div className="dialog-actions">
        <button type="button" className="button secondary" onClick={onDone}>
          I have saved it
        </button>
      </div>
    </>
  );
}
