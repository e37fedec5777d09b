import type { Patience } from './types.ts';

export interface Deadline {
  /** The other side is still there. */
  heard(): void;
  clear(): void;
}

export function startDeadline({ quietMs, totalMs }: Patience, onOver: () => void): Deadline {
  const total = setTimeout(onOver, totalMs);
  const quiet = setTimeout(onOver, quietMs);
  return {
    heard: () => void quiet.refresh(),
    clear() {
      clearTimeout(total);
      clearTimeout(quiet);
    },
  };
}
