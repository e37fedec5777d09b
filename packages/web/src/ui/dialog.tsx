import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';

interface DialogProps {
  title: ReactNode;
  /** `alertdialog` for a question about something that cannot be undone. */
  role?: 'dialog' | 'alertdialog';
  /** False where Escape would lose something, such as a secret that is shown once. */
  dismissable?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog for as long as it is rendered. The native element keeps the focus inside, makes the rest inert and
 * gives the focus back. It begins at the element marked `data-focus-first`.
 */
export function Dialog({ title, role = 'dialog', dismissable = true, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return undefined;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-focus-first]')?.focus();
    // Before the element leaves the document: only then is the focus given back.
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={ref}
      className="dialog"
      role={role}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        // A browser lets a page refuse to close once, not at the second Escape.
        if (event.key === 'Escape' && !dismissable) event.preventDefault();
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (dismissable) onClose();
      }}
      onClose={() => {
        if (ref.current?.open !== false) return;
        if (dismissable) onClose();
        // There are other ways to ask for it, such as going back on a phone.
        else ref.current.showModal();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
