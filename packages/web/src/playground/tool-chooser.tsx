import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { foundToolsQuery, type FoundTool } from '../api/playground.ts';
import { useSettled } from '../import/use-settled.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { playgroundText } from '../text/playground.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const text = playgroundText.choose;

interface ToolChooserProps {
  agent: string | undefined;
  onChoose: (tool: FoundTool) => void;
}

/** All tools of all connectors, to choose one. */
export function ToolChooser({ agent, onChoose }: ToolChooserProps) {
  const { slug: org } = useOrganisation();
  const id = useId();
  const [wanted, setWanted] = useState('');
  const settled = useSettled(wanted.trim());
  const found = useInfiniteQuery(foundToolsQuery(org, settled, agent));
  const first = found.data?.pages[0];
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  if (first === undefined) {
    return found.isError ? (
      <Problem error={found.error} onRetry={() => void found.refetch()} />
    ) : (
      <Skeleton rows={6} label={playgroundText.loading} />
    );
  }
  if (first.all === 0) {
    return (
      <div className="sheet empty">
        <p>{agent === undefined ? text.none : text.noneForAgent}</p>
        <Link to="/$org/connectors" params={{ org }} className="button secondary">
          {text.noneAct}
        </Link>
      </div>
    );
  }
  return (
    <section className="sheet play-part" aria-labelledby={id}>
      <div className="play-part-head">
        <h2 id={id}>{text.title}</h2>
        <span role="status" className="small quiet">
          {text.found(first.total, first.all)}
        </span>
      </div>
      <input
        type="search"
        className="input"
        aria-label={text.find}
        placeholder={text.placeholder}
        value={wanted}
        onChange={({ target }) => setWanted(target.value)}
      />
      {items.length === 0 ? (
        <div className="play-none">
          <p>{text.noneFound(settled)}</p>
          <button type="button" className="button secondary" onClick={() => setWanted('')}>
            {text.showAll}
          </button>
        </div>
      ) : (
        <ul className="play-tools">
          {items.map((tool) => (
            <li key={`${tool.connector.slug}/${tool.name}`}>
              <button type="button" className="play-tool" onClick={() => onChoose(tool)}>
                <span className="play-tool-name">
                  <Foreign text={tool.title} />
                  <AccessBadge access={tool.access} />
                </span>
                <span className="small quiet">
                  <code>
                    <Foreign text={tool.name} />
                  </code>{' '}
                  {text.of}
                  <Foreign text={tool.connector.name} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {found.hasNextPage ? (
        <div className="play-more">
          <span className="small quiet">{text.shownOf(items.length, first.total)}</span>
          <MorePages pages={found} more={text.more} loading={text.loadingMore} />
        </div>
      ) : null}
    </section>
  );
}
