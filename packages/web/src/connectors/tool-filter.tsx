import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ConnectorTool } from '../api/types.ts';
import { toolsText as text } from '../text/connectors.ts';
import { filterTools, readToolsSearch, TOOL_VIEWS, type ToolsSearch } from './tools-search.ts';

const route = getRouteApi('/$org/connectors/$connector');

interface ToolFilterProps {
  tools: readonly ConnectorTool[];
  search: ToolsSearch;
  found: number;
  children: ReactNode;
}

/** Which tools to show. It stands in the address, so that it can be sent to somebody and survives a reload. */
export function ToolFilter({ children, found, search, tools }: ToolFilterProps) {
  const navigate = route.useNavigate();
  const goTo = (next: { q: string | undefined; show: string | undefined }): void => {
    void navigate({ search: readToolsSearch(next), replace: true });
  };
  return (
    <div className="filter">
      <div className="views" role="group" aria-label={text.which}>
        {TOOL_VIEWS.map((view) => (
          <button
            key={view}
            type="button"
            className="view"
            aria-pressed={(search.show ?? 'all') === view}
            onClick={() => goTo({ q: search.q, show: view })}
          >
            {text.views[view]}
            <span className="view-count">
              {filterTools(tools, readToolsSearch({ q: search.q, show: view })).length}
            </span>
          </button>
        ))}
      </div>
      <input
        type="search"
        className="input"
        aria-label={text.find}
        placeholder={text.findPlaceholder}
        value={search.q ?? ''}
        onChange={(event) => goTo({ q: event.target.value, show: search.show })}
      />
      {children}
      <span role="status" className="for-screen-readers">
        {text.shown(found)}
      </span>
    </div>
  );
}
