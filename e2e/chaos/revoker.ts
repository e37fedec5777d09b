// Somebody who revokes connections on the dashboard while their apps go on calling, and a watch on how long that works.
import { setTimeout as pause } from 'node:timers/promises';
import type { Callers } from './callers.ts';
import type { Victim, World } from './world.ts';

export interface Revocation {
  readonly grantId: string;
  /** Milliseconds from the click until the last of its calls that was let through left for the API; 0: none was. */
  readonly lagMs: number;
  /** At which node that was. */
  readonly atNode: number | undefined;
}

export interface RevokeOptions {
  /** Which nodes its app calls. */
  readonly calledAt: readonly number[];
  /** Which node the person's browser reaches. */
  readonly revokedAt: number;
  /** How long the app goes on after the click. */
  readonly watchMs: number;
  /** Resolves false when nobody should click any more. Asked before each click that follows one that failed. */
  readonly mayClick?: () => boolean;
}

const CALLERS_EACH = 1;
const BETWEEN_CALLS_MS = 20;

/** Undefined: the click never worked, so nothing was promised. */
export async function revokeUnderLoad(
  world: World,
  callers: Callers,
  victim: Victim,
  { calledAt, mayClick = () => true, revokedAt, watchMs }: RevokeOptions,
): Promise<Revocation | undefined> {
  let isOver = false;
  const requestsOf = new Map<string, number>();
  const app = async (node: number) => {
    while (!isOver) {
      const { outcome, requestId } = await callers.call(node, victim.token, {
        write: true,
        slug: victim.slug,
      });
      if (outcome === 'ok') requestsOf.set(requestId, node);
      await pause(BETWEEN_CALLS_MS);
    }
  };
  const apps = calledAt.flatMap((node) => Array.from({ length: CALLERS_EACH }, () => app(node)));
  await pause(300);

  let clickMs = performance.now();
  let isDone = await disconnect(world, victim, revokedAt);
  while (!isDone && mayClick()) {
    await pause(200);
    clickMs = performance.now();
    isDone = await disconnect(world, victim, revokedAt);
  }
  if (isDone) await pause(watchMs);
  isOver = true;
  await Promise.all(apps);
  if (!isDone) return undefined;

  let last: { atMs: number; node: number } | undefined;
  for (const [requestId, node] of requestsOf) {
    for (const { atMs } of world.upstream.byRequest.get(requestId) ?? [])
      if (last === undefined || atMs > last.atMs) last = { atMs, node };
  }
  const lagMs = Math.max(0, (last?.atMs ?? 0) - clickMs);
  return { grantId: victim.grantId, lagMs, atNode: lagMs > 0 ? last?.node : undefined };
}

/** What the dashboard's button does. True: it is revoked, now or by a click before that nobody answered. */
export async function disconnect(
  { nodes, url }: Pick<World, 'nodes' | 'url'>,
  { cookie, grantId, slug }: Victim,
  node: number,
): Promise<boolean> {
  try {
    const path = `/portal/v1/organisations/${slug}/connections/${grantId}/disconnect`;
    const response = await fetch(`${nodes[node]?.url}${path}`, {
      method: 'POST',
      headers: { cookie, origin: url, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status === 200 || response.status === 404;
  } catch {
    return false;
  }
}
