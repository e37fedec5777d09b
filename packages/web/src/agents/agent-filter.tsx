import { getRouteApi } from '@tanstack/react-router';
import { agentsText as text } from '../text/agents.ts';
import { ListFilter } from '../ui/list-filter.tsx';
import { withPart, type SearchPart } from '../ui/with-part.ts';
import type { AgentsSearch } from './agents-search.ts';

const route = getRouteApi('/$org/agents');
const SORTS = (['name', 'created'] as const).map((value) => ({ value, name: text.sorts[value] }));

/** Which agents to show. It stands in the address. */
export function AgentFilter({ found, search }: { search: AgentsSearch; found: string }) {
  const navigate = route.useNavigate();
  const go = (part: SearchPart<AgentsSearch>) =>
    void navigate({ search: withPart(part), replace: true, resetScroll: false });
  return (
    <ListFilter
      q={search.q}
      onFind={(q) => go({ q })}
      label={text.find}
      placeholder={text.findPlaceholder}
      found={found}
      sort={{
        label: text.sort,
        chosen: search.sort ?? 'name',
        choices: SORTS,
        onChoose: (sort) => go({ sort: sort === 'name' ? undefined : sort }),
      }}
    >
      <div className="views" role="group" aria-label={text.which}>
        {([undefined, 'active', 'suspended'] as const).map((status) => (
          <button
            key={status ?? ''}
            type="button"
            className="view"
            aria-pressed={search.status === status}
            onClick={() => go({ status })}
          >
            {status === undefined ? text.everyAgent : text.statuses[status]}
          </button>
        ))}
      </div>
    </ListFilter>
  );
}
