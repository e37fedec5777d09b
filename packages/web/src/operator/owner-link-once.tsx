import { useRef } from 'react';
import type { OwnerLink } from '../api/operator.ts';
import { newOrganisationText as text } from '../text/operator.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { When } from '../ui/when.tsx';

/** The one time that a link is on a page. */
export function OwnerLinkOnce({ lead, link, onDone }: { link: OwnerLink; lead: string; onDone: () => void }) {
  const shown = useRef<HTMLElement>(null);
  return (
    <>
      <p>{lead}</p>
      <div className="snippet secret">
        <code ref={shown} data-secret>
          {link.url}
        </code>
        <CopyButton text={link.url} what={text.what} shownIn={shown} primary />
      </div>
      <p className="small quiet">
        {text.until}
        <When at={link.expires_at} absent="" />.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button secondary" onClick={onDone}>
          {text.done}
        </button>
      </div>
    </>
  );
}
