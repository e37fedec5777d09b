import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/** After a change of page the focus is at its heading, so that a screen reader says where it is. */
export function useFocusOnNewPage(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const shownPath = useRef(path);
  useEffect(() => {
    // The first page is the browser's to announce.
    if (shownPath.current !== undefined && path !== undefined && shownPath.current !== path) focusPageTitle();
    shownPath.current = path;
  }, [path]);
}

export function focusPageTitle(): void {
  document.getElementById('page-title')?.focus();
}
