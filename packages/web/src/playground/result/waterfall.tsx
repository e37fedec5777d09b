import type { CallResult } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { timeInWords } from '../in-words.ts';

const text = playgroundText.time;
/** The least that can be seen, of a hundred. */
const WIDTH_MIN = 0.6;

/** Where the time went, as a picture with its numbers behind it. */
export function Waterfall({ steps, total_ms: total }: Pick<CallResult, 'steps' | 'total_ms'>) {
  const scale = 100 / Math.max(total, 0.1);
  const said = steps.map(({ ms, step }) => `${text.steps[step]} ${timeInWords(ms)}`).join(', ');
  return (
    <>
      <div role="img" aria-label={text.picture(said)} className="play-waterfall">
        {steps.map(({ from_ms: from, ms, step }, at) => {
          const x = Math.min(from * scale, 100 - WIDTH_MIN);
          return (
            <div key={`${at}`} className="play-lap" aria-hidden="true">
              <span className="play-lap-name">{text.steps[step]}</span>
              <svg className="play-lap-bar" viewBox="0 0 100 10" preserveAspectRatio="none">
                <rect className="play-lap-ground" x="0" y="0" width="100" height="10" />
                <rect
                  className={`play-lap-${step}`}
                  x={x}
                  y="0"
                  width={Math.max(WIDTH_MIN, Math.min(ms * scale, 100 - x))}
                  height="10"
                />
              </svg>
              <span className="play-lap-time">{timeInWords(ms)}</span>
            </div>
          );
        })}
      </div>
      <details className="disclosure">
        <summary>{text.table}</summary>
        <table className="play-table">
          <caption className="for-screen-readers">{text.title}</caption>
          <thead>
            <tr>
              {text.columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map(({ from_ms: from, ms, step }, at) => (
              <tr key={`${at}`}>
                <th scope="row">{text.steps[step]}</th>
                <td>{timeInWords(from)}</td>
                <td>{timeInWords(ms)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">{text.total}</th>
              <td />
              <td>{timeInWords(total)}</td>
            </tr>
          </tbody>
        </table>
      </details>
    </>
  );
}
