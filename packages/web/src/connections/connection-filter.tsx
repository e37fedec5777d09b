import { getRouteApi } from '@tanstack/react-router';
import { connectionsText as text } from '../text/connections.ts';
import { useDelayed } from '../ui/use-delayed.ts';
import { withPart, type SearchPart } from '../ui/with-part.ts';
import type { ConnectionsSearch } from './connections-search.ts';

const route = getRouteApi('/$org/connections');

interface ConnectionFilterProps {
  search: ConnectionsSearch;
  found: string;
  /** There are others' to be seen. */
  withOthers: boolean;
}

/** Which connections to show, and in which order. */
export function ConnectionFilter({ found, search, withOthers }: ConnectionFilterProps) {
  const navigate = route.useNavigate();
  const go = (part: SearchPart<ConnectionsSearch>) =>
    void navigate({ search: withPart(part), replace: true, resetScroll: false });
  const field = useDelayed(search.q ?? '', (q) => go({ q: q.trim() }));
  return (
    <div className="filter">
      {withOthers ? (
        <div className="views" role="group" aria-label={text.whose}>
          {([undefined, 'mine'] as const).map((whose) => (
            <button
              key={whose ?? 'all'}
              type="button"
              className="view"
              aria-pressed={search.whose === whose}
              onClick={() => go({ whose })}
            >
              {whose === undefined ? text.all : text.mine}
            </button>
          ))}
        </div>
      ) : null}
      <select
        className="input sort-choice"
        aria-label={text.sort}
        value={search.sort ?? 'created'}
        onChange={(event) => go({ sort: event.target.value === 'used' ? 'used' : undefined })}
      >
        <option value="created">{text.sorts.created}</option>
        <option value="used">{text.sorts.used}</option>
      </select>
      <input
        type="search"
        className="input"
        aria-label={text.find}
        placeholder={text.findPlaceholder}
        maxLength={200}
        value={field.text}
        onChange={(event) => field.type(event.target.value)}
      />
      <span role="status" className="small quiet filter-count">
        {found}
      </span>
    </div>
  );
}
