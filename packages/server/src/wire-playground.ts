import type { Catalogues } from './connectors/catalogues.ts';
import type { Calls } from './gateway/calls.ts';
import { createPlayground } from './gateway/playground/playground.ts';
import type { Identification } from './gateway/ports.ts';
import type { ChangeFeed } from './grants/change-feed.ts';
import { monotonicClock } from './kernel/clock.ts';
import type { Log } from './kernel/log.ts';

/** Trying tools out: what the dashboard does with the pipeline that is behind the doors. */
export function wirePlayground({
  feed,
  standingOf,
  ...deps
}: {
  readonly calls: Calls;
  readonly catalogues: Catalogues;
  readonly feed: Pick<ChangeFeed, 'on'>;
  readonly log: Log;
  readonly mcpBaseUrl: string;
  readonly standingOf: Identification['standingOf'];
}) {
  const playground = createPlayground({ ...deps, standingOf, nowMs: monotonicClock.nowMs });
  for (const kind of ['member', 'agent', 'organisation'] as const) feed.on(kind, playground.changed);
  return { portal: { playground }, close: playground.close };
}
