import { setTimeout as sleep } from 'node:timers/promises';

/** From one round of a race to the next: how long an order lets those that it races run ahead. */
export function headStart() {
  let milliseconds = 0;

  return {
    /** Runs the order when the others have had their head start. */
    async after<Answer>(order: () => Promise<Answer>): Promise<Answer> {
      if (milliseconds > 0) await sleep(milliseconds);
      return order();
    },

    /** Longer where the order came before them all, shorter where it came after, so that rounds are close. */
    learn(ahead: number, behind: number): void {
      if (ahead === 0) milliseconds = Math.max(1, milliseconds * 2);
      else if (behind === 0) milliseconds = Math.floor(milliseconds / 2);
    },
  };
}
