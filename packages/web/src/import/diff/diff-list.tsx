import { useState } from 'react';
import { CHANGES, type Change, type Diff } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { More } from '../more.tsx';
import { useSettled } from '../use-settled.ts';
import { Views } from '../views.tsx';
import { DiffItemView } from './diff-item.tsx';

const text = importText.publish;

export type DiffView = Change | 'all';

/** Which changes are asked for: what was chosen, and what was typed a moment ago. */
export function useDiffFilter() {
  const [change, setChange] = useState<DiffView>('all');
  const [wanted, setWanted] = useState('');
  return { change, setChange, wanted, setWanted, q: useSettled(wanted) };
}

interface DiffListProps {
  /** Nothing was there before that could be compared with. */
  isFirst?: boolean;
  filter: ReturnType<typeof useDiffFilter>;
  query: {
    data: { pages: readonly Diff[] } | undefined;
    isError: boolean;
    error: unknown;
    refetch: () => unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    fetchNextPage: () => unknown;
  };
}

/** What changes for whoever calls the tools: those that come and go, and what becomes different about the others. */
export function DiffList({ filter, isFirst = false, query }: DiffListProps) {
  const first = query.data?.pages[0];
  if (query.data === undefined || first === undefined) {
    return query.isError ? (
      <Problem error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton rows={4} label={text.loading} />
    );
  }
  const { change, setChange, setWanted, wanted } = filter;
  const { counts } = first;
  const connector = isFirst ? [] : first.connector;
  const items = query.data.pages.flatMap((page) => page.items);
  const present = CHANGES.filter((one) => counts[one] > 0);
  return (
    <>
      {connector.length === 0 ? null : (
        <>
          <h3 className="import-subtitle">{text.connectorTitle}</h3>
          <dl className="known">
            {connector.map(({ after, before, field }) => (
              <div key={field}>
                <dt>{text.fields[field] ?? field}</dt>
                <dd>
                  <span className="import-was">
                    <Foreign text={inWords(before)} />
                  </span>{' '}
                  → <Foreign text={inWords(after)} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {present.length === 0 ? (
        connector.length === 0 ? (
          <p>{text.nothing}</p>
        ) : null
      ) : (
        <>
          <div className="filter">
            <Views
              label={text.which}
              shown={change}
              onShow={setChange}
              views={[
                ['all', text.all],
                ...present.map((one) => [one, text.changes[one], counts[one]] as const),
              ]}
            />
            <input
              type="search"
              className="input"
              aria-label={text.find}
              placeholder={text.findPlaceholder}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
          </div>
          {items.length === 0 ? (
            <p className="quiet">{wanted === '' ? text.noneOf : text.noneFound}</p>
          ) : (
            <ul className="import-tools">
              {items.map((item) => (
                <DiffItemView key={`${item.tool} ${item.changes.join(' ')}`} item={item} />
              ))}
            </ul>
          )}
          <More query={query} shown={items.length} total={first.total} />
        </>
      )}
      {counts.unchanged === 0 ? null : <p className="small quiet">{text.unchanged(counts.unchanged)}</p>}
    </>
  );
}

function inWords(value: string | null): string {
  return value === null ? text.nothingThere : (text.values[value] ?? value);
}
