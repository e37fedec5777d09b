import { getRouteApi } from '@tanstack/react-router';
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
  const goTo = (next: { q: string | undefined; show: KeysSearch['show'] | undefined }) => {
    void navigate({ search: withoutAbsent(next), replace: true });
  };
  return (
    <div className="filter">
      <div className="views" role="group" aria-label="Which keys">
        {VIEWS.map(({ show, name }) => (
          <button
            key={name}
            type="button"
            className="view"
            aria-pressed={search.show === show}
            onClick={() => goTo({ q: search.q, show })}
          >
            {name}
            <span className="view-count">
              {filterKeys(keys, withoutAbsent({ q: search.q, show })).length}
            </span>
          </button>
        ))}
      </div>
      <input
        type="search"
        className="input"
        aria-label="Find a key"
        placeholder="Find by name, holder or app"
        value={search.q ?? ''}
        onChange={(event) => goTo({ q: event.target.value, show: search.show })}
      />
    </div>
  );
}

function withoutAbsent({
  q,
  show,
}: {
  q: string | undefined;
  show: KeysSearch['show'] | undefined;
}): KeysSearch {
  return {
    ...(q === undefined || q === '' ? {} : { q }),
    ...(show === undefined ? {} : { show }),
  };
}
