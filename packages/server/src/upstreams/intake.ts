import type { ChannelEvents, WireMessage } from './channel.ts';

/** Messages that were handed on and are not done with. */
const WAITING_MAX = 64;
/** Not at the first that is done: a source that starts and stops all the time is slow. */
const WAITING_FEW = 16;

/** Hands messages on in their order, and has the source pause while too many of them are not done with. */
export function createIntake({
  onMessage,
  pause,
  resume,
}: {
  onMessage: ChannelEvents['onMessage'];
  pause: () => void;
  resume: () => void;
}): (message: WireMessage) => void {
  let waiting = 0;

  function settle(): void {
    waiting -= 1;
    if (waiting === WAITING_FEW) resume();
  }

  return (message) => {
    const taken = onMessage(message);
    if (taken === undefined) return;
    waiting += 1;
    if (waiting === WAITING_MAX) pause();
    taken.then(settle, settle);
  };
}
