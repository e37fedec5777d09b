import { getRouteApi } from '@tanstack/react-router';
import type { KeysPage } from '../api/keys.ts';
import { keysText as text } from '../text/keys.ts';
import { ListFilter } from '../ui/list-filter.tsx';
import { withPart, type SearchPart } from '../ui/with-part.ts';
import type { KeysSearch } from './keys-search.ts';

const route = getRouteApi('/$org/keys');

const SHOWS = ['active', 'unused', 'expired', 'revoked', 'all'] as const;
const SORTS = (['created', 'used', 'name'] as const).map((value) => ({ value, name: text.sorts[value] }));

interface KeyFilterProps {
  search: KeysSearch;
  counts: KeysPage['counts'];
  shown: number;
  /** There are others' to be seen. */
  withOthers: boolean;
}

/** Which keys to show. It stands in the address, so that it can be sent to somebody and survives a reload. */
export function KeyFilter({ counts, search, shown, withOthers }: KeyFilterProps) {
  const navigate = route.useNavigate();
  const go = (part: SearchPart<KeysSearch>) =>
    void navigate({ search: withPart(part), replace: true, resetScroll: false });
  const { show: chosen = 'active' } = search;
  return (
    <ListFilter
      q={search.q}
      onFind={(q) => go({ q })}
      label={text.find}
      placeholder={text.findPlaceholder}
      found={text.shownOf(shown, counts[chosen])}
      sort={{
        label: text.sort,
        chosen: search.sort ?? 'created',
        choices: SORTS,
        onChoose: (sort) => go({ sort: sort === 'created' ? undefined : sort }),
      }}
    >
      <div className="views" role="group" aria-label={text.which}>
        {SHOWS.map((show) => (
          <button
            key={show}
            type="button"
            className="view"
            aria-pressed={show === chosen}
            onClick={() => go({ show: show === 'active' ? undefined : show })}
          >
            {text.shows[show]}
            <span className="view-count">{counts[show]}</span>
          </button>
        ))}
      </div>
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
              {whose === undefined ? text.everybodys : text.mine}
            </button>
          ))}
        </div>
      ) : null}
    </ListFilter>
  );
}
