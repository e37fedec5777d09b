import { useEffect, useId, useRef } from 'react';
import type { CallResult } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { StatusBadge } from '../../ui/badges.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import { Problem } from '../../ui/problem.tsx';
import { written } from '../arguments/draft.ts';
import { timeInWords } from '../in-words.ts';
import { verdictOf, type Played, type Verdict } from '../played.ts';
import { ContentBlock } from './content-block.tsx';
import { ErrorFacts } from './error-facts.tsx';
import { LongText } from './long-text.tsx';
import { SavedFile } from './saved-file.tsx';
import { Headers, SentRequest } from './sent-request.tsx';
import { TakeAlong } from './take-along.tsx';
import { Waterfall } from './waterfall.tsx';

const text = playgroundText.result;

const WORDS: Readonly<Record<Verdict, { name: string; tone: 'good' | 'warning' | 'quiet' }>> = {
  done: { name: text.done, tone: 'good' },
  failed: { name: text.failed, tone: 'warning' },
  refused: { name: text.refused, tone: 'warning' },
  cancelled: { name: text.cancelled, tone: 'quiet' },
  unanswered: { name: text.unanswered, tone: 'warning' },
};

interface ResultPartProps {
  played: Played;
  /** Asked for by this visit's last act: the focus comes to the heading. */
  takesFocus: boolean;
  isRunning: boolean;
  onAgain: () => void;
}

/** What came of a call, and all that helps to see why. */
export function ResultPart({ isRunning, onAgain, played, takesFocus }: ResultPartProps) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [played.id, takesFocus]);
  const { outcome, tool } = played;
  const { name, tone } = WORDS[verdictOf(outcome)];
  return (
    <section className="sheet play-part" aria-labelledby={id}>
      <div className="play-part-head">
        <div>
          <h2 id={id} ref={heading} tabIndex={-1}>
            {text.title}
          </h2>
          <p className="small quiet play-outcome">
            <StatusBadge tone={tone}>{name}</StatusBadge> <Foreign text={tool.title} />{' '}
            {outcome.kind === 'result' ? text.took(timeInWords(outcome.result.total_ms)) : null}
          </p>
        </div>
        <button
          type="button"
          className="button secondary small-button"
          aria-disabled={isRunning || undefined}
          onClick={isRunning ? undefined : onAgain}
        >
          {text.again}
        </button>
      </div>
      {outcome.kind === 'cancelled' ? <p>{text.cancelledText}</p> : null}
      {outcome.kind === 'unanswered' ? <Problem error={outcome.error} /> : null}
      {outcome.kind === 'result' ? <Told played={played} result={outcome.result} /> : null}
    </section>
  );
}

function Told({ played, result }: { played: Played; result: CallResult }) {
  const { error, limits, structured, upstream } = result;
  return (
    <>
      <Answer result={result} />
      {structured === null || error !== null || isSaidInText(result) ? null : (
        <details className="disclosure">
          <summary>{text.nested}</summary>
          <LongText label={text.nested} text={written(structured)} />
        </details>
      )}
      <details className="disclosure">
        <summary>{playgroundText.request.title}</summary>
        <SentRequest upstream={upstream} />
      </details>
      <h3>{playgroundText.time.title}</h3>
      <Waterfall steps={result.steps} total_ms={result.total_ms} />
      {limits.length === 0 ? null : (
        <details className="disclosure">
          <summary>{playgroundText.time.limits}</summary>
          <Headers headers={limits} label={playgroundText.time.limits} />
        </details>
      )}
      <details className="disclosure">
        <summary>{playgroundText.copy.title}</summary>
        <TakeAlong order={played.order} result={result} />
      </details>
    </>
  );
}

function Answer({ result: { content, error, file } }: { result: CallResult }) {
  const isOurs = error !== null && error.code !== 'tool_error';
  return (
    <>
      {error === null ? null : <ErrorFacts error={error} />}
      {error !== null && error.fields.length > 0 ? (
        <>
          <p>{text.otherFields}</p>
          <ul className="play-faults">
            {error.fields.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <code>
                  <Foreign text={field} />
                </code>{' '}
                <Foreign text={message} max={400} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {/* The words of an error stand above already. */}
      {isOurs ? null : content.map((block, at) => <ContentBlock key={`${at}`} at={at + 1} block={block} />)}
      {content.length === 0 && error === null ? <p className="quiet">{text.empty}</p> : null}
      {file === null ? null : <SavedFile file={file} />}
    </>
  );
}

/** The first text is the same JSON: there is no more to see. */
function isSaidInText({ content, structured }: CallResult): boolean {
  const first = content[0]?.['text'];
  if (typeof first !== 'string') return false;
  try {
    return JSON.stringify(JSON.parse(first)) === JSON.stringify(structured);
  } catch {
    return false;
  }
}
