import { getRouteApi } from '@tanstack/react-router';
import { withPart, type SearchPart } from '../ui/with-part.ts';
import type { AppsSearch } from './apps-search.ts';

const route = getRouteApi('/$org/apps');

/** What the address says, and the way to say something else there. */
export function useAppsSearch(): [search: AppsSearch, go: (part: SearchPart<AppsSearch>) => void] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return [search, (part) => void navigate({ search: withPart(part), replace: true, resetScroll: false })];
}
