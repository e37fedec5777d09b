import { importText as text } from '../text/import.ts';
import { Problem } from '../ui/problem.tsx';
import type { Draft } from './use-draft.ts';

/** Whether what was changed is saved, and what to do where it could not be. */
export function DraftState({ draft }: { draft: Draft }) {
  const { conflict, error, retry, settle, state } = draft;
  const words = {
    saved: text.saved,
    unsaved: text.unsaved,
    saving: text.saving,
    checking: text.checkingAgain,
  };
  return (
    <>
      <p role="status" className={draft.checked.report === null ? 'for-screen-readers' : 'import-state'}>
        {draft.checked.report === null ? '' : words[state]}
      </p>
      {error === undefined ? null : <Problem error={error} onRetry={retry} />}
      {conflict === undefined ? null : (
        <div role="alert" className="sheet waiting">
          <h2>{text.conflict.title}</h2>
          <p>{text.conflict.text}</p>
          <div className="row-buttons">
            <button type="button" className="button secondary" onClick={() => settle('theirs')}>
              {text.conflict.theirs}
            </button>
            <button type="button" className="button secondary" onClick={() => settle('mine')}>
              {text.conflict.mine}
            </button>
          </div>
        </div>
      )}
    </>
  );
}
