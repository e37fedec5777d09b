import { useId } from 'react';
import { playgroundText } from '../text/playground.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Moment, momentInWords } from '../ui/moment.tsx';
import { timeInWords } from './in-words.ts';
import { verdictOf, type Played } from './played.ts';

const text = playgroundText.calls;

interface PlayedListProps {
  calls: readonly Played[];
  shown: number | undefined;
  onShow: (played: Played) => void;
}

/** The last calls of this visit, newest first. */
export function PlayedList({ calls, onShow, shown }: PlayedListProps) {
  const id = useId();
  if (calls.length < 2) return null;
  return (
    <section className="sheet play-part" aria-labelledby={id}>
      <h2 id={id}>{text.title}</h2>
      <p className="small quiet">{text.lead}</p>
      <ol className="play-calls">
        {calls.map((played) => {
          const { at, outcome, tool } = played;
          const verdict = verdictOf(outcome);
          return (
            <li key={played.id}>
              <span className="play-call">
                <Foreign text={tool.title} />
                <span className="small quiet">
                  <Moment at={at} />
                  {outcome.kind === 'result' ? `, ${timeInWords(outcome.result.total_ms)}` : null}
                </span>
              </span>
              <StatusBadge tone={verdict === 'done' ? 'good' : verdict === 'cancelled' ? 'quiet' : 'warning'}>
                {playgroundText.result[verdict]}
              </StatusBadge>
              <button
                type="button"
                className="button secondary small-button"
                aria-pressed={shown === played.id}
                onClick={() => onShow(played)}
              >
                {text.show}
                <span className="for-screen-readers">{text.showOf(tool.title, momentInWords(at))}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
