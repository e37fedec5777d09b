import { useEffect, useState, type RefObject } from 'react';
import { uiText as words } from '../text/ui.ts';

const SAID_MS = 2500;
const SAID = { copied: words.copied, selected: words.selected } as const;

interface CopyButtonProps {
  text: string;
  /** What is copied, for whoever does not see it: "the connector URL". */
  what: string;
  /** The element that shows the text, to be selected where the clipboard is out of reach (plain http). */
  shownIn: RefObject<HTMLElement | null>;
  /** For the one action that matters most on its page. */
  primary?: boolean;
}

export function CopyButton({ text, what, shownIn, primary = false }: CopyButtonProps) {
  const [said, setSaid] = useState<keyof typeof SAID | undefined>(undefined);

  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('copied');
    } catch {
      if (shownIn.current !== null) getSelection()?.selectAllChildren(shownIn.current);
      setSaid('selected');
    }
  }

  return (
    <span className="copy-button">
      <button
        type="button"
        className={primary ? 'button' : 'button secondary'}
        aria-label={said === 'copied' ? undefined : words.copyWhat(what)}
        onClick={() => void copy()}
      >
        {said === 'copied' ? words.copied : words.copy}
      </button>
      <span role="status" className={said === 'selected' ? 'small' : 'for-screen-readers'}>
        {said === undefined ? '' : SAID[said]}
      </span>
    </span>
  );
}
