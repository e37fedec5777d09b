let waiting: (() => void)[] = [];

/**
 * At the end of this turn of the event loop, with what else waits for it. Whoever reads what is written then is woken once
 * for all of it: written one by one, between other work, each would wake somebody who has just gone to sleep.
 */
export function atTurnEnd(write: () => void): void {
  if (waiting.push(write) === 1) setImmediate(writeAll);
}

function writeAll(): void {
  const all = waiting;
  waiting = [];
  let begun = 0;
  try {
    for (const write of all) {
      begun += 1;
      write();
    }
  } finally {
    // One that throws takes nobody with it.
    for (const write of all.slice(begun)) atTurnEnd(write);
  }
}
