import { getRouteApi, Link } from '@tanstack/react-router';
import type { ApiKey } from '../api/types.ts';
import { filterKeys, type KeysSearch } from './keys-search.ts';

const route = getRouteApi('/$org/keys');

const VIEWS = [
  { show: undefined, name: 'Active' },
  { show: 'ended', name: 'Ended' },
  { show: 'all', name: 'All' },
] as const;

/** Which keys to show. It stands in the address, so that it can be sent to somebody and survives a reload. */
export function KeyFilter({ keys, search }: { keys: readonly ApiKey[]; search: KeysSearch }) {
  const navigate = route.useNavigate();
  const { org } = route.useParams();
  const q = search.q === undefined ? {} : { q: search.q };
  return (
    <div className="filter">
      <div className="views" role="group" aria-label="Which keys">
        {VIEWS.map(({ show, name }) => {
          const view = { ...q, ...(show === undefined ? {} : { show }) };
          return (
            <Link
              key={name}
              to="/$org/keys"
              params={{ org }}
              search={view}
              replace
              className="view"
              aria-current={search.show === show ? 'true' : undefined}
            >
              {name} <span className="view-count">{filterKeys(keys, view).length}</span>
            </Link>
          );
        })}
      </div>
      <input
        type="search"
        className="input"
        aria-label="Find a key"
        placeholder="Find by name, holder or app"
        value={search.q ?? ''}
        onChange={(event) => {
          const { show } = search;
          const wanted = event.target.value;
          const next = { ...(show === undefined ? {} : { show }), ...(wanted === '' ? {} : { q: wanted }) };
          void navigate({ search: next, replace: true });
        }}
      />
    </div>
  );
}
