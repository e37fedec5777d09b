import type { Clock } from '../../kernel/clock.ts';
import type { AttemptEvent } from './steps.ts';

const WINDOW_MS = 60_000;
const EVENTS_PER_SOURCE_MAX = 120;
const EVENTS_MAX = 1_200;
const NEW_PER_SOURCE_MAX = 30;
const NEW_MAX = 240;

/**
 * How much is written of what anybody can cause: so much a minute for one source, so much for all together, and of new
 * attempts much less. Who has shown a code, a key or a decision has room of their own, which no flood takes.
 */
export function createAttemptRoom({ clock, onOver }: { clock: Clock; onOver: (left: number) => void }) {
  let endsMs = 0;
  let left = 0;
  const taken = new Map<string, number>();

  function take(name: string, max: number): boolean {
    const count = taken.get(name) ?? 0;
    if (count >= max) return false;
    taken.set(name, count + 1);
    return true;
  }

  function allows(pool: string, source: string, perSource: number, inAll: number): boolean {
    const nowMs = clock.nowMs();
    if (nowMs >= endsMs) {
      if (left > 0) onOver(left);
      left = 0;
      taken.clear();
      endsMs = nowMs + WINDOW_MS;
    }
    // A source that has had its share takes nothing of what all have.
    if (take(`${pool} ${source}`, perSource) && take(pool, inAll)) return true;
    left += 1;
    return false;
  }

  return {
    forEvent: (event: AttemptEvent): boolean =>
      allows(poolOf(event), sourceOf(event), EVENTS_PER_SOURCE_MAX, EVENTS_MAX),
    forAttempt: (event: AttemptEvent): boolean =>
      allows(`new ${poolOf(event)}`, sourceOf(event), NEW_PER_SOURCE_MAX, NEW_MAX),
  };
}

function poolOf(event: AttemptEvent): string {
  if (event.by === 'code' && !event.isOurs) return 'codes';
  return event.by === 'place' || event.by === 'client' ? 'anybody' : 'known';
}

function sourceOf(event: AttemptEvent): string {
  switch (event.by) {
    case 'place':
    case 'client':
      return event.origin.source;
    case 'transaction':
      return event.transactionHash;
    case 'code':
      return event.codeHash;
    case 'caller':
      return event.keyId;
    default:
      return event satisfies never;
  }
}
