import { useRef } from 'react';
import { inviteText as text } from '../text/members.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { When } from '../ui/when.tsx';

/** The one time that a link is on a page. */
export function LinkOnce({
  url,
  expiresAt,
  lead,
  onDone,
}: {
  url: string;
  expiresAt: string;
  lead: string;
  onDone: () => void;
}) {
  const shown = useRef<HTMLElement>(null);
  return (
    <>
      <p>{lead}</p>
      <div className="snippet secret">
        <code ref={shown} data-secret>
          {url}
        </code>
        <CopyButton text={url} what={text.what} shownIn={shown} primary />
      </div>
      <p className="small quiet">
        {text.until}
        <When at={expiresAt} absent="" />.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button secondary" onClick={onDone}>
          {text.done}
        </button>
      </div>
    </>
  );
}
