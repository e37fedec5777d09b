import { uiText as text } from '../text/ui.ts';
interface FormActionsProps {
  /** What the form does, and what the button says meanwhile. */
  act: string;
  acting: string;
  pending: boolean;
  /** There is nothing to do. */
  idle?: boolean;
  /** While it is done nobody can go back: what comes of it is shown once. */
  holds?: boolean;
  onCancel: () => void;
}

/** The end of a form in a dialog: away from it, or done. */
export function FormActions({
  act,
  acting,
  holds = false,
  idle = false,
  onCancel,
  pending,
}: FormActionsProps) {
  return (
    <div className="dialog-actions">
      <button type="button" className="button secondary" disabled={holds && pending} onClick={onCancel}>
        {text.cancel}
      </button>
      <button type="submit" className="button" disabled={pending || idle}>
        {pending ? acting : act}
      </button>
    </div>
  );
}
