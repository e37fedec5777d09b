import { useRef } from 'react';
import { accountText } from '../text/account.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';

const text = accountText.twoFactor;

/** The one time that they are on a page. */
export function BackupCodesDialog({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const shown = useRef<HTMLUListElement>(null);
  return (
    <Dialog title={text.codesTitle} dismissable={false} onClose={onDone}>
      <p>{text.codesWhy}</p>
      <ul ref={shown} className="backup-codes" data-secret>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <CopyButton text={codes.join('\n')} what={text.codes} shownIn={shown} primary />
        <button type="button" className="button secondary" data-focus-first onClick={onDone}>
          {accountText.done}
        </button>
      </div>
    </Dialog>
  );
}
