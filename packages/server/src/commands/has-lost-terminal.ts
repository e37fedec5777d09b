import { isatty } from 'node:tty';

const STANDARD_INPUT = 0;
const hadTerminal = isatty(STANDARD_INPUT);

/** Whether this process was begun in a terminal that somebody has closed since. Its end comes as SIGHUP, as other things do. */
export function hasLostTerminal(): boolean {
  return hadTerminal && !isatty(STANDARD_INPUT);
}
