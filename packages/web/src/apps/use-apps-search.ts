import { getRouteApi } from '@tanstack/react-router';
import type { AppsSearch } from './apps-search.ts';

const route = getRouteApi('/$org/apps');

/** What the address says, and the way to say something else there. */
export function useAppsSearch(): [
  search: AppsSearch,
  go: (part: { [Name in keyof AppsSearch]: AppsSearch[Name] | undefined }) => void,
] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return [
    search,
    (part) => {
      const next = Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined);
      void navigate({ search: Object.fromEntries(next), replace: true, resetScroll: false });
    },
  ];
}
