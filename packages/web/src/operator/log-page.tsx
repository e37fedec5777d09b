import { useInfiniteQuery } from '@tanstack/react-query';
import { operatorLogPages, type OperatorAct } from '../api/operator.ts';
import { operatorLogText as text } from '../text/operator.ts';
import { Foreign } from '../ui/foreign.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { PlainTable } from '../ui/plain-table.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { When } from '../ui/when.tsx';
import { OperatorHead } from './operator-head.tsx';

/** `/app/_operator/log`: what operators did. */
export function OperatorLogPage() {
  return (
    <>
      <OperatorHead title={text.title} lead={text.lead} />
      <Acts />
    </>
  );
}

function Acts() {
  const acts = useInfiniteQuery(operatorLogPages);
  if (acts.data === undefined) {
    return acts.isError ? (
      <Problem error={acts.error} onRetry={() => void acts.refetch()} />
    ) : (
      <Skeleton rows={6} label={text.loading} />
    );
  }
  const shown = acts.data.pages.flatMap(({ items }) => items);
  if (shown.length === 0)
    return (
      <div className="sheet empty">
        <p>{text.empty}</p>
      </div>
    );
  const [, what, who, target] = text.columns;
  return (
    <>
      <PlainTable caption={text.caption} columns={text.columns}>
        {shown.map((act) => (
          <tr key={act.id} role="row">
            <th role="rowheader" scope="row">
              <When at={act.at} absent="" />
            </th>
            <td role="cell" data-label={what}>
              {text.actions[act.action] ?? act.action}
            </td>
            <td role="cell" data-label={who}>
              {act.who === null ? text.onServer : <Foreign text={act.who} />}
            </td>
            <td role="cell" data-label={target}>
              <Target act={act} />
            </td>
          </tr>
        ))}
      </PlainTable>
      <MorePages pages={acts} more={text.more} loading={text.loadingMore} />
    </>
  );
}

/** By the name that people know, with the id at hand. */
function Target({ act: { organisation, target, target_name: person } }: { act: OperatorAct }) {
  const [name, within] = [person, organisation].filter((one) => one !== null);
  if (name === undefined) return target === null ? null : <code>{target}</code>;
  return (
    <>
      <Foreign text={name} />
      {within === undefined ? null : (
        <span className="row-more">
          <Foreign text={within} />
        </span>
      )}
      {target === null ? null : (
        <span className="row-more">
          <code>{target}</code>
        </span>
      )}
    </>
  );
}
