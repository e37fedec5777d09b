import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { uiText as text } from '../text/ui.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

interface QuestionProps<Answer> {
  title: ReactNode;
  /** The answer that changes nothing: "Keep agent". */
  keep: string;
  /** The answer that does it, and what it says meanwhile. */
  act: string;
  acting: string;
  /** False where nothing ends by it. */
  danger?: boolean;
  /** What has to be typed first, where much ends. */
  typed?: string | undefined;
  run: () => Promise<Answer>;
  /** Also after a refusal: whoever decides at the same time has changed what the page shows. */
  refresh: () => Promise<unknown>;
  onDone: (answer: Answer) => void;
  onClose: () => void;
  /** What comes of it. */
  children: ReactNode;
}

/** Asks before something is done, and says what comes of it. The focus is on the answer that changes nothing. */
export function Question<Answer>(props: QuestionProps<Answer>) {
  const { danger = true, typed, run, refresh } = props;
  const [given, setGiven] = useState('');
  const running = useMutation({
    mutationFn: async () => {
      try {
        return await run();
      } finally {
        await refresh();
      }
    },
    onSuccess: props.onDone,
  });
  return (
    <Dialog role="alertdialog" onClose={props.onClose} title={props.title}>
      {props.children}
      {typed === undefined ? null : (
        <div className="field">
          <label htmlFor="typed">
            {text.typeName}
            <bdi>{typed}</bdi>
          </label>
          <input
            id="typed"
            className="input"
            autoComplete="off"
            spellCheck={false}
            value={given}
            onChange={(event) => setGiven(event.target.value)}
          />
        </div>
      )}
      {running.isError ? <Problem error={running.error} /> : null}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={props.onClose}>
          {props.keep}
        </button>
        <button
          type="button"
          className={danger ? 'button danger' : 'button'}
          disabled={running.isPending || (typed !== undefined && given.trim() !== typed)}
          onClick={() => running.mutate()}
        >
          {running.isPending ? props.acting : props.act}
        </button>
      </div>
    </Dialog>
  );
}
