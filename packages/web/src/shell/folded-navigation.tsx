import { useState, type ReactNode } from 'react';
import { shellText as text } from '../text/shell.ts';
import { Chevron } from '../ui/chevron.tsx';

/** Links to pages, in groups. On a phone they would stand above each page: there they are behind a button. */
export function FoldedNavigation({
  children,
  label,
}: {
  label: string;
  /** `close`: somebody has chosen one. */
  children: (close: () => void) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <nav className={isOpen ? 'navigation open' : 'navigation'} aria-label={label}>
      <button
        type="button"
        className="navigation-toggle"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {text.pages}
        <Chevron />
      </button>
      {children(() => setOpen(false))}
    </nav>
  );
}
