import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ROLE_NAMES, ROLES } from '../roles.ts';
import { membersText as text } from '../text/members.ts';
import type { MembersSearch } from './members-search.ts';

const route = getRouteApi('/$org/members');
/** The server looks for it: not at every letter. */
const TYPING_MS = 250;

/** Which members to show. It stands in the address, so that it can be sent to somebody and survives a reload. */
export function MemberFilter({ search, found }: { search: MembersSearch; found: string }) {
  const navigate = route.useNavigate();
  const { q = '', role } = search;
  const [typed, setTyped] = useState(q);
  const [followed, setFollowed] = useState(q);
  // The address changed by itself: back, forward, or "Show everybody".
  if (followed !== q) {
    setFollowed(q);
    if (typed.trim() !== q) setTyped(q);
  }

  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === q) return undefined;
    const timer = setTimeout(
      () => void navigate({ search: searchOf(wanted, role), replace: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [typed, q, role, navigate]);

  return (
    <div className="filter">
      <div className="views" role="group" aria-label={text.which}>
        {[undefined, ...ROLES].map((one) => (
          <button
            key={one ?? ''}
            type="button"
            className="view"
            aria-pressed={role === one}
            onClick={() => void navigate({ search: searchOf(typed.trim(), one), replace: true })}
          >
            {one === undefined ? text.everybody : ROLE_NAMES[one]}
          </button>
        ))}
      </div>
      <input
        type="search"
        className="input"
        aria-label={text.find}
        placeholder={text.findPlaceholder}
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
      />
      <span role="status" className="small quiet filter-count">
        {found}
      </span>
    </div>
  );
}

function searchOf(q: string, role: MembersSearch['role']): MembersSearch {
  return { ...(q === '' ? {} : { q }), ...(role === undefined ? {} : { role }) };
}
