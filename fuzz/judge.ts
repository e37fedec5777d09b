import type { Answer } from './exchange.ts';
import type { World } from './world.ts';

/** What an answer may be. */
export interface Expected {
  /** Answers of 5xx that are documented here: of a 500 there is none. */
  readonly serverErrors?: readonly number[];
  /** Bytes that are no request need no answer but an end. */
  readonly mayEndSilently?: boolean;
  /** Secrets that went out where no answer may have them. */
  readonly secretNames?: readonly string[];
}

/** Slower than this is a fault, where time is judged at all. */
export const SLOW_MS = 1_000;

/** What is wrong with an answer; nothing, if nothing is. */
export function faultsOf(
  world: Pick<World, 'values'>,
  { isLate, ms, status, text }: Answer,
  { mayEndSilently = false, secretNames = [], serverErrors = [] }: Expected,
  { judgesTime }: { judgesTime: boolean },
): string[] {
  const faults: string[] = [];
  if (isLate) faults.push('there was no end of the answer');
  else if (judgesTime && ms > SLOW_MS) faults.push(`the answer took ${Math.round(ms)} ms`);
  if (status === undefined && !mayEndSilently && !isLate)
    faults.push('the connection ended without an answer');
  if (status !== undefined && status >= 500 && !serverErrors.includes(status))
    faults.push(`it was answered by ${status}`);
  const head = text.slice(0, Math.max(0, text.indexOf('\r\n\r\n')));
  if (/^x-injected/im.test(head)) faults.push('the answer has a header that the request made up');
  const values = world.values();
  for (const name of secretNames) {
    const value = values[name];
    if (value !== undefined && value !== '' && text.includes(value))
      faults.push(`the answer says the secret ${name}`);
  }
  return faults.map((fault) => `${fault}: ${text.slice(0, 300)}`);
}
