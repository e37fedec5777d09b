import { useEffect, useRef } from 'react';
import { focusPageTitle } from '../shell/use-focus-on-new-page.ts';

export const STEP_TITLE_ID = 'step-title';

/** After a change of step the focus is at its heading, as it is after a change of page. */
export function useFocusOnNewStep(step: string): void {
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    const title = document.getElementById(STEP_TITLE_ID);
    if (title === null) focusPageTitle();
    else title.focus();
  }, [step]);
}

/** A step that had to be waited for takes the focus where nobody has moved it meanwhile. */
export function useFocusWhenReady(isReady: boolean): void {
  const was = useRef(isReady);
  useEffect(() => {
    const isNew = isReady && !was.current;
    was.current = isReady;
    const { activeElement } = document;
    if (isNew && (activeElement === document.body || activeElement?.id === 'page-title'))
      document.getElementById(STEP_TITLE_ID)?.focus();
  }, [isReady]);
}
