import { useEffect, useState } from 'react';
import type { Access } from '../api/types.ts';
import { playgroundText } from '../text/playground.ts';

const text = playgroundText.run;
const SECOND_MS = 1000;

interface RunPartProps {
  needsFull: boolean;
  /** The most that whoever it is may have. */
  most: Access;
  canRun: boolean;
  running: { readonly sinceMs: number } | undefined;
  onRun: () => void;
  onCancel: () => void;
  onReset: () => void;
}

/** The way to run it, and to call it off. The button stays while it runs: the focus is not lost. */
export function RunPart({ canRun, most, needsFull, onCancel, onReset, onRun, running }: RunPartProps) {
  const isIdle = running === undefined;
  return (
    <div className="play-run">
      <button
        type="button"
        className="button"
        aria-disabled={!isIdle || !canRun || undefined}
        aria-describedby={needsFull ? 'play-needs-full' : undefined}
        onClick={isIdle && canRun ? onRun : undefined}
      >
        {isIdle ? text.act : <Seconds sinceMs={running.sinceMs} />}
      </button>
      {isIdle ? (
        <button type="button" className="button secondary" onClick={onReset}>
          {text.reset}
        </button>
      ) : (
        <button type="button" className="button secondary" onClick={onCancel}>
          {text.cancel}
        </button>
      )}
      <span role="status" className="for-screen-readers">
        {isIdle ? '' : text.runs}
      </span>
      {needsFull ? (
        <p id="play-needs-full" className="hint">
          {most === 'full' ? text.needsFull : text.refused}
        </p>
      ) : null}
    </div>
  );
}

function Seconds({ sinceMs }: { sinceMs: number }) {
  const [nowMs, setNowMs] = useState(sinceMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return text.running(Math.floor((nowMs - sinceMs) / SECOND_MS));
}
