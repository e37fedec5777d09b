/** Which apps and rules to show, as it stands in the address: each list has its own. */
export interface AppsSearch {
  /** Of the apps made here. */
  q?: string;
  sort?: 'name';
  /** Of those that came by themselves. */
  came?: string;
  came_sort?: 'name';
  /** Of the rules. */
  rule?: string;
}

export function readAppsSearch({ came, came_sort, q, rule, sort }: Record<string, unknown>): AppsSearch {
  const text = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return {
    ...(text(q) ? { q } : {}),
    ...(sort === 'name' ? { sort } : {}),
    ...(text(came) ? { came } : {}),
    ...(came_sort === 'name' ? { came_sort } : {}),
    ...(text(rule) ? { rule } : {}),
  };
}
