const PATIENCE_MS = 10_000;

/**
 * Puts the focus back where a request began. The button is disabled while it runs, and a browser drops the focus of a
 * disabled button: it waits for it, unless the person or the page has moved the focus elsewhere by then.
 */
export function giveFocusBack(element: Element | null): void {
  const until = performance.now() + PATIENCE_MS;
  const look = (): void => {
    const isElsewhere = document.activeElement !== null && document.activeElement !== document.body;
    if (!(element instanceof HTMLElement) || !element.isConnected || isElsewhere) return;
    if (!element.matches(':disabled')) element.focus();
    else if (performance.now() < until) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
