import { AppError } from '../kernel/errors.ts';

/** That one node keeps in the database for another at once, so that a dead one cannot fill it. */
const CHARACTERS_MAX = 64 * 1024 * 1024;

/** Counts what waits for each node. */
export function createOutbox() {
  const waiting = new Map<string, number>();

  function change(toNode: string, by: number): void {
    const now = (waiting.get(toNode) ?? 0) + by;
    if (now === 0) waiting.delete(toNode);
    else waiting.set(toNode, now);
  }

  return {
    /** Answers with what says, however often, that it was taken. Throws if too much waits for that node already. */
    add(toNode: string, characters: number): () => void {
      if ((waiting.get(toNode) ?? 0) + characters > CHARACTERS_MAX) throw TOO_MUCH;
      change(toNode, characters);
      let isWaiting = true;
      return () => {
        if (isWaiting) change(toNode, -characters);
        isWaiting = false;
      };
    },
  };
}

const TOO_MUCH = new AppError('unavailable', 'Too much is on its way to this session. Try again.', {
  retryAfterSeconds: 1,
});
