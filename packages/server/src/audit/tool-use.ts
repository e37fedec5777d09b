import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { Queries } from '../store/store.ts';

const DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Calls of a tool that left, and those of them that failed. */
export interface ToolUse {
  readonly calls: number;
  readonly errors: number;
}

/** How the tools of one connector were used in the last seven days, by name. */
export type ToolUseOf = (orgId: OrganisationId, connector: string) => Promise<ReadonlyMap<string, ToolUse>>;

export function createToolUse({
  clock,
  store,
}: {
  store: { readonly usageHours: Pick<Queries['usageHours'], 'ofTools'> };
  clock: Clock;
}): ToolUseOf {
  return async (orgId, connector) => {
    const from = new Date(clock.nowMs() - DAYS * DAY_MS);
    const rows = await store.usageHours.ofTools(orgId, connector, from);
    return new Map(rows.map(({ calls, errors, tool }) => [tool, { calls, errors }]));
  };
}
