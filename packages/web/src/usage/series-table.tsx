import type { Usage } from '../api/usage.ts';
import { usageText as text } from '../text/usage.ts';
import { errorClassesInWords, errorsOf, numberInWords, stepInWords, timeInWords } from './usage-words.ts';

/** The numbers of the chart. */
export function SeriesTable({ usage }: { usage: Usage }) {
  const steps = usage.series.filter(({ calls }) => calls > 0).toReversed();
  const [, calls, errors, p50, p95] = text.tableColumns;
  return (
    <>
      <div className="table-frame flat">
        <table className="table table-numbers" role="table">
          <caption className="for-screen-readers">{text.tableCaption}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {text.tableColumns.map((name) => (
                <th key={name} role="columnheader" scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {steps.map((step) => (
              <tr key={step.at} role="row">
                <th role="rowheader" scope="row">
                  <time dateTime={step.at}>{stepInWords(step.at, usage.step_seconds)}</time>
                </th>
                <td role="cell" data-label={calls}>
                  {numberInWords(step.calls)}
                </td>
                <td role="cell" data-label={errors}>
                  {numberInWords(errorsOf(step))}
                  <span className="row-more">{errorClassesInWords(step)}</span>
                </td>
                <td role="cell" data-label={p50}>
                  {timeInWords(step.p50_ms)}
                </td>
                <td role="cell" data-label={p95}>
                  {timeInWords(step.p95_ms)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small quiet">{text.quietSteps}</p>
    </>
  );
}
