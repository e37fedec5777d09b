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

function Target({ act: { detail, organisation, target } }: { act: OperatorAct }) {
  if (organisation !== null) return <Foreign text={organisation} max={80} />;
  const email = detail?.['email'];
  if (typeof email === 'string') return <Foreign text={email} />;
  return target === null ? null : <code>{target}</code>;
}
