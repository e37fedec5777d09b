import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { playgroundToolQuery, type FoundTool } from '../api/playground.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { focusPageTitle } from '../shell/use-focus-on-new-page.ts';
import { playgroundText as text } from '../text/playground.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Bench } from './bench.tsx';
import type { Played } from './played.ts';
import { ToolChooser } from './tool-chooser.tsx';

const route = getRouteApi('/$org/playground');
const CALLS_MAX = 10;

/** `/app/{org}/playground`: a tool, tried before an app does. */
export function PlaygroundPage() {
  const { tool } = route.useSearch();
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      {tool === undefined ? <Choice /> : <Chosen tool={tool} />}
    </>
  );
}

function Choice() {
  const navigate = route.useNavigate();
  const { access, agent } = route.useSearch();
  const choose = ({ connector, name }: FoundTool): void => {
    void navigate({ search: { tool: name, connector: connector.slug, agent, access } });
    focusPageTitle();
  };
  return <ToolChooser agent={agent} onChoose={choose} />;
}

function Chosen({ tool: name }: { tool: string }) {
  const { slug: org } = useOrganisation();
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const { agent, connector } = search;
  const [calls, setCalls] = useState<readonly Played[]>([]);
  const found = useQuery(playgroundToolQuery(org, { tool: name, connector, agent }));
  const tool = found.data;
  const other = (): void => {
    void navigate({ search: { agent } });
    focusPageTitle();
  };

  // From here on the address says which connector's it is.
  useEffect(() => {
    if (tool === undefined || connector !== undefined) return;
    void navigate({
      search: (now) => ({ ...now, tool: tool.name, connector: tool.connector.slug }),
      replace: true,
    });
  }, [tool, connector, navigate]);

  if (tool === undefined) {
    if (!found.isError) return <Skeleton rows={6} label={text.loadingTool} />;
    const isGone = found.error instanceof ApiError && found.error.status === 404;
    return isGone ? (
      <div className="sheet empty" role="alert">
        <p>{text.choose.gone}</p>
        <div className="actions">
          <button type="button" className="button secondary" onClick={other}>
            {text.choose.other}
          </button>
          {agent === undefined ? null : (
            <button
              type="button"
              className="button secondary"
              onClick={() => void navigate({ search: { ...search, agent: undefined } })}
            >
              {text.choose.asMe}
            </button>
          )}
        </div>
      </div>
    ) : (
      <Problem error={found.error} onRetry={() => void found.refetch()} />
    );
  }
  return (
    <Bench
      // What was typed for one tool is no other's.
      key={`${tool.connector.slug}/${tool.name}`}
      tool={tool}
      search={search}
      calls={calls}
      onPlayed={(played) => setCalls((before) => [played, ...before].slice(0, CALLS_MAX))}
      onSearch={(next) => void navigate({ search: { ...search, ...next }, replace: true })}
      onOther={other}
    />
  );
}
