import type { ImportView } from '../api/imports.ts';
import { Foreign } from '../ui/foreign.tsx';

const WORDS_MAX = 400;

/** What is wrong with a field, as far as it keeps the import from being published. */
export function FieldBlockers({ field, view }: { field: string; view: ImportView }) {
  return view.blockers
    .filter((blocker) => blocker.field === field)
    .map(({ code, message }) => (
      <p key={code} className="hint status-warning">
        <Foreign text={message} max={WORDS_MAX} />
      </p>
    ));
}
