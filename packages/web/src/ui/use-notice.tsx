import { useEffect, useState, type ReactNode } from 'react';
import { focusPageTitle } from '../shell/use-focus-on-new-page.ts';

/**
 * What was done, said above the list. The focus goes to the heading: the row or the button that had it may be gone with
 * what was done.
 */
export function useNotice(
  /** What is said from the beginning. */
  first?: string,
): [notice: ReactNode, say: (words: ReactNode) => void] {
  const [said, setSaid] = useState<{ words: ReactNode } | undefined>(
    first === undefined ? undefined : { words: first },
  );
  useEffect(() => {
    if (said !== undefined) focusPageTitle();
  }, [said]);
  const notice = (
    <p role="status" className={said === undefined ? 'for-screen-readers' : 'notice'}>
      {said?.words}
    </p>
  );
  return [notice, (words) => setSaid({ words })];
}
