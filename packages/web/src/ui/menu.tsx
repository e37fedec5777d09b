import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Chevron } from './chevron.tsx';

interface MenuProps {
  /** What the panel is about, for whoever does not see where the button stands. */
  label: string;
  shown: ReactNode;
  /** At which edge of the button the panel stands. */
  align?: 'start' | 'end';
  children: (close: () => void) => ReactNode;
}

/** A button that discloses a panel. Escape, a click elsewhere and the focus leaving close it. */
export function Menu({ label, shown, align = 'start', children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panelId = useId();

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = (event: Event) => {
      if (event.target instanceof Node && frame.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
    };
  }, [open]);

  return (
    <div
      ref={frame}
      className="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="menu-button"
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => setOpen(!open)}
      >
        <span className="for-screen-readers">{label}: </span>
        {shown}
        <Chevron />
      </button>
      <div id={panelId} className={`menu-panel menu-panel-${align}`} hidden={!open}>
        {open ? children(() => setOpen(false)) : null}
      </div>
    </div>
  );
}
